#include "layer.h"

#include <stdlib.h>

void dg_copy_destroy(dg_weights_copy *copy) {
  if (copy->reorder != NULL) {
    dnnl_primitive_destroy(copy->reorder);
  }
  free(copy->data);
}

int32_t dg_bind_weights(dg_layer *layer, dg_operation *op, const dnnl_memory_desc_t *wanted,
                            dnnl_memory_t own, dg_weights_copy *copy) {
  if (dg_same_layout(wanted, &layer->weights.desc)) {
    dg_add_argument(op, DNNL_ARG_WEIGHTS, own);
    return 0;
  }
  const size_t bytes = (dnnl_memory_desc_get_size(wanted) + 63) / 64 * 64;
  copy->data = aligned_alloc(64, bytes);
  if (copy->data == NULL) {
    return (int32_t)dnnl_out_of_memory;
  }
  TRY(dg_add_memory(layer, wanted, copy->data, &copy->memory));
  dnnl_primitive_desc_t pd = NULL;
  TRY(dnnl_reorder_primitive_desc_create(&pd, &layer->weights.desc, layer->engine, wanted,
                                         layer->engine, NULL));
  dnnl_status_t status = dnnl_primitive_create(&copy->reorder, pd);
  dnnl_primitive_desc_destroy(pd);
  TRY(status);
  copy->arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, own};
  copy->arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, copy->memory};
  copy->version = UINT64_MAX;
  dg_add_argument(op, DNNL_ARG_WEIGHTS, copy->memory);
  return 0;
}

int32_t dg_refresh(dg_layer *layer, dg_weights_copy *copy, uint64_t version) {
  if (copy->reorder == NULL || copy->version == version) {
    return 0;
  }
  dg_hold_to_one_thread();
  TRY(dnnl_primitive_execute(copy->reorder, layer->stream, 2, copy->arguments));
  copy->version = version;
  return 0;
}

static int32_t reorder(const dg_layer *layer, const dnnl_memory_desc_t *from, const float *source,
                       const dnnl_memory_desc_t *to, float *target) {
  dg_hold_to_one_thread();
  dnnl_primitive_desc_t pd = NULL;
  TRY(dnnl_reorder_primitive_desc_create(&pd, from, layer->engine, to, layer->engine, NULL));
  dnnl_primitive_t primitive = NULL;
  dnnl_memory_t memories[2] = {NULL, NULL};
  dnnl_status_t status = dnnl_primitive_create(&primitive, pd);
  if (status == dnnl_success) {
    status = dnnl_memory_create(&memories[0], from, layer->engine, (void *)(uintptr_t)source);
  }
  if (status == dnnl_success) {
    status = dnnl_memory_create(&memories[1], to, layer->engine, target);
  }
  if (status == dnnl_success) {
    const dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, memories[0]}, {DNNL_ARG_TO, memories[1]}};
    status = dnnl_primitive_execute(primitive, layer->stream, 2, arguments);
  }
  for (int i = 0; i < 2; i++) {
    if (memories[i] != NULL) {
      dnnl_memory_destroy(memories[i]);
    }
  }
  if (primitive != NULL) {
    dnnl_primitive_destroy(primitive);
  }
  dnnl_primitive_desc_destroy(pd);
  return (int32_t)status;
}

int32_t dg_layer_import_weights(const dg_layer *layer, const float *plain, float *blocked) {
  return reorder(layer, &layer->plain_weights, plain, &layer->weights.desc, blocked);
}

int32_t dg_layer_export_weights(const dg_layer *layer, const float *blocked, float *plain) {
  return reorder(layer, &layer->weights.desc, blocked, &layer->plain_weights, plain);
}
