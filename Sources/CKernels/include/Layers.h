// Convolution and dense layers, forward and backward, for one thread.
//
// Every output is a sum over its inputs in one fixed order, lane by lane and with fused
// multiply-add, so that the bits are the same on every machine that has it, and however many
// outputs a machine's registers hold at a time.
//
// Axis letters: n image, c channel that is read, o channel that is made, y row, x column, k number
// that is summed over, t tile, p point of a transformed tile.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A convolution with bias. Zeros lie in front of the first row and column, and behind the last ones
// as many as the output needs. The output is blocked; the input too, or with `planes` [n][c][h][w].
//
// Weights lie as [kernel][kernel][c][o rounded up to 16]; biases are rounded up as well. What rounds
// up is 0, also in every gradient.
typedef struct {
  int32_t batch;
  int32_t in_channels, in_height, in_width;
  int32_t out_channels, out_height, out_width;
  int32_t kernel, stride, pad_top, pad_left;
  bool planes;
  // The windows of a max pool behind the layer, else 0. Most gradients of the output are 0 then;
  // where the algorithm is Winograd's, the backward pass sums over the others one by one.
  int32_t window;
} dg_convolution;

// A dense layer with bias, of rows [n][inputs] and [n][outputs].
//
// Weights lie in panels of 32 outputs, [o / 32][k][32]; the last one has 16 where that is enough.
typedef struct {
  int32_t batch, inputs, outputs;
} dg_dense;

// The numbers that memory is needed for: the weights; what `prepare` makes of them for either
// direction; and what is used while a function runs.
typedef struct {
  size_t weights, forward, backward, scratch;
} dg_layer_sizes;
dg_layer_sizes dg_convolution_sizes(const dg_convolution *_Nonnull layer);
dg_layer_sizes dg_dense_sizes(const dg_dense *_Nonnull layer);

// Whether the layer is computed by Winograd's algorithm, with tiles of 4 × 4 and 2 × 2 outputs: a
// rule over shapes, so that results depend on no measurement.
bool dg_convolution_is_winograd(const dg_convolution *_Nonnull layer);

// Whether the backward pass is `dg_convolution_backward_sparse_function`.
bool dg_convolution_is_sparse(const dg_convolution *_Nonnull layer);

// Where weight (k, o) lies, k counting (kernel row, kernel column, c) or the inputs.
size_t dg_convolution_weight(const dg_convolution *_Nonnull layer, size_t k, size_t o);
size_t dg_dense_weight(const dg_dense *_Nonnull layer, size_t k, size_t o);

// Makes what the passes read of the weights, anew when those have changed.
typedef void (*dg_convolution_prepare_function)(const dg_convolution *_Nonnull layer,
                                                const float *_Nonnull weights,
                                                bool backward, float *_Nonnull prepared);

// The output, with `relu` not below 0; NaN stays.
typedef void (*dg_convolution_forward_function)(const dg_convolution *_Nonnull layer,
                                                const float *_Nonnull input,
                                                const float *_Nonnull prepared,
                                                const float *_Nonnull bias, bool relu,
                                                float *_Nonnull output,
                                                float *_Nonnull scratch);

// The gradient with respect to the input.
typedef void (*dg_convolution_backward_data_function)(const dg_convolution *_Nonnull layer,
                                                      const float *_Nonnull output_gradient,
                                                      const float *_Nonnull prepared,
                                                      float *_Nonnull input_gradient,
                                                      float *_Nonnull scratch);

// The gradients with respect to weights and bias; with `add` they are added to what is there.
typedef void (*dg_convolution_backward_weights_function)(const dg_convolution *_Nonnull layer,
                                                         const float *_Nonnull input,
                                                         const float *_Nonnull output_gradient,
                                                         bool add,
                                                         float *_Nonnull weights_gradient,
                                                         float *_Nonnull bias_gradient,
                                                         float *_Nonnull scratch);

// Where the gradients of an output are not 0 behind a pool: the gradient of the pool's input is that
// of its output at the window's winner, and 0 elsewhere.
typedef struct {
  int32_t height, width;  // windows
  const float *_Nonnull gradient;      // [n][cb][height][width][16]
  const uint8_t *_Nonnull winner;      // the same shape: the place in the window, row-major
} dg_winners;

// The gradients with respect to weights, bias and, where they are asked for, the input, as sums over
// the numbers of the output's gradient that are not 0, window by window. They are those of
// `output_gradient`, or of `winners`; pixels outside of every window have none.
typedef void (*dg_convolution_backward_sparse_function)(
    const dg_convolution *_Nonnull layer, const float *_Nonnull input,
    const float *_Nullable output_gradient, const dg_winners *_Nullable winners,
    const float *_Nullable prepared, bool add, float *_Nonnull weights_gradient,
    float *_Nonnull bias_gradient, float *_Nullable input_gradient, float *_Nonnull scratch);

typedef void (*dg_dense_forward_function)(const dg_dense *_Nonnull layer,
                                          const float *_Nonnull input,
                                          const float *_Nonnull weights,
                                          const float *_Nonnull bias, bool relu,
                                          float *_Nonnull output, float *_Nonnull scratch);
typedef void (*dg_dense_backward_data_function)(const dg_dense *_Nonnull layer,
                                                const float *_Nonnull output_gradient,
                                                const float *_Nonnull weights,
                                                float *_Nonnull input_gradient,
                                                float *_Nonnull scratch);
typedef void (*dg_dense_backward_weights_function)(const dg_dense *_Nonnull layer,
                                                   const float *_Nonnull input,
                                                   const float *_Nonnull output_gradient,
                                                   bool add,
                                                   float *_Nonnull weights_gradient,
                                                   float *_Nonnull bias_gradient,
                                                   float *_Nonnull scratch);
