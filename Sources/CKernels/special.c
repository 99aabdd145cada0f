// Functions of one number, the same on every machine: the C library's differ between versions.
#include "CKernels.h"

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
  static const double a[] = {3.3871328727963666080e0,  1.3314166789178437745e2,
                             1.9715909503065514427e3,  1.3731693765509461125e4,
                             4.5921953931549871457e4,  6.7265770927008700853e4,
                             3.3430575583588128105e4,  2.5090809287301226727e3};
  static const double b[] = {1,                        4.2313330701600911252e1,
                             6.8718700749205790830e2,  5.3941960214247511077e3,
                             2.1213794301586595867e4,  3.9307895800092710610e4,
                             2.8729085735721942674e4,  5.2264952788528545610e3};
  static const double c[] = {1.42343711074968357734e0, 4.63033784615654529590e0,
                             5.76949722146069140550e0, 3.64784832476320460504e0,
                             1.27045825245236838258e0, 2.41780725177450611770e-1,
                             2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[] = {1,                         2.05319162663775882187e0,
                             1.67638483018380384940e0,  6.89767334985100004550e-1,
                             1.48103976427480074590e-1, 1.51986665636164571966e-2,
                             5.47593808499534494600e-4, 1.05075007164441684324e-9};
  static const double e[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                             1.78482653991729133580e0,  2.96560571828504891230e-1,
                             2.65321895265761230930e-2, 1.24266094738807843860e-3,
                             2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[] = {1,                         5.99832206555887937690e-1,
                             1.36929880922735805310e-1, 1.48753612908506148525e-2,
                             7.86869131145613259100e-4, 1.84631831751005468180e-5,
                             1.42151175831644588870e-7, 2.04426310338993978564e-15};
  const double q = p - 0.5;
  if (q >= -0.425 && q <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * polynomial(a, 8, r) / polynomial(b, 8, r);
  }
  if (!(p > 0 && p < 1)) {
    return p == 0 ? -__builtin_inf() : p == 1 ? __builtin_inf() : __builtin_nan("");
  }
  const double r = __builtin_sqrt(-dg_log(q < 0 ? p : 1 - p));
  const double x = r <= 5 ? polynomial(c, 8, r - 1.6) / polynomial(d, 8, r - 1.6)
                          : polynomial(e, 8, r - 5) / polynomial(f, 8, r - 5);
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
