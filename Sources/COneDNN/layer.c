#include "layer.h"

#include <stdio.h>
#include <stdlib.h>

bool dg_same_layout(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b) {
  return dnnl_memory_desc_equal(a, b) != 0;
}

int32_t dg_layer_new(dg_layer **out) {
  dg_hold_to_one_thread();
  dg_layer *layer = calloc(1, sizeof *layer);
  if (layer == NULL) {
    return (int32_t)dnnl_out_of_memory;
  }
  *out = layer;
  TRY(dnnl_engine_create(&layer->engine, dnnl_cpu, 0));
  TRY(dnnl_stream_create(&layer->stream, layer->engine, dnnl_stream_default_flags));
  return 0;
}

void dg_operation_destroy(dg_operation *op) {
  if (op->primitive != NULL) {
    dnnl_primitive_destroy(op->primitive);
  }
}

void dg_layer_destroy(dg_layer *layer) {
  if (layer == NULL) {
    return;
  }
  dg_operation_destroy(&layer->forward);
  dg_operation_destroy(&layer->backward_data);
  dg_operation_destroy(&layer->backward_weights_op);
  dg_copy_destroy(&layer->forward_copy);
  dg_copy_destroy(&layer->backward_copy);
  for (int i = 0; i < layer->memory_count; i++) {
    dnnl_memory_destroy(layer->memories[i]);
  }
  if (layer->stream != NULL) {
    dnnl_stream_destroy(layer->stream);
  }
  if (layer->engine != NULL) {
    dnnl_engine_destroy(layer->engine);
  }
  free(layer);
}

// Attributes: scratch memory is the caller's.
static int32_t attributes(dnnl_primitive_attr_t *out) {
  TRY(dnnl_primitive_attr_create(out));
  TRY(dnnl_primitive_attr_set_scratchpad_mode(*out, dnnl_scratchpad_mode_user));
  return 0;
}

int32_t dg_operation_create(dg_layer *layer, dg_operation *op, const void *desc,
                                const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out) {
  dnnl_primitive_attr_t attr = NULL;
  int32_t status = attributes(&attr);
  dnnl_primitive_desc_t pd = NULL;
  if (status == 0) {
    status = (int32_t)dnnl_primitive_desc_create(&pd, desc, attr, layer->engine, hint);
  }
  if (attr != NULL) {
    dnnl_primitive_attr_destroy(attr);
  }
  if (status == 0 && op != NULL) {
    status = (int32_t)dnnl_primitive_create(&op->primitive, pd);
  }
  if (status == 0 && op != NULL) {
    op->scratch = *dnnl_primitive_desc_query_md(pd, dnnl_query_scratchpad_md, 0);
    const char *name = NULL;
    if (dnnl_primitive_desc_query(pd, dnnl_query_impl_info_str, 0, &name) == dnnl_success) {
      snprintf(op->name, sizeof op->name, "%s", name);
    }
  }
  if (status == 0 && out != NULL) {
    *out = pd;
  } else if (pd != NULL) {
    dnnl_primitive_desc_destroy(pd);
  }
  return status;
}

const dg_layout *dg_layer_layout(const dg_layer *layer) { return &layer->weights; }

size_t dg_layout_bytes(const dg_layout *layout) {
  return dnnl_memory_desc_get_size(&layout->desc);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

size_t dg_layer_scratch_bytes(const dg_layer *layer) {
  size_t bytes = dnnl_memory_desc_get_size(&layer->forward.scratch);
  bytes = larger(bytes, dnnl_memory_desc_get_size(&layer->backward_weights_op.scratch));
  if (layer->has_backward_data) {
    bytes = larger(bytes, dnnl_memory_desc_get_size(&layer->backward_data.scratch));
  }
  return bytes;
}

size_t dg_layer_describe(const dg_layer *layer, char *text, size_t capacity) {
  int length = snprintf(text, capacity, "forward %s, backward data %s, backward weights %s",
                        layer->forward.name,
                        layer->has_backward_data ? layer->backward_data.name : "-",
                        layer->backward_weights_op.name);
  return length < 0 ? 0 : (size_t)length;
}
