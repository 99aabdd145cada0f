// Masks of dropout whose elements do not decide for themselves, and dropout that does not select.
#include <string.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

static size_t words_of(int32_t channels) { return ((size_t)channels + 15) / 16; }

void dg_share_mask(const dg_tensor *t, dg_shared_axes shared, const uint16_t *decisions,
                   uint16_t *out) {
  const size_t batch = (size_t)t->batch, height = (size_t)t->height, width = (size_t)t->width;
  const size_t words = words_of(t->channels), own = shared.channels ? 1 : words;
  const size_t rows = shared.height ? 1 : height, columns = shared.width ? 1 : width;
  for (size_t n = 0; n < batch; n++) {
    for (size_t y = 0; y < height; y++) {
      for (size_t x = 0; x < width; x++, out += words) {
        const size_t pixel = ((shared.batch ? 0 : n) * rows + (shared.height ? 0 : y)) * columns +
                             (shared.width ? 0 : x);
        for (size_t i = 0; i < words; i++) {
          out[i] = !shared.channels             ? decisions[pixel * own + i]
                   : (decisions[pixel] & 1) != 0 ? 0xFFFF
                                                 : 0;
        }
      }
    }
  }
}

uint64_t dg_block_mask(const dg_tensor *t, dg_blocks b, const uint16_t *seeds, uint16_t *out) {
  const int64_t height = t->height, width = t->width, size = b.size;
  const int64_t back = b.valid ? 0 : (size - 1) / 2;
  const size_t words = words_of(t->channels), own = b.shared ? 1 : words;
  const size_t pixels = (size_t)(height * width);
  memset(out, 0xFF, (size_t)t->batch * pixels * words * sizeof *out);
  for (size_t n = 0; n < (size_t)t->batch; n++) {
    for (int64_t y = 0; y < height; y++) {
      for (int64_t x = 0; x < width; x++) {
        if (b.valid && (y + size > height || x + size > width)) {
          continue;
        }
        const uint16_t *seed = seeds + (n * pixels + (size_t)(y * width + x)) * own;
        for (size_t i = 0; i < words; i++) {
          const uint16_t keep = !b.shared ? seed[i] : (seed[0] & 1) != 0 ? 0xFFFF : 0;
          if (keep == 0xFFFF) {
            continue;
          }
          for (int64_t v = y - back; v < y - back + size; v++) {
            for (int64_t u = x - back; u < x - back + size; u++) {
              if (v >= 0 && v < height && u >= 0 && u < width) {
                out[(n * pixels + (size_t)(v * width + u)) * words + i] &= keep;
              }
            }
          }
        }
      }
    }
  }
  const uint16_t last = (uint16_t)(0xFFFF >> (16 * words - (size_t)t->channels));
  uint64_t kept = 0;
  for (size_t pixel = 0; pixel < (size_t)t->batch * pixels; pixel++) {
    for (size_t i = 0; i < words; i++) {
      const unsigned word = out[pixel * words + i] & (i + 1 == words ? last : 0xFFFFu);
      kept += (unsigned)__builtin_popcount(word);
    }
  }
  return kept;
}

// Where element (n, pixel, c) lies.
static size_t place(const dg_tensor *t, size_t block, size_t n, size_t pixel, size_t c) {
  const size_t pixels = (size_t)t->height * (size_t)t->width, channels = (size_t)t->channels;
  switch (t->layout) {
    case dg_layout_planes: return (n * channels + c) * pixels + pixel;
    case dg_layout_flat: return (n * pixels + pixel) * channels + c;
    case dg_layout_blocked: break;
  }
  const size_t blocks = (channels + block - 1) / block;
  return ((n * blocks + c / block) * pixels + pixel) * block + c % block;
}

void dg_affine_dropout(const dg_tensor *t, int32_t block, const uint16_t *bits, float scale,
                       float offset, float dropped, const float *in, float *out) {
  const size_t pixels = (size_t)t->height * (size_t)t->width, words = words_of(t->channels);
  for (size_t n = 0; n < (size_t)t->batch; n++) {
    for (size_t pixel = 0; pixel < pixels; pixel++) {
      const uint16_t *kept = bits + (n * pixels + pixel) * words;
      for (size_t c = 0; c < (size_t)t->channels; c++) {
        const size_t at = place(t, (size_t)block, n, pixel, c);
        out[at] = kept[c / 16] >> (c % 16) & 1 ? in[at] * scale + offset : dropped;
      }
    }
  }
  dg_clear_lanes(t, block, out);
}

void dg_multiply(const dg_tensor *t, int32_t block, const float *factors, const float *in,
                 float *out) {
  const size_t pixels = (size_t)t->height * (size_t)t->width;
  const size_t padded = words_of(t->channels) * 16;
  for (size_t n = 0; n < (size_t)t->batch; n++) {
    for (size_t pixel = 0; pixel < pixels; pixel++) {
      const float *factor = factors + (n * pixels + pixel) * padded;
      for (size_t c = 0; c < (size_t)t->channels; c++) {
        const size_t at = place(t, (size_t)block, n, pixel, c);
        out[at] = in[at] * factor[c];
      }
    }
  }
  dg_clear_lanes(t, block, out);
}
