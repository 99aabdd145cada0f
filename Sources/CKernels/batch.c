// What happens once per batch: images in, loss out.
#include <string.h>

#include "CKernels.h"

#pragma STDC FP_CONTRACT OFF

// exp(x) = 2^k · exp(r), |r| <= ln 2 / 2, by Taylor's series to the 13th power.
double dg_exp(double x) {
  if (!(x >= -708)) {
    return x != x ? x : 0;
  }
  if (x > 709) {
    return __builtin_inf();
  }
  const double scaled = x * 1.4426950408889634;
  const int k = (int)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
  // ln 2 in two parts, the first exact for every k here (Cody and Waite).
  const double r = (x - k * 0x1.62e42fee00000p-1) - k * 0x1.a39ef35793c76p-33;
  double sum = 1;
  for (int i = 13; i >= 1; i--) {
    sum = 1 + sum * r / i;
  }
  const uint64_t bits = (uint64_t)(1023 + k) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return sum * power;
}

// ln(x) = e · ln 2 + 2 artanh((m − 1) / (m + 1)), x = m · 2^e, m in [√½, √2).
double dg_log(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (!(x >= 0x1p-1022) || bits >> 52 == 0x7FF) {
    return x > 0 && x < 1 ? dg_log(x * 0x1p54) - 54 * 0.6931471805599453
           : x == 0       ? -__builtin_inf()
           : x > 0        ? x
                          : __builtin_nan("");
  }
  int exponent = (int)(bits >> 52) - 1023;
  bits = (bits & 0xFFFFFFFFFFFFF) | 0x3FF0000000000000;
  double m;
  memcpy(&m, &bits, sizeof m);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    exponent++;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double sum = 0;
  for (int i = 25; i >= 1; i -= 2) {
    sum = sum * s2 + 1.0 / i;
  }
  return exponent * 0.6931471805599453 + 2 * s * sum;
}

void dg_gather(const float *images, const int32_t *indices, int32_t count, int32_t batch,
               int32_t height, int32_t width, int32_t channels, dg_tensor_layout layout,
               float *out) {
  const size_t pixels = (size_t)height * (size_t)width, c = (size_t)channels;
  const size_t b = 16;
  const size_t image = layout == dg_layout_blocked ? (c + b - 1) / b * b * pixels : c * pixels;
  for (int32_t n = 0; n < batch; n++) {
    float *to = out + (size_t)n * image;
    if (n >= count) {
      memset(to, 0, image * sizeof(float));
      continue;
    }
    const float *from = images + (size_t)indices[n] * pixels * c;
    if (layout == dg_layout_flat || (layout == dg_layout_planes && c == 1)) {
      memcpy(to, from, pixels * c * sizeof(float));
    } else if (layout == dg_layout_planes) {
      for (size_t channel = 0; channel < c; channel++) {
        for (size_t pixel = 0; pixel < pixels; pixel++) {
          to[channel * pixels + pixel] = from[pixel * c + channel];
        }
      }
    } else {
      memset(to, 0, image * sizeof(float));
      for (size_t pixel = 0; pixel < pixels; pixel++) {
        for (size_t channel = 0; channel < c; channel++) {
          to[(channel / b * pixels + pixel) * b + channel % b] = from[pixel * c + channel];
        }
      }
    }
  }
}

void dg_clear_lanes(const dg_tensor *tensor, float *values) {
  const size_t c = (size_t)tensor->channels, b = 16;
  const size_t pixels = (size_t)tensor->height * (size_t)tensor->width, blocks = (c + b - 1) / b;
  if (tensor->layout != dg_layout_blocked || c % b == 0) {
    return;
  }
  for (size_t n = 0; n < (size_t)tensor->batch; n++) {
    float *last = values + ((n + 1) * blocks - 1) * pixels * b;
    for (size_t pixel = 0; pixel < pixels; pixel++) {
      memset(last + pixel * b + c % b, 0, (b - c % b) * sizeof(float));
    }
  }
}

void dg_channel_factors(const uint16_t *bits, float scale, bool multiply, float *factors,
                        size_t count) {
  for (size_t i = 0; i < count; i++) {
    const float factor = bits[i / 16] >> (i % 16) & 1 ? scale : 0;
    factors[i] = multiply ? factors[i] * factor : factor;
  }
}

dg_loss dg_softmax_cross_entropy(const float *logits, const int32_t *labels, int32_t rows,
                                 int32_t batch, int32_t classes, double smoothing, int32_t whole,
                                 float *gradient) {
  dg_loss result = {0, 0};
  const size_t k = (size_t)classes;
  // Every class's share of the target, and the label's.
  const double share = smoothing / classes, own = smoothing > 0 ? 1 - smoothing + share : 1;
  for (int32_t row = 0; row < rows; row++) {
    const float *z = logits + (size_t)row * k;
    const size_t label = (size_t)labels[row];
    size_t best = 0;
    bool numbers = z[0] == z[0];
    for (size_t i = 1; i < k; i++) {
      best = z[i] > z[best] ? i : best;
      numbers = numbers && z[i] == z[i];
    }
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
      sum += dg_exp((double)z[i] - (double)z[best]);
    }
    double target = (double)z[label];
    if (smoothing > 0) {
      target *= 1 - smoothing;
      for (size_t i = 0; i < k; i++) {
        target += share * (double)z[i];
      }
    }
    // A row with NaN has no loss: without this an unlucky order of the comparisons hides it.
    result.loss += numbers ? dg_log(sum) + (double)z[best] - target : __builtin_nan("");
    result.correct += numbers && best == label;
    if (gradient != NULL) {
      float *g = gradient + (size_t)row * k;
      for (size_t i = 0; i < k; i++) {
        const double p = dg_exp((double)z[i] - (double)z[best]) / sum;
        g[i] = (float)((p - (i == label ? own : share)) / whole);
      }
    }
  }
  if (gradient != NULL && batch > rows) {
    memset(gradient + (size_t)rows * k, 0, (size_t)(batch - rows) * k * sizeof(float));
  }
  return result;
}

void dg_add_softmax(const float *logits, int32_t rows, int32_t classes, double *sums) {
  const size_t k = (size_t)classes;
  for (size_t row = 0; row < (size_t)rows; row++) {
    const float *z = logits + row * k;
    float largest = z[0];
    for (size_t i = 1; i < k; i++) {
      largest = z[i] > largest ? z[i] : largest;
    }
    double sum = 0;
    for (size_t i = 0; i < k; i++) {
      sum += dg_exp((double)z[i] - (double)largest);
    }
    for (size_t i = 0; i < k; i++) {
      sums[row * k + i] += dg_exp((double)z[i] - (double)largest) / sum;
    }
  }
}

dg_loss dg_mean_cross_entropy(const double *sums, const int32_t *labels, int32_t rows,
                              int32_t classes, int32_t samples) {
  dg_loss result = {0, 0};
  const size_t k = (size_t)classes;
  for (size_t row = 0; row < (size_t)rows; row++) {
    const double *p = sums + row * k;
    const size_t label = (size_t)labels[row];
    size_t best = 0;
    bool numbers = p[0] == p[0];
    for (size_t i = 1; i < k; i++) {
      best = p[i] > p[best] ? i : best;
      numbers = numbers && p[i] == p[i];
    }
    // A prediction of 0 is one that is too small for a double.
    const double mean = p[label] / samples;
    result.loss -= numbers ? dg_log(mean > 0x1p-1022 ? mean : 0x1p-1022) : __builtin_nan("");
    result.correct += numbers && best == label;
  }
  return result;
}
