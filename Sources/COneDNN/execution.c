#include "layer.h"

int32_t dg_add_memory(dg_layer *layer, const dnnl_memory_desc_t *desc, void *data,
                          dnnl_memory_t *out) {
  if (layer->memory_count == max_memories) {
    return (int32_t)dnnl_out_of_memory;
  }
  TRY(dnnl_memory_create(out, desc, layer->engine, data));
  layer->memories[layer->memory_count++] = *out;
  return 0;
}

void dg_add_argument(dg_operation *op, int name, dnnl_memory_t memory) {
  op->arguments[op->count++] = (dnnl_exec_arg_t){name, memory};
}

static int32_t bind_scratch(dg_layer *layer, dg_operation *op, void *scratch) {
  if (dnnl_memory_desc_get_size(&op->scratch) == 0) {
    return 0;
  }
  dnnl_memory_t memory = NULL;
  int32_t status = dg_add_memory(layer, &op->scratch, scratch, &memory);
  if (status == 0) {
    dg_add_argument(op, DNNL_ARG_SCRATCHPAD, memory);
  }
  return status;
}

int32_t dg_layer_bind(dg_layer *layer, const dg_layer_arrays *a) {
  dg_hold_to_one_thread();
  dnnl_memory_t input, output, output_gradient, weights, bias, weights_gradient, bias_gradient;
  int32_t status = 0;
  const struct {
    const dnnl_memory_desc_t *desc;
    void *data;
    dnnl_memory_t *memory;
  } each[] = {
      {&layer->input, a->input, &input},
      {&layer->output, a->output, &output},
      {&layer->output, a->output_gradient, &output_gradient},
      {&layer->weights.desc, a->weights, &weights},
      {&layer->bias, a->bias, &bias},
      {&layer->weights.desc, a->weights_gradient, &weights_gradient},
      {&layer->bias, a->bias_gradient, &bias_gradient},
  };
  for (size_t i = 0; i < sizeof each / sizeof each[0]; i++) {
    status = dg_add_memory(layer, each[i].desc, each[i].data, each[i].memory);
    if (status != 0) {
      return status;
    }
  }
  dg_operation *op = &layer->forward;
  dg_add_argument(op, DNNL_ARG_SRC, input);
  dg_add_argument(op, DNNL_ARG_BIAS, bias);
  dg_add_argument(op, DNNL_ARG_DST, output);
  status = dg_bind_weights(layer, op, &layer->forward_weights, weights, &layer->forward_copy);
  if (status == 0) {
    status = bind_scratch(layer, op, a->scratch);
  }
  op = &layer->backward_weights_op;
  dg_add_argument(op, DNNL_ARG_SRC, input);
  dg_add_argument(op, DNNL_ARG_DIFF_DST, output_gradient);
  dg_add_argument(op, DNNL_ARG_DIFF_WEIGHTS, weights_gradient);
  dg_add_argument(op, DNNL_ARG_DIFF_BIAS, bias_gradient);
  if (status == 0) {
    status = bind_scratch(layer, op, a->scratch);
  }
  if (status == 0 && layer->has_backward_data) {
    op = &layer->backward_data;
    dnnl_memory_t input_gradient;
    status = dg_add_memory(layer, &layer->input, a->input_gradient, &input_gradient);
    dg_add_argument(op, DNNL_ARG_DIFF_DST, output_gradient);
    dg_add_argument(op, DNNL_ARG_DIFF_SRC, input_gradient);
    if (status == 0) {
      status = dg_bind_weights(layer, op, &layer->backward_weights, weights, &layer->backward_copy);
    }
    if (status == 0) {
      status = bind_scratch(layer, op, a->scratch);
    }
  }
  return status;
}

static int32_t execute(dg_layer *layer, dg_operation *op) {
  dg_hold_to_one_thread();
  TRY(dnnl_primitive_execute(op->primitive, layer->stream, op->count, op->arguments));
  return (int32_t)dnnl_stream_wait(layer->stream);
}

int32_t dg_layer_forward(dg_layer *layer, uint64_t weights_version) {
  int32_t status = dg_refresh(layer, &layer->forward_copy, weights_version);
  return status != 0 ? status : execute(layer, &layer->forward);
}

int32_t dg_layer_backward_data(dg_layer *layer, uint64_t weights_version) {
  int32_t status = dg_refresh(layer, &layer->backward_copy, weights_version);
  return status != 0 ? status : execute(layer, &layer->backward_data);
}

int32_t dg_layer_backward_weights(dg_layer *layer) {
  return execute(layer, &layer->backward_weights_op);
}
