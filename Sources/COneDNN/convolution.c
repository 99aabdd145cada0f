#include "layer.h"

#include <string.h>

static dnnl_memory_desc_t any_layout(const dnnl_memory_desc_t *plain) {
  dnnl_memory_desc_t desc = {0};
  dnnl_memory_desc_init_by_tag(&desc, plain->ndims, plain->dims, dnnl_f32, dnnl_format_tag_any);
  return desc;
}

static dnnl_memory_desc_t query(const_dnnl_primitive_desc_t pd, dnnl_query_t what) {
  return *dnnl_primitive_desc_query_md(pd, what, 0);
}

// A Winograd layout names no blocks, so that no other operation could read it.
static bool is_blocked(const dnnl_memory_desc_t *desc) {
  return desc->format_kind == dnnl_blocked;
}

static void choose_layout(dg_layer *layer, const dg_layout *given, const dnnl_memory_desc_t *own) {
  if (given != NULL) {
    layer->weights = *given;
  } else if (is_blocked(own)) {
    layer->weights.desc = *own;
  } else {
    layer->weights.desc = layer->plain_weights;
  }
}

typedef struct {
  dnnl_dims_t strides, before, after;  // rows, columns
  dnnl_memory_desc_t any_weights, input, output;
} convolution_geometry;

// Winograd convolution where both channel counts fill whole vectors and oneDNN has it for this
// machine and shape, else direct: a rule over shapes, so that results do not depend on timing.
static int32_t convolution_build(dg_layer *layer, const dg_convolution_shape *s,
                                 const convolution_geometry *g, const dg_layout *given,
                                 dnnl_alg_kind_t algorithm) {
  dnnl_primitive_desc_t forward = NULL, weights = NULL, data = NULL;
  dnnl_convolution_desc_t forward_desc;
  int32_t status = (int32_t)dnnl_convolution_forward_desc_init(
      &forward_desc, dnnl_forward_training, algorithm, &g->input, &g->any_weights, &layer->bias,
      &g->output, g->strides, g->before, g->after);
  if (status == 0) {
    status = dg_operation_create(layer, &layer->forward, &forward_desc, NULL, &forward);
  }
  if (status == 0) {
    dnnl_convolution_desc_t desc;
    status = (int32_t)dnnl_convolution_backward_weights_desc_init(
        &desc, algorithm, &g->input, &g->any_weights, &layer->bias, &g->output, g->strides,
        g->before, g->after);
    if (status == 0) {
      status = dg_operation_create(layer, &layer->backward_weights_op, &desc, forward, &weights);
    }
  }
  if (status == 0 && s->input_gradient) {
    dnnl_convolution_desc_t desc;
    status = (int32_t)dnnl_convolution_backward_data_desc_init(
        &desc, algorithm, &g->input, &g->any_weights, &g->output, g->strides, g->before,
        g->after);
    if (status == 0) {
      status = dg_operation_create(layer, &layer->backward_data, &desc, forward, &data);
    }
  }
  if (status == 0) {
    layer->forward_weights = query(forward, dnnl_query_weights_md);
    dnnl_memory_desc_t gradient = query(weights, dnnl_query_diff_weights_md);
    choose_layout(layer, given, &gradient);
    if (!dg_same_layout(&gradient, &layer->weights.desc)) {
      // Another batch size chose another layout: ask for that one.
      status = (int32_t)dnnl_unimplemented;
    }
    if (s->input_gradient) {
      layer->backward_weights = query(data, dnnl_query_weights_md);
      layer->has_backward_data = true;
    }
  }
  for (int i = 0; i < 3; i++) {
    dnnl_primitive_desc_t each[] = {forward, weights, data};
    if (each[i] != NULL) {
      dnnl_primitive_desc_destroy(each[i]);
    }
  }
  if (status != 0) {
    dg_operation *each[] = {&layer->forward, &layer->backward_data, &layer->backward_weights_op};
    for (int i = 0; i < 3; i++) {
      dg_operation_destroy(each[i]);
      memset(each[i], 0, sizeof *each[i]);
    }
  }
  return status;
}

// Zeros behind the last of `in` rows or columns, for an output of `out`.
static int32_t pad_after(const dg_convolution_shape *s, int32_t in, int32_t before, int32_t out) {
  const int32_t after = (out - 1) * s->stride + s->kernel - in - before;
  return after > 0 ? after : 0;
}

int32_t dg_convolution_create(const dg_convolution_shape *s, const dg_layout *given,
                              dg_layer **out) {
  dg_layer *layer = NULL;
  *out = NULL;
  int32_t status = dg_layer_new(&layer);
  *out = layer;
  if (status != 0) {
    return status;
  }
  const dnnl_format_tag_t blocked =
      dg_channel_block() == 16 ? dnnl_nChw16c : dnnl_nChw8c;
  const dnnl_dims_t input = {s->batch, s->in_channels, s->in_height, s->in_width};
  const dnnl_dims_t output = {s->batch, s->out_channels, s->out_height, s->out_width};
  const dnnl_dims_t weights = {s->out_channels, s->in_channels, s->kernel, s->kernel};
  const dnnl_dims_t bias = {s->out_channels};
  TRY(dnnl_memory_desc_init_by_tag(&layer->input, 4, input, dnnl_f32,
                                   s->plain_input ? dnnl_nchw : blocked));
  TRY(dnnl_memory_desc_init_by_tag(&layer->output, 4, output, dnnl_f32, blocked));
  TRY(dnnl_memory_desc_init_by_tag(&layer->bias, 1, bias, dnnl_f32, dnnl_x));
  // (kh, kw, in, out) seen as (out, in, kh, kw).
  TRY(dnnl_memory_desc_init_by_tag(&layer->plain_weights, 4, weights, dnnl_f32, dnnl_hwio));

  convolution_geometry g = {
      .strides = {s->stride, s->stride},
      .before = {s->pad_top, s->pad_left},
      .after = {pad_after(s, s->in_height, s->pad_top, s->out_height),
                pad_after(s, s->in_width, s->pad_left, s->out_width)},
  };
  g.input = layer->input;
  g.output = layer->output;
  g.any_weights = any_layout(&layer->plain_weights);
  const bool winograd =
      s->kernel == 3 && s->stride == 1 && s->in_channels % 16 == 0 && s->out_channels % 16 == 0;
  status = (int32_t)dnnl_unimplemented;
  if (winograd) {
    status = convolution_build(layer, s, &g, given, dnnl_convolution_winograd);
  }
  if (status != 0) {
    status = convolution_build(layer, s, &g, given, dnnl_convolution_direct);
  }
  if (status != 0 && given != NULL) {
    g.any_weights = given->desc;
    status = convolution_build(layer, s, &g, given, dnnl_convolution_direct);
  }
  return status;
}
