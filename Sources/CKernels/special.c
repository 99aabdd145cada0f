// Functions of one number, the same on every machine: the C library's differ between versions.
#include "CKernels.h"
#include "quantile.h"

#pragma STDC FP_CONTRACT OFF

// Σ c[i] x^i by Horner's rule.
static double polynomial(const double *c, int count, double x) {
  double sum = 0;
  for (int i = count - 1; i >= 0; i--) {
    sum = sum * x + c[i];
  }
  return sum;
}

double dg_normal_quantile(double p) {
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(normal_a, 8, r) / polynomial(normal_b, 8, r);
  }
  if (!(p > 0 && p < 1)) {
    return p == 0 ? -__builtin_inf() : p == 1 ? __builtin_inf() : __builtin_nan("");
  }
  const double r = __builtin_sqrt(-dg_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? polynomial(normal_c, 8, r - 1.6) / polynomial(normal_d, 8, r - 1.6)
                          : polynomial(normal_e, 8, r - 5) / polynomial(normal_f, 8, r - 5);
  return q < 0 ? -x : x;
}

double dg_cos_pi(double x) {
  if (!(x >= 0 && x <= 1)) {
    return __builtin_nan("");
  }
  // The nearer end of the half period, where Taylor's series is exact: 1 at 0, 0 at ½, −1 at 1.
  const bool mirrored = x > 0.5;
  const double y = mirrored ? 1 - x : x;
  const bool near_zero = y <= 0.25;
  const double r = 3.141592653589793 * (near_zero ? y : 0.5 - y), r2 = r * r;
  double sum = 1;
  for (int k = near_zero ? 20 : 21; k >= 2; k -= 2) {
    sum = 1 - sum * r2 / (k * (k - 1));
  }
  const double value = near_zero ? sum : r * sum;
  return mirrored ? -value : value;
}
