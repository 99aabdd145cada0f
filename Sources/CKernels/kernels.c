#include <string.h>

#include "CKernels.h"
#include "layers.h"
#include "philox.h"
#include "quantile.h"

#pragma STDC FP_CONTRACT OFF
// Vectors are handed between functions of this file alone, whose callers have the same target.
#pragma clang diagnostic ignored "-Wpsabi"

#define B 16
#define INLINE static inline __attribute__((always_inline))
#define EACH(i, count) _Pragma("clang loop unroll(full)") for (int i = 0; i < (count); i++)

#define NAME(x) scalar_##x
#define KERNELS_NAME "scalar"
#define MOST_ROWS 6
#define MOST_VECTORS 1
#define MOST_GRADIENT_ROWS 6
#define PART 8
#define TILE_ROWS 12
#include "kernels.inc"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define NAME(x) avx2_##x
#define KERNELS_NAME "avx2"
#define MOST_ROWS 6
#define MOST_VECTORS 1
#define MOST_GRADIENT_ROWS 6
#define PART 8
#define TILE_ROWS 12
#include "kernels.inc"
#pragma clang attribute pop

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
#define NAME(x) avx512_##x
#define KERNELS_NAME "avx512"
#define MOST_ROWS 14
#define MOST_VECTORS 2
#define MOST_GRADIENT_ROWS 9
#define PART 16
#define TILE_ROWS 14
#include "kernels.inc"
#pragma clang attribute pop
#endif

const dg_kernels *dg_kernels_named(const char *name) {
#if defined(__x86_64__)
  if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    return &avx512_table;
  }
  if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("fma")) {
    return &avx2_table;
  }
#endif
  return strcmp(name, "scalar") == 0 ? &scalar_table : NULL;
}
