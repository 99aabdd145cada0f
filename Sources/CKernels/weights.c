// DropConnect: masks of weights, and the variance that they give a dense layer's outputs.
#include <string.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

void dg_mask_weights(const float *in, const uint32_t *positions, const uint16_t *bits, float scale,
                     float *out, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t position = positions[i];
    out[i] = bits[position / 16] >> (position % 16) & 1 ? in[i] * scale : 0;
  }
}

void dg_squared_dense(const dg_dense *l, const float *input, const float *weights,
                      const float *bias, double *out) {
  const size_t inputs = (size_t)l->inputs, outputs = (size_t)l->outputs;
  for (size_t n = 0; n < (size_t)l->batch; n++) {
    double *sums = out + n * outputs;
    for (size_t o = 0; o < outputs; o++) {
      sums[o] = (double)bias[o] * (double)bias[o];
    }
    for (size_t i = 0; i < inputs; i++) {
      const double x = (double)input[n * inputs + i];
      if (x == 0) {
        continue;
      }
      for (size_t o = 0; o < outputs; o++) {
        const double term = x * (double)weights[dg_dense_weight(l, i, o)];
        sums[o] += term * term;
      }
    }
  }
}
