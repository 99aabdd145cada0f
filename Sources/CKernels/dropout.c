// Masks of dropout whose elements do not decide for themselves.
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
