#include "CKernels.h"
#include "philox.h"

#pragma STDC FP_CONTRACT OFF

void dg_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < philox_rounds; round++) {
    const uint64_t p0 = (uint64_t)philox_multiplier0 * c0;
    const uint64_t p1 = (uint64_t)philox_multiplier1 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += philox_weyl0;
    k1 += philox_weyl1;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

static void random_block(dg_random_key key, uint64_t block, uint32_t out[4]) {
  const uint32_t counter[4] = {(uint32_t)block, key.step, key.name,
                               key.stream << 28 | key.part};
  const uint32_t words[2] = {(uint32_t)key.seed, (uint32_t)(key.seed >> 32)};
  dg_philox(counter, words, out);
}

uint32_t dg_random_word(dg_random_key key, uint64_t index) {
  uint32_t words[4];
  random_block(key, index / 4, words);
  return words[index % 4];
}
