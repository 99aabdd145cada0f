// Philox4x32-10's constants, shared by the scalar and the vector form.
#pragma once
#include <stdint.h>

enum { philox_rounds = 10 };
static const uint32_t philox_multiplier0 = 0xD2511F53, philox_multiplier1 = 0xCD9E8D57;
static const uint32_t philox_weyl0 = 0x9E3779B9, philox_weyl1 = 0xBB67AE85;
