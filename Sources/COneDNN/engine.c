#define _GNU_SOURCE
#include "layer.h"

#include <dlfcn.h>
#include <dnnl_debug.h>
#include <stdio.h>
#include <string.h>

// Debian's oneDNN runs on OpenMP; a trial has one thread.
void dg_hold_to_one_thread(void) {
  static _Thread_local bool held = false;
  if (held) {
    return;
  }
  held = true;
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set != NULL) {
    set(1);
  }
}

int32_t dg_channel_block(void) {
  const unsigned avx512 = dnnl_cpu_isa_avx512_core;
  return ((unsigned)dnnl_get_effective_cpu_isa() & avx512) == avx512 ? 16 : 8;
}

int32_t dg_limit_isa(const char *name) {
  if (strcmp(name, "avx512") == 0) {
    return dg_channel_block() == 16 ? 0 : (int32_t)dnnl_unimplemented;
  }
  return (int32_t)dnnl_set_max_cpu_isa(strcmp(name, "avx2") == 0 ? dnnl_cpu_isa_avx2
                                                                 : dnnl_cpu_isa_sse41);
}

const char *dg_version(void) {
  static _Thread_local char text[32];
  const dnnl_version_t *version = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", version->major, version->minor, version->patch);
  return text;
}

const char *dg_isa(void) {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41: return "sse41";
    case dnnl_cpu_isa_avx: return "avx";
    case dnnl_cpu_isa_avx2: return "avx2";
    case dnnl_cpu_isa_all: return "all";
    case dnnl_cpu_isa_avx512_core: return "avx512_core";
    case dnnl_cpu_isa_avx512_core_vnni: return "avx512_core_vnni";
    case dnnl_cpu_isa_avx512_core_bf16: return "avx512_core_bf16";
    case dnnl_cpu_isa_avx512_core_amx: return "avx512_core_amx";
    case dnnl_cpu_isa_avx2_vnni: return "avx2_vnni";
    default: return "other";
  }
}

const char *dg_status_text(int32_t status) { return dnnl_status2str((dnnl_status_t)status); }
