// What a layer's memory holds, for every instruction set alike.
#include "CKernels.h"
#include "layers.h"

size_t dg_round16(int32_t count) { return ((size_t)count + 15) / 16 * 16; }

bool dg_convolution_is_winograd(const dg_convolution *l) {
  return l->kernel == 3 && l->stride == 1 && !l->planes && l->in_channels >= 8 &&
         l->out_channels >= 8 && l->out_height >= 2 && l->out_width >= 2;
}

bool dg_convolution_is_sparse(const dg_convolution *l) {
  return l->window > 1 && dg_convolution_is_winograd(l);
}

// Tiles of 4 along a side of `length`, and then one of 2 for one or two numbers that are left.
static void cut(int32_t length, int32_t count[2], int32_t start[2]) {
  const int32_t left = length % 4;
  count[0] = length / 4 + (left == 3);
  count[1] = left == 1 || left == 2;
  start[0] = 0;
  start[1] = length / 4 * 4;
}

int dg_tile_classes(int32_t height, int32_t width, dg_tiles classes[4]) {
  int32_t rows[2], columns[2], y[2], x[2];
  cut(height, rows, y);
  cut(width, columns, x);
  int count = 0;
  for (int i = 0; i < 2; i++) {
    for (int j = 0; j < 2; j++) {
      if (rows[i] > 0 && columns[j] > 0) {
        classes[count++] = (dg_tiles){.height = i == 0 ? 4 : 2,
                                      .width = j == 0 ? 4 : 2,
                                      .rows = rows[i],
                                      .columns = columns[j],
                                      .y = y[i],
                                      .x = x[j]};
      }
    }
  }
  return count;
}

size_t dg_tile_points(const dg_tiles *tiles) {
  return (size_t)((tiles->height + 2) * (tiles->width + 2));
}

size_t dg_point_stride(int32_t inputs, int32_t outputs) {
  return (size_t)inputs * dg_round16(outputs) + 16;
}

static size_t transformed(int32_t height, int32_t width, int32_t inputs, int32_t outputs) {
  dg_tiles classes[4];
  const int count = dg_tile_classes(height, width, classes);
  size_t points = 0;
  for (int i = 0; i < count; i++) {
    points += dg_tile_points(&classes[i]);
  }
  return points * dg_point_stride(inputs, outputs);
}

static size_t larger(size_t a, size_t b) { return a > b ? a : b; }

dg_padded dg_padded_input(const dg_convolution *l) {
  // The last row that an output reads, and what a tile of outputs reads beyond the last column.
  const int32_t height = (l->out_height - 1) * l->stride + l->kernel;
  const int32_t width = (l->out_width - 1) * l->stride + l->kernel;
  const int32_t bottom = l->in_height + l->pad_top, right = l->in_width + l->pad_left;
  return (dg_padded){.height = (size_t)(height > bottom ? height : bottom),
                     .width = (size_t)(width > right ? width : right)};
}

dg_convolution dg_transposed(const dg_convolution *l) {
  // The gradient with zeros between its rows and columns, which a stride of 1 reads.
  return (dg_convolution){.batch = l->batch,
                          .in_channels = l->out_channels,
                          .in_height = (l->out_height - 1) * l->stride + 1,
                          .in_width = (l->out_width - 1) * l->stride + 1,
                          .out_channels = l->in_channels,
                          .out_height = l->in_height,
                          .out_width = l->in_width,
                          .kernel = l->kernel,
                          .stride = 1,
                          .pad_top = l->kernel - 1 - l->pad_top,
                          .pad_left = l->kernel - 1 - l->pad_left};
}

size_t dg_band_rows(const dg_convolution *l) {
  const size_t row = dg_padded_input(l).width * 16, size = (size_t)l->window;
  const size_t pixels = 6144 / row;
  const size_t rows = size > 0 && pixels > 2 ? (pixels - 2) / size : 0;
  return rows > 1 ? rows : 1;
}

static size_t direct_scratch(const dg_convolution *l) {
  const dg_padded padded = dg_padded_input(l);
  const size_t channels = l->planes ? (size_t)l->in_channels : dg_round16(l->in_channels);
  const size_t image = (padded.height * padded.width + dg_slack_pixels(l)) * channels;
  const size_t rows = (size_t)(l->kernel * l->kernel * l->in_channels);
  // The padded image, the offsets of what a sum reads, and a row of outputs.
  return image + rows + 16 + ((size_t)l->out_width + dg_most_rows) * 32;
}

size_t dg_slack_pixels(const dg_convolution *l) { return (size_t)(dg_most_rows * l->stride); }

dg_layer_sizes dg_convolution_sizes(const dg_convolution *l) {
  dg_layer_sizes sizes;
  const size_t taps = (size_t)(l->kernel * l->kernel);
  sizes.weights = taps * (size_t)l->in_channels * dg_round16(l->out_channels);
  const dg_convolution back = dg_transposed(l);
  if (!dg_convolution_is_winograd(l)) {
    sizes.forward = 0;
    sizes.backward = taps * (size_t)l->out_channels * dg_round16(l->in_channels);
    sizes.scratch = larger(direct_scratch(l), l->planes ? 0 : direct_scratch(&back));
    return sizes;
  }
  sizes.forward = transformed(l->out_height, l->out_width, l->in_channels, l->out_channels);
  sizes.backward = transformed(l->in_height, l->in_width, l->out_channels, l->in_channels);
  const size_t in = dg_round16(l->in_channels), out = dg_round16(l->out_channels);
  if (dg_convolution_is_sparse(l)) {
    sizes.backward = 9 * in * out;
  }
  const size_t most = in > out ? in : out;
  const size_t pass = 36 * (dg_most_tiles * most + 16 + dg_most_tiles * 32 + 16);
  const size_t gradient = 36 * (dg_gradient_tiles * (in + out) + 32) +
                          36 * dg_point_stride(l->in_channels, l->out_channels);
  const dg_padded padded = dg_padded_input(l);
  // The padded image and its gradient, sums of kernels, and lists of gradients of a band.
  const size_t list =
      2 * (dg_band_rows(l) * (size_t)l->window * (size_t)l->out_width + 16) + 64;
  const size_t sparse =
      2 * padded.height * padded.width * in + 9 * in * out + out * list;
  sizes.scratch = larger(pass, dg_convolution_is_sparse(l) ? sparse : gradient) + dg_edge_count;
  return sizes;
}

size_t dg_convolution_weight(const dg_convolution *l, size_t k, size_t o) {
  return k * dg_round16(l->out_channels) + o;
}

size_t dg_panel_width(const dg_dense *l, size_t panel) {
  const size_t left = dg_round16(l->outputs) - panel * 32;
  return left < 32 ? left : 32;
}

size_t dg_dense_weight(const dg_dense *l, size_t k, size_t o) {
  const size_t panel = o / 32;
  return panel * 32 * (size_t)l->inputs + k * dg_panel_width(l, panel) + o % 32;
}

dg_layer_sizes dg_dense_sizes(const dg_dense *l) {
  const size_t rows = dg_padded_rows(l), outputs = dg_round16(l->outputs);
  const size_t inputs = (size_t)l->inputs + dg_most_rows;
  dg_layer_sizes sizes = {.weights = (size_t)l->inputs * outputs, .forward = 0, .backward = 0};
  // The input and its gradient by columns, outputs by panels and by columns, and offsets.
  sizes.scratch = inputs * rows + 2 * rows * outputs + larger((size_t)l->inputs, outputs) + 64;
  return sizes;
}

size_t dg_padded_rows(const dg_dense *l) {
  return ((size_t)l->batch + dg_most_rows + 15) / 16 * 16;
}
