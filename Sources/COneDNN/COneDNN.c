#define _GNU_SOURCE
#include "COneDNN.h"

#include <dlfcn.h>
#include <dnnl.h>
#include <dnnl_debug.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Returns from the calling function where a call of oneDNN fails.
#define TRY(call)                          \
  do {                                     \
    dnnl_status_t status_ = (call);        \
    if (status_ != dnnl_success) {         \
      return (int32_t)status_;             \
    }                                      \
  } while (0)

enum { max_arguments = 8, max_memories = 24 };

struct dg_layout {
  dnnl_memory_desc_t desc;
};

// A primitive with its arguments.
typedef struct {
  dnnl_primitive_t primitive;
  dnnl_exec_arg_t arguments[max_arguments];
  int count;
  dnnl_memory_desc_t scratch;
  char name[64];
} operation;

// The weights in a layout that an operation wants, made anew when they change.
typedef struct {
  float *data;
  dnnl_memory_t memory;
  dnnl_primitive_t reorder;
  dnnl_exec_arg_t arguments[2];
  uint64_t version;
} weights_copy;

struct dg_layer {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_memory_desc_t input, output, bias, plain_weights;
  dg_layout weights;
  dnnl_memory_desc_t forward_weights, backward_weights;
  operation forward, backward_data, backward_weights_op;
  weights_copy forward_copy, backward_copy;
  dnnl_memory_t memories[max_memories];
  int memory_count;
  bool has_backward_data;
};

// Debian's oneDNN runs on OpenMP; a trial has one thread.
static void hold_to_one_thread(void) {
  static _Thread_local bool held = false;
  if (held) {
    return;
  }
  held = true;
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set != NULL) {
    set(1);
  }
}

int32_t dg_channel_block(void) {
  const unsigned avx512 = dnnl_cpu_isa_avx512_core;
  return ((unsigned)dnnl_get_effective_cpu_isa() & avx512) == avx512 ? 16 : 8;
}

int32_t dg_limit_isa(const char *name) {
  if (strcmp(name, "avx512") == 0) {
    return dg_channel_block() == 16 ? 0 : (int32_t)dnnl_unimplemented;
  }
  return (int32_t)dnnl_set_max_cpu_isa(strcmp(name, "avx2") == 0 ? dnnl_cpu_isa_avx2
                                                                 : dnnl_cpu_isa_sse41);
}

const char *dg_version(void) {
  static _Thread_local char text[32];
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}

const char *dg_isa(void) {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41: return "sse41";
    case dnnl_cpu_isa_avx: return "avx";
    case dnnl_cpu_isa_avx2: return "avx2";
    case dnnl_cpu_isa_all: return "all";
    case dnnl_cpu_isa_avx512_core: return "avx512_core";
    case dnnl_cpu_isa_avx512_core_vnni: return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core_bf16: return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_amx: return "avx512_core_amx";
    case dnnl_cpu_isa_avx2_vnni: return "avx2_vnni";
    default: return "other";
  }
}

const char *dg_status_text(int32_t status) { return dnnl_status2str((dnnl_status_t)status); }

static bool same(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b) {
  return dnnl_memory_desc_equal(a, b) != 0;
}

static int32_t layer_new(dg_layer **out) {
  hold_to_one_thread();
  dg_layer *layer = calloc(1, sizeof *layer);
  if (layer == NULL) {
    return (int32_t)dnnl_out_of_memory;
  }
  *out = layer;
  TRY(dnnl_engine_create(&layer->engine, dnnl_cpu, 0));
  TRY(dnnl_stream_create(&layer->stream, layer->engine, dnnl_stream_default_flags));
  return 0;
}

static void operation_destroy(operation *op) {
  if (op->primitive != NULL) {
    dnnl_primitive_destroy(op->primitive);
  }
}

static void copy_destroy(weights_copy *copy) {
  if (copy->reorder != NULL) {
    dnnl_primitive_destroy(copy->reorder);
  }
  free(copy->data);
}

void dg_layer_destroy(dg_layer *layer) {
  if (layer == NULL) {
    return;
  }
  operation_destroy(&layer->forward);
  operation_destroy(&layer->backward_data);
  operation_destroy(&layer->backward_weights_op);
  copy_destroy(&layer->forward_copy);
  copy_destroy(&layer->backward_copy);
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

// Makes `op` from an operation descriptor; the primitive's descriptor goes to `out`, or away
// where `out` is NULL.
static int32_t operation_create(dg_layer *layer, operation *op, const void *desc,
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
    status = operation_create(layer, &layer->forward, &forward_desc, NULL, &forward);
  }
  if (status == 0) {
    dnnl_convolution_desc_t desc;
    status = (int32_t)dnnl_convolution_backward_weights_desc_init(
        &desc, algorithm, &g->input, &g->any_weights, &layer->bias, &g->output, g->strides,
        g->before, g->after);
    if (status == 0) {
      status = operation_create(layer, &layer->backward_weights_op, &desc, forward, &weights);
    }
  }
  if (status == 0 && s->input_gradient) {
    dnnl_convolution_desc_t desc;
    status = (int32_t)dnnl_convolution_backward_data_desc_init(
        &desc, algorithm, &g->input, &g->any_weights, &g->output, g->strides, g->before,
        g->after);
    if (status == 0) {
      status = operation_create(layer, &layer->backward_data, &desc, forward, &data);
    }
  }
  if (status == 0) {
    layer->forward_weights = query(forward, dnnl_query_weights_md);
    dnnl_memory_desc_t gradient = query(weights, dnnl_query_diff_weights_md);
    choose_layout(layer, given, &gradient);
    if (!same(&gradient, &layer->weights.desc)) {
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
    operation *each[] = {&layer->forward, &layer->backward_data, &layer->backward_weights_op};
    for (int i = 0; i < 3; i++) {
      operation_destroy(each[i]);
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
  int32_t status = layer_new(&layer);
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

int32_t dg_dense_create(const dg_dense_shape *s, const dg_layout *given, dg_layer **out) {
  dg_layer *layer = NULL;
  *out = NULL;
  int32_t status = layer_new(&layer);
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
  TRY(operation_create(layer, &layer->forward, &desc, NULL, &hint));
  status = (int32_t)dnnl_inner_product_backward_weights_desc_init(&desc, &layer->input, w,
                                                                  &layer->bias, &layer->output);
  if (status == 0) {
    status = operation_create(layer, &layer->backward_weights_op, &desc, hint, NULL);
  }
  if (status == 0 && s->input_gradient) {
    status = (int32_t)dnnl_inner_product_backward_data_desc_init(&desc, &layer->input, w,
                                                                 &layer->output);
    if (status == 0) {
      status = operation_create(layer, &layer->backward_data, &desc, hint, NULL);
    }
    layer->has_backward_data = true;
  }
  dnnl_primitive_desc_destroy(hint);
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

static int32_t add_memory(dg_layer *layer, const dnnl_memory_desc_t *desc, void *data,
                          dnnl_memory_t *out) {
  if (layer->memory_count == max_memories) {
    return (int32_t)dnnl_out_of_memory;
  }
  TRY(dnnl_memory_create(out, desc, layer->engine, data));
  layer->memories[layer->memory_count++] = *out;
  return 0;
}

static void add_argument(operation *op, int name, dnnl_memory_t memory) {
  op->arguments[op->count++] = (dnnl_exec_arg_t){name, memory};
}

// Gives `op` the weights in the layout `wanted`: the layer's own, or a copy.
static int32_t bind_weights(dg_layer *layer, operation *op, const dnnl_memory_desc_t *wanted,
                            dnnl_memory_t own, weights_copy *copy) {
  if (same(wanted, &layer->weights.desc)) {
    add_argument(op, DNNL_ARG_WEIGHTS, own);
    return 0;
  }
  const size_t bytes = (dnnl_memory_desc_get_size(wanted) + 63) / 64 * 64;
  copy->data = aligned_alloc(64, bytes);
  if (copy->data == NULL) {
    return (int32_t)dnnl_out_of_memory;
  }
  TRY(add_memory(layer, wanted, copy->data, &copy->memory));
  dnnl_primitive_desc_t pd = NULL;
  TRY(dnnl_reorder_primitive_desc_create(&pd, &layer->weights.desc, layer->engine, wanted,
                                         layer->engine, NULL));
  dnnl_status_t status = dnnl_primitive_create(&copy->reorder, pd);
  dnnl_primitive_desc_destroy(pd);
  TRY(status);
  copy->arguments[0] = (dnnl_exec_arg_t){DNNL_ARG_FROM, own};
  copy->arguments[1] = (dnnl_exec_arg_t){DNNL_ARG_TO, copy->memory};
  copy->version = UINT64_MAX;
  add_argument(op, DNNL_ARG_WEIGHTS, copy->memory);
  return 0;
}

static int32_t bind_scratch(dg_layer *layer, operation *op, void *scratch) {
  if (dnnl_memory_desc_get_size(&op->scratch) == 0) {
    return 0;
  }
  dnnl_memory_t memory = NULL;
  int32_t status = add_memory(layer, &op->scratch, scratch, &memory);
  if (status == 0) {
    add_argument(op, DNNL_ARG_SCRATCHPAD, memory);
  }
  return status;
}

int32_t dg_layer_bind(dg_layer *layer, const dg_layer_arrays *a) {
  hold_to_one_thread();
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
    status = add_memory(layer, each[i].desc, each[i].data, each[i].memory);
    if (status != 0) {
      return status;
    }
  }
  operation *op = &layer->forward;
  add_argument(op, DNNL_ARG_SRC, input);
  add_argument(op, DNNL_ARG_BIAS, bias);
  add_argument(op, DNNL_ARG_DST, output);
  status = bind_weights(layer, op, &layer->forward_weights, weights, &layer->forward_copy);
  if (status == 0) {
    status = bind_scratch(layer, op, a->scratch);
  }
  op = &layer->backward_weights_op;
  add_argument(op, DNNL_ARG_SRC, input);
  add_argument(op, DNNL_ARG_DIFF_DST, output_gradient);
  add_argument(op, DNNL_ARG_DIFF_WEIGHTS, weights_gradient);
  add_argument(op, DNNL_ARG_DIFF_BIAS, bias_gradient);
  if (status == 0) {
    status = bind_scratch(layer, op, a->scratch);
  }
  if (status == 0 && layer->has_backward_data) {
    op = &layer->backward_data;
    dnnl_memory_t input_gradient;
    status = add_memory(layer, &layer->input, a->input_gradient, &input_gradient);
    add_argument(op, DNNL_ARG_DIFF_DST, output_gradient);
    add_argument(op, DNNL_ARG_DIFF_SRC, input_gradient);
    if (status == 0) {
      status = bind_weights(layer, op, &layer->backward_weights, weights, &layer->backward_copy);
    }
    if (status == 0) {
      status = bind_scratch(layer, op, a->scratch);
    }
  }
  return status;
}

static int32_t execute(dg_layer *layer, operation *op) {
  hold_to_one_thread();
  TRY(dnnl_primitive_execute(op->primitive, layer->stream, op->count, op->arguments));
  return (int32_t)dnnl_stream_wait(layer->stream);
}

static int32_t refresh(dg_layer *layer, weights_copy *copy, uint64_t version) {
  if (copy->reorder == NULL || copy->version == version) {
    return 0;
  }
  hold_to_one_thread();
  TRY(dnnl_primitive_execute(copy->reorder, layer->stream, 2, copy->arguments));
  copy->version = version;
  return 0;
}

int32_t dg_layer_forward(dg_layer *layer, uint64_t weights_version) {
  int32_t status = refresh(layer, &layer->forward_copy, weights_version);
  return status != 0 ? status : execute(layer, &layer->forward);
}

int32_t dg_layer_backward_data(dg_layer *layer, uint64_t weights_version) {
  int32_t status = refresh(layer, &layer->backward_copy, weights_version);
  return status != 0 ? status : execute(layer, &layer->backward_data);
}

int32_t dg_layer_backward_weights(dg_layer *layer) {
  return execute(layer, &layer->backward_weights_op);
}

static int32_t reorder(const dg_layer *layer, const dnnl_memory_desc_t *from, const float *source,
                       const dnnl_memory_desc_t *to, float *target) {
  hold_to_one_thread();
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
