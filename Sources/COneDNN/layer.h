// What the files of this target share; nobody else includes it.
#pragma once

#include "COneDNN.h"

#include <dnnl.h>

#pragma GCC visibility push(hidden)

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
} dg_operation;

// The weights in a layout that an operation wants, made anew when they change.
typedef struct {
  float *data;
  dnnl_memory_t memory;
  dnnl_primitive_t reorder;
  dnnl_exec_arg_t arguments[2];
  uint64_t version;
} dg_weights_copy;

struct dg_layer {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  dnnl_memory_desc_t input, output, bias, plain_weights;
  dg_layout weights;
  dnnl_memory_desc_t forward_weights, backward_weights;
  dg_operation forward, backward_data, backward_weights_op;
  dg_weights_copy forward_copy, backward_copy;
  dnnl_memory_t memories[max_memories];
  int memory_count;
  bool has_backward_data;
};

// Has oneDNN use one thread in this thread: a trial has no more.
void dg_hold_to_one_thread(void);

bool dg_same_layout(const dnnl_memory_desc_t *a, const dnnl_memory_desc_t *b);

// A layer with an engine and nothing else; also where it fails, for dg_layer_destroy.
int32_t dg_layer_new(dg_layer **out);

// Makes `op` from an operation descriptor; the primitive's descriptor goes to `out`, or away
// where `out` is NULL.
int32_t dg_operation_create(dg_layer *layer, dg_operation *op, const void *desc,
                            const_dnnl_primitive_desc_t hint, dnnl_primitive_desc_t *out);
void dg_operation_destroy(dg_operation *op);

// Memory of the layer's, at `data`.
int32_t dg_add_memory(dg_layer *layer, const dnnl_memory_desc_t *desc, void *data,
                      dnnl_memory_t *out);
void dg_add_argument(dg_operation *op, int name, dnnl_memory_t memory);

// Gives `op` the weights in the layout `wanted`: the layer's own, or a copy.
int32_t dg_bind_weights(dg_layer *layer, dg_operation *op, const dnnl_memory_desc_t *wanted,
                        dnnl_memory_t own, dg_weights_copy *copy);
// Makes the copy anew where the weights are not of `version`.
int32_t dg_refresh(dg_layer *layer, dg_weights_copy *copy, uint64_t version);
void dg_copy_destroy(dg_weights_copy *copy);

#pragma GCC visibility pop
