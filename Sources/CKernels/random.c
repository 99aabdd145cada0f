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

void dg_random_uniform(dg_random_key key, float *out, size_t count) {
  uint32_t words[4] = {0};
  for (size_t i = 0; i < count; i++) {
    if (i % 4 == 0) {
      random_block(key, i / 4, words);
    }
    out[i] = (float)(words[i % 4] >> 8) * 0x1p-24f;
  }
}

// Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
// Statistics 37 (1988), PPND7.
double dg_normal_quantile(double p) {
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * (((5.9109374720e+1 * r + 1.5929113202e+2) * r + 5.0434271938e+1) * r +
                3.3871327179e+0) /
           (((6.7187563600e+1 * r + 7.8757757664e+1) * r + 1.7895169469e+1) * r + 1);
  }
  double r = __builtin_sqrt(-dg_log(q < 0 ? p : 1 - p));
  double z;
  if (r <= 5) {
    r -= 1.6;
    z = (((1.7023821103e-1 * r + 1.3067284816e+0) * r + 2.7568153900e+0) * r + 1.4234372777e+0) /
        ((1.2021132975e-1 * r + 7.3700164250e-1) * r + 1);
  } else {
    r -= 5;
    z = (((1.7337203997e-2 * r + 4.2868294337e-1) * r + 3.0812263860e+0) * r + 6.6579051150e+0) /
        ((1.2258202635e-2 * r + 2.4197894225e-1) * r + 1);
  }
  return q < 0 ? -z : z;
}

void dg_random_normal(dg_random_key key, float *out, size_t count) {
  uint32_t words[4] = {0};
  for (size_t i = 0; i < count; i++) {
    if (i % 4 == 0) {
      random_block(key, i / 4, words);
    }
    out[i] = (float)dg_normal_quantile(((double)words[i % 4] + 0.5) * 0x1p-32);
  }
}
