// The convolution and dense layers of oneDNN (2.x, C API), one batch size at a time.
//
// Activations of feature maps lie as [n][c/b][h][w][b], b = dg_channel_block(); those of dense
// layers as [n][c]. Weights lie in a layout that oneDNN chose (`dg_layout`); biases are plain.
// Everything runs on the calling thread alone.
//
// Every function that can fail returns 0 or a status that `dg_status_text` names.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct dg_layout dg_layout;
typedef struct dg_layer dg_layer;

// Channels that lie side by side in a feature map: 16 with AVX-512, else 8.
int32_t dg_channel_block(void);

// Keeps oneDNN from instructions beyond "scalar" (SSE 4.1), "avx2" or "avx512"; 0, or a status where
// it is in use already or has not that set.
int32_t dg_limit_isa(const char *_Nonnull name);

// oneDNN's version as in "2.6.3".
const char *_Nonnull dg_version(void);

// The instruction set that oneDNN dispatches to, as in "avx512_core".
const char *_Nonnull dg_isa(void);

const char *_Nonnull dg_status_text(int32_t status);

// A convolution with bias; zeros lie in front of the first row and column, and behind the last ones
// as many as the output needs.
typedef struct {
  int32_t batch;
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel, stride, pad_top, pad_left;
  bool plain_input;  // the input is [n][c][h][w]
  bool input_gradient;  // `dg_layer_backward_data` will be called
} dg_convolution_shape;

// A dense layer with bias; the input is [n][inputs].
typedef struct {
  int32_t batch;
  int32_t inputs, outputs;
  bool input_gradient;
} dg_dense_shape;

// Builds the primitives for one batch size. `weights` is the layout that an earlier batch size
// of the same layer chose, or NULL to choose.
int32_t dg_convolution_create(const dg_convolution_shape *_Nonnull shape,
                              const dg_layout *_Nullable weights, dg_layer *_Nullable *_Nonnull out);
int32_t dg_dense_create(const dg_dense_shape *_Nonnull shape, const dg_layout *_Nullable weights,
                        dg_layer *_Nullable *_Nonnull out);
void dg_layer_destroy(dg_layer *_Nullable layer);

// The layout of this layer's weights and their gradient; lives as long as the layer.
const dg_layout *_Nonnull dg_layer_layout(const dg_layer *_Nonnull layer);
size_t dg_layout_bytes(const dg_layout *_Nonnull layout);

// Bytes of scratch memory that the layer needs while it runs.
size_t dg_layer_scratch_bytes(const dg_layer *_Nonnull layer);

// The implementations that oneDNN chose, as in "forward jit_wino_4x3:avx512_core".
size_t dg_layer_describe(const dg_layer *_Nonnull layer, char *_Nonnull text, size_t capacity);

// The arrays that a layer works on; all aligned to 64 bytes, alive as long as the layer.
typedef struct {
  float *_Nonnull input;
  float *_Nonnull output;
  float *_Nonnull output_gradient;
  float *_Nullable input_gradient;
  float *_Nonnull weights;  // in the layer's layout
  float *_Nonnull bias;
  float *_Nonnull weights_gradient;
  float *_Nonnull bias_gradient;
  void *_Nullable scratch;
} dg_layer_arrays;
int32_t dg_layer_bind(dg_layer *_Nonnull layer, const dg_layer_arrays *_Nonnull arrays);

// `weights_version` changes whenever the weights have; copies in other layouts follow it.
int32_t dg_layer_forward(dg_layer *_Nonnull layer, uint64_t weights_version);
int32_t dg_layer_backward_data(dg_layer *_Nonnull layer, uint64_t weights_version);
int32_t dg_layer_backward_weights(dg_layer *_Nonnull layer);

// Weights between (kh, kw, in, out) or (in, out) order and the layer's layout.
int32_t dg_layer_import_weights(const dg_layer *_Nonnull layer, const float *_Nonnull plain,
                                float *_Nonnull blocked);
int32_t dg_layer_export_weights(const dg_layer *_Nonnull layer, const float *_Nonnull blocked,
                                float *_Nonnull plain);

#ifdef __cplusplus
}
#endif
