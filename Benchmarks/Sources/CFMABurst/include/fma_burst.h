#pragma once

/* How fast this core is now: GFLOP/s of fused multiply-adds over about `milliseconds`. */
double fma_burst(double milliseconds);
