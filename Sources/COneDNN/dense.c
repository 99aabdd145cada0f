#include "layer.h"

int32_t dg_dense_create(const dg_dense_shape *s, const dg_layout *given, dg_layer **out) {
  dg_layer *layer = NULL;
  *out = NULL;
  int32_t status = dg_layer_new(&layer);
  *out = layer;
  if (status != 0) {
    return status;
  }
  const dnnl_dims_t input = {s->batch, s->inputs}, output = {s->batch, s->outputs};
  const dnnl_dims_t weights = {s->outputs, s->inputs}, bias = {s->outputs};
  TRY(dnnl_memory_desc_init_by_tag(&layer->input, 2, input, dnnl_f32, dnnl_nc));
  TRY(dnnl_memory_desc_init_by_tag(&layer->output, 2, output, dnnl_f32, dnnl_nc));
  TRY(dnnl_memory_desc_init_by_tag(&layer->bias, 1, bias, dnnl_f32, dnnl_x));
  TRY(dnnl_memory_desc_init_by_tag(&layer->plain_weights, 2, weights, dnnl_f32, dnnl_io));
  // The first operation's favourite layout is not every operation's: a plain (in, out) matrix
  // serves all three without reorders.
  layer->weights.desc = given != NULL ? given->desc : layer->plain_weights;
  layer->forward_weights = layer->backward_weights = layer->weights.desc;
  const dnnl_memory_desc_t *w = &layer->weights.desc;

  dnnl_inner_product_desc_t desc;
  dnnl_primitive_desc_t hint = NULL;
  TRY(dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_training, &layer->input, w,
                                           &layer->bias, &layer->output));
  TRY(dg_operation_create(layer, &layer->forward, &desc, NULL, &hint));
  status = (int32_t)dnnl_inner_product_backward_weights_desc_init(&desc, &layer->input, w,
                                                                  &layer->bias, &layer->output);
  if (status == 0) {
    status = dg_operation_create(layer, &layer->backward_weights_op, &desc, hint, NULL);
  }
  if (status == 0 && s->input_gradient) {
    status = (int32_t)dnnl_inner_product_backward_data_desc_init(&desc, &layer->input, w,
                                                                 &layer->output);
    if (status == 0) {
      status = dg_operation_create(layer, &layer->backward_data, &desc, hint, NULL);
    }
    layer->has_backward_data = true;
  }
  dnnl_primitive_desc_destroy(hint);
  return status;
}
