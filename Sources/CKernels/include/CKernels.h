// Element-wise and pooling kernels around the convolutions, and the counter-based generator.
//
// Feature maps lie as [n][cb][h][w][b]: channel c is lane c % b of block c / b; the lanes of the
// last block beyond the channels hold zeros. b is 16.
//
// Every kernel does the same IEEE operations in the same order on every instruction set and at
// every optimisation level (no contraction, no reassociation), so that its results are the same
// to the bit.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "Layers.h"

#ifdef __cplusplus
extern "C" {
#endif

// What a random number is a function of, besides the element's index: Philox4x32-10 with
//   key     = seed (low word, high word)
//   counter = (block index, step, name, stream << 28 | part)
// A block holds the numbers of 4 or of 16 elements. With block indices below 2^32, parts below 2^28
// and streams below 16 no two keys or blocks share a counter.
typedef struct {
  uint64_t seed;
  uint32_t step;
  uint32_t name;
  uint32_t stream;
  uint32_t part;
} dg_random_key;

// Four random words (Salmon et al., SC'11).
void dg_philox(const uint32_t counter[_Nonnull 4], const uint32_t key[_Nonnull 2],
               uint32_t out[_Nonnull 4]);

// The random word of element `index`: word index % 4 of block index / 4.
uint32_t dg_random_word(dg_random_key key, uint64_t index);

// out[i] = the upper 24 bits of the word of element i as a number in [0, 1).
typedef void (*dg_random_uniform_function)(dg_random_key key, float *_Nonnull out, size_t count);

// out[i] = mean + deviation · z, z the number of the normal distribution for element i:
// Φ⁻¹((w + ½) / 2^32), w its word (`dg_normal_quantile`).
typedef void (*dg_random_normal_function)(dg_random_key key, float mean, float deviation,
                                          float *_Nonnull out, size_t count);

// Exponential and logarithm in double precision, the same on every machine; relative error below
// 1e-14. exp is 0 below -708.
double dg_exp(double x);
double dg_log(double x);

// The x below which a standard normal number lies with probability p, 0 < p < 1; relative error
// below 1e-15 (Wichura, "Algorithm AS 241", Applied Statistics 37, 1988).
double dg_normal_quantile(double p);

// cos(πx) for 0 <= x <= 1; error below 1e-15, and exact at 0, ½ and 1.
double dg_cos_pi(double x);

// Keep decisions of one dropout layer: a bit per element, set where it is kept.
//
// Element 16 · i + k is bit k of word i. Its decision is that of comparing a 32-bit uniform with
// `threshold` (dropped where it is smaller): the first byte is byte k of Philox block i; only
// where it equals the threshold's are the other 24 bits drawn, from stream `key.stream + 1`.
// Hence a higher threshold drops a superset of what a lower one drops.
typedef void (*dg_mask_bits_function)(dg_random_key key, uint32_t threshold,
                                      uint16_t *_Nonnull out, size_t words);

// How the numbers of a batch of maps or rows lie in memory.
typedef enum {
  dg_layout_planes = 0,   // [n][c][h][w]
  dg_layout_blocked = 1,  // [n][cb][h][w][b]
  dg_layout_flat = 2      // [n][h][w][c]; rows are maps of 1 × 1
} dg_tensor_layout;

typedef struct {
  dg_tensor_layout layout;
  int32_t batch, height, width, channels;
} dg_tensor;

// Keep decisions that elements share: a word per pixel and 16 channels of `tensor` from those of a
// tensor whose shared axes have length 1.
typedef struct {
  bool batch, height, width, channels;
} dg_shared_axes;
void dg_share_mask(const dg_tensor *_Nonnull tensor, dg_shared_axes shared,
                   const uint16_t *_Nonnull decisions, uint16_t *_Nonnull out);

// DropBlock's mask: drops the size × size block of every seed, a cleared bit of `seeds`.
//
// `seeds` has a word per pixel and 16 channels, or with `shared` channels per pixel and bit 0
// counts. Where `valid`, a seed is its block's upper left pixel and counts only where the block
// lies inside the map; else it is pixel ((size − 1) / 2, (size − 1) / 2) of a block that the border
// cuts off. Returns how many of the tensor's elements are kept.
typedef struct {
  int32_t size;
  bool shared, valid;
} dg_blocks;
uint64_t dg_block_mask(const dg_tensor *_Nonnull tensor, dg_blocks blocks,
                       const uint16_t *_Nonnull seeds, uint16_t *_Nonnull out);

typedef enum { dg_pool_max = 0, dg_pool_average = 1 } dg_pool_kind;

// One pool (or, with size 1, the flattening of maps) with the dropout on either side of it.
typedef struct {
  dg_pool_kind kind;
  int32_t size;  // height, width and stride of the window
  int32_t batch, channels, in_height, in_width, out_height, out_width;
  bool flat_output;  // the output lies as [n][h][w][c] rather than in blocks
  bool relu_input;   // a ReLU comes before everything else
  // Element-wise dropout: a word per pixel and 16 channels, or NULL.
  const uint16_t *_Nullable before_bits;
  const uint16_t *_Nullable after_bits;
  float before_scale, after_scale;
  // Spatial dropout: a factor per image and channel ([n][channels rounded up to 16]), or NULL.
  const float *_Nullable before_factors;
  const float *_Nullable after_factors;
} dg_pool;

// winner: for max pooling the position in the window of each output, row-major, first of equals;
// may be NULL at evaluation.
typedef void (*dg_pool_forward_function)(const dg_pool *_Nonnull pool,
                                         const float *_Nonnull input, float *_Nonnull output,
                                         uint8_t *_Nullable winner);

// Gradient with respect to the input; with `relu_input` zero where that is not positive.
typedef void (*dg_pool_backward_function)(const dg_pool *_Nonnull pool,
                                          const float *_Nonnull input,
                                          const uint8_t *_Nullable winner,
                                          const float *_Nonnull output_gradient,
                                          float *_Nonnull input_gradient);

// Gradient with respect to the winners of a max pool without dropout before it, [n][cb][y][x][b]; with
// `relu_input` zero where the output is not positive.
typedef void (*dg_pool_winner_gradient_function)(const dg_pool *_Nonnull pool,
                                                 const float *_Nonnull output,
                                                 const float *_Nonnull output_gradient,
                                                 float *_Nonnull gradient);

// Stochastic pooling (Zeiler and Fergus, ICLR 2013) of blocked maps to blocked maps; the kind, the
// dropout and the flattening of `pool` do not count, and a number below 0 counts as 0. With
// `uniforms` ([n][y][x][channels rounded up to 16], in [0, 1)) element i of a window is taken with
// probability a[i] / Σ a, and its position goes to `winner`; without, the output is Σ a[i]² / Σ a.
// The gradient is that of a max pool with `relu_input`.
typedef void (*dg_stochastic_forward_function)(const dg_pool *_Nonnull pool,
                                               const float *_Nonnull input,
                                               const float *_Nullable uniforms,
                                               float *_Nonnull output,
                                               uint8_t *_Nullable winner);

// The expectation of a max pool of blocked maps to blocked maps over masks that make each number 0
// with probability `rate`.
typedef void (*dg_expected_max_forward_function)(const dg_pool *_Nonnull pool, float rate,
                                                 const float *_Nonnull input,
                                                 float *_Nonnull output);

// Rows of the averages over the pixels of blocked maps, summed in double precision; and the
// gradient with respect to the maps.
typedef void (*dg_global_average_function)(const dg_tensor *_Nonnull maps,
                                           const float *_Nonnull in, float *_Nonnull out);

// gradient = output > 0 ? gradient · scale : 0, for ReLU and for ReLU with dropout behind it.
typedef void (*dg_relu_backward_function)(float *_Nonnull gradient,
                                          const float *_Nonnull output, float scale,
                                          size_t count);

// Dropout of a whole tensor: bits, then factors, then noise, each of which may be NULL.
typedef struct {
  dg_tensor tensor;
  const uint16_t *_Nullable bits;  // a word per pixel and 16 channels: kept ? x · scale : 0
  float scale;
  // With `affine` rather kept ? x · scale + offset : dropped, and not 0 in lanes without a channel.
  bool affine;
  float offset, dropped;
  const float *_Nullable factors;  // a factor per image and channel, as in `dg_pool`
  const float *_Nullable noise;    // a factor per element: [n][h][w][channels rounded up to 16]
} dg_dropout;

// The output, or the gradient with respect to the input; `out` may be `in`.
typedef void (*dg_dropout_function)(const dg_dropout *_Nonnull dropout, const float *_Nonnull in,
                                    float *_Nonnull out);

typedef enum {
  dg_relu = 0,        // max(0, x)
  dg_leaky_relu = 1,  // x > 0 ? x : slope · x
  dg_elu = 2,         // x > 0 ? x : alpha · (exp(x) − 1)
  dg_selu = 3,        // λ · elu(x) with Klambauer's λ and α
  dg_gelu = 4,        // x · Φ(x), Φ the normal distribution function
  dg_tanh = 5,
  dg_sigmoid = 6
} dg_activation_kind;

typedef struct {
  dg_activation_kind kind;
  float parameter;  // the slope or alpha
} dg_activation;

// NaN stays NaN; `out` may be `in`.
typedef void (*dg_activation_forward_function)(dg_activation activation,
                                               const float *_Nonnull in, float *_Nonnull out,
                                               size_t count);

// The gradient with respect to the input, from the layer's input and output.
typedef void (*dg_activation_backward_function)(dg_activation activation,
                                                const float *_Nonnull in,
                                                const float *_Nonnull out,
                                                const float *_Nonnull out_gradient,
                                                float *_Nonnull in_gradient, size_t count);

// Mean and variance (over images and pixels, biased) of every channel of blocked maps, in double
// precision; the arrays hold the channels rounded up to whole blocks.
typedef void (*dg_moments_function)(const dg_tensor *_Nonnull tensor, const float *_Nonnull in,
                                    double *_Nonnull mean, double *_Nonnull variance);

// out = (in − mean) · factor + shift, channel by channel.
typedef void (*dg_normalise_function)(const dg_tensor *_Nonnull tensor, const float *_Nonnull in,
                                      const float *_Nonnull mean, const float *_Nonnull factor,
                                      const float *_Nonnull shift, float *_Nonnull out);

// Gradients of batch normalisation: x̂ = (in − mean) · inverse, dβ = Σ g, dγ = Σ g · x̂,
// dx = factor · (g − dβ / N − x̂ · dγ / N), where factor = γ · inverse and N is what is summed over.
typedef void (*dg_normalise_backward_function)(
    const dg_tensor *_Nonnull tensor, const float *_Nonnull in, const float *_Nonnull mean,
    const float *_Nonnull inverse, const float *_Nonnull factor,
    const float *_Nonnull out_gradient, float *_Nullable in_gradient,
    float *_Nonnull gamma_gradient, float *_Nonnull beta_gradient);

typedef struct {
  float learning_rate, momentum;
  bool nesterov;
  bool keras;  // Keras's form of the velocity, else PyTorch's
} dg_sgd;

// One update; false where a gradient was, or a weight became, not finite.
typedef bool (*dg_sgd_function)(dg_sgd options, float *_Nonnull weights,
                                float *_Nonnull velocity, const float *_Nonnull gradient,
                                size_t count);

// Adam (Kingma and Ba, ICLR 2015) and AdamW (Loshchilov and Hutter, ICLR 2019), in the steps
//   m ← m + (g − m) · first_share            first_share = 1 − β₁
//   v ← v + (g² − v) · second_share          second_share = 1 − β₂
//   w ← w · keep − m · step_size / (√v · root_scale + epsilon)
// The caller puts the corrections of the bias and the decay of the weights into the factors.
typedef struct {
  float first_share, second_share, keep, step_size, root_scale;
  float epsilon;  // above 0: where a gradient has always been 0 it is the whole denominator
} dg_adam;

// One update; false where a gradient was, or a weight or second moment became, not finite.
typedef bool (*dg_adam_function)(dg_adam options, float *_Nonnull weights,
                                 float *_Nonnull first_moment, float *_Nonnull second_moment,
                                 const float *_Nonnull gradient, size_t count);

// Constant tables of functions without state, so any thread may use them.
typedef struct __attribute__((swift_attr("@Sendable"))) {
  const char *_Nonnull name;
  dg_mask_bits_function _Nonnull mask_bits;
  dg_random_uniform_function _Nonnull random_uniform;
  dg_random_normal_function _Nonnull random_normal;
  dg_pool_forward_function _Nonnull pool_forward;
  dg_pool_backward_function _Nonnull pool_backward;
  dg_pool_winner_gradient_function _Nonnull pool_winner_gradient;
  dg_stochastic_forward_function _Nonnull stochastic_forward;
  dg_expected_max_forward_function _Nonnull expected_max_forward;
  dg_global_average_function _Nonnull global_average_forward;
  dg_global_average_function _Nonnull global_average_backward;
  dg_relu_backward_function _Nonnull relu_backward;
  dg_dropout_function _Nonnull dropout;
  dg_activation_forward_function _Nonnull activation_forward;
  dg_activation_backward_function _Nonnull activation_backward;
  dg_moments_function _Nonnull moments;
  dg_normalise_function _Nonnull normalise;
  dg_normalise_backward_function _Nonnull normalise_backward;
  dg_sgd_function _Nonnull sgd;
  dg_adam_function _Nonnull adam;
  dg_convolution_prepare_function _Nonnull convolution_prepare;
  dg_convolution_forward_function _Nonnull convolution_forward;
  dg_convolution_backward_data_function _Nonnull convolution_backward_data;
  dg_convolution_backward_weights_function _Nonnull convolution_backward_weights;
  dg_convolution_backward_sparse_function _Nonnull convolution_backward_sparse;
  dg_dense_forward_function _Nonnull dense_forward;
  dg_dense_backward_data_function _Nonnull dense_backward_data;
  dg_dense_backward_weights_function _Nonnull dense_backward_weights;
} dg_kernels;

// The kernels of "avx512", "avx2" or "scalar"; NULL where this machine has not that one.
const dg_kernels *_Nullable dg_kernels_named(const char *_Nonnull name);

// factors[i] = kept ? scale : 0, times what it was where `multiply` is set.
void dg_channel_factors(const uint16_t *_Nonnull bits, float scale, bool multiply,
                        float *_Nonnull factors, size_t count);

// out[i] = kept ? in[i] · scale : 0, with the decision of element positions[i]; `out` may be `in`.
void dg_mask_weights(const float *_Nonnull in, const uint32_t *_Nonnull positions,
                     const uint16_t *_Nonnull bits, float scale, float *_Nonnull out,
                     size_t count);

// out[n][o] = b[o]² + Σ x[n][i]² w[i][o]², in double precision.
void dg_squared_dense(const dg_dense *_Nonnull layer, const float *_Nonnull input,
                      const float *_Nonnull weights, const float *_Nonnull bias,
                      double *_Nonnull out);

// Zeroes the lanes of blocked maps beyond their channels.
void dg_clear_lanes(const dg_tensor *_Nonnull tensor, float *_Nonnull values);

// Copies images `indices[0..<count]` of `images` ([i][h][w][c]) into a batch; the rest of the
// batch becomes zeros.
void dg_gather(const float *_Nonnull images, const int32_t *_Nonnull indices, int32_t count,
               int32_t batch, int32_t height, int32_t width, int32_t channels,
               dg_tensor_layout layout, float *_Nonnull out);

typedef struct {
  double loss;      // sum over the rows
  int32_t correct;  // rows whose largest logit (the first of equals) is the label's
} dg_loss;

// Cross-entropy between softmax and target of the first `rows` rows. The target is one-hot, mixed
// with `smoothing` (0 <= smoothing < 1) parts of the uniform distribution (Szegedy et al., CVPR
// 2016). Where `gradient` is given it becomes (softmax − target) / whole, `whole` the rows that the
// loss is a mean over, and zero in rows `rows..<batch`.
dg_loss dg_softmax_cross_entropy(const float *_Nonnull logits, const int32_t *_Nonnull labels,
                                 int32_t rows, int32_t batch, int32_t classes, double smoothing,
                                 int32_t whole, float *_Nullable gradient);

// Adds the softmax of the first `rows` rows of logits to `sums`.
void dg_add_softmax(const float *_Nonnull logits, int32_t rows, int32_t classes,
                    double *_Nonnull sums);

// Cross-entropy of the mean of `samples` predictions, whose sums are given.
dg_loss dg_mean_cross_entropy(const double *_Nonnull sums, const int32_t *_Nonnull labels,
                              int32_t rows, int32_t classes, int32_t samples);

#ifdef __cplusplus
}
#endif
