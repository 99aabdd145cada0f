// Where the parts of a convolution lie; what the files of this target share.
#pragma once
#include "CKernels.h"

enum {
  dg_most_rows = 14,        // rows of the largest register tile
  dg_most_tiles = 14,       // tiles whose products follow each other, at most
  dg_gradient_tiles = 32,   // tiles of a weight gradient that are transformed together
  dg_edge_count = 6 * 6 * 16  // a tile at the border, with zeros
};

size_t dg_round16(int32_t count);

// The tiles of one size that an output is cut into; the last ones may reach beyond it.
typedef struct {
  int32_t height, width;  // outputs of a tile
  int32_t rows, columns;  // of tiles
  int32_t y, x;           // where the first one lies
} dg_tiles;
int dg_tile_classes(int32_t height, int32_t width, dg_tiles classes[4]);
size_t dg_tile_points(const dg_tiles *tiles);

// Numbers from one point to the next in transformed weights, [p][o / 16][c][16]: not a power of
// two, so that the points do not meet in one set of the cache.
size_t dg_point_stride(int32_t inputs, int32_t outputs);

// The input with the zeros around it.
typedef struct {
  size_t height, width;
} dg_padded;
dg_padded dg_padded_input(const dg_convolution *layer);

// Pixels that a tile may read behind the last one.
size_t dg_slack_pixels(const dg_convolution *layer);

// Rows of windows whose pixels of 16 channels stay in the nearest cache. A sparse gradient with
// respect to the input is summed band by band, so this belongs to the numbers.
size_t dg_band_rows(const dg_convolution *layer);

// The convolution that makes the input's gradient of the output's.
dg_convolution dg_transposed(const dg_convolution *layer);

size_t dg_panel_width(const dg_dense *layer, size_t panel);
// Images of a batch that lie side by side, and what a tile may read behind them.
size_t dg_padded_rows(const dg_dense *layer);
