import CFMABurst
import Foundation
import Glibc

/// Seconds that this process has computed, on all its threads.
func processorSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

func wallSeconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// GFLOP/s of fused multiply-adds that the core does right now, with the peers' own burst.
func fmaPeak() -> Double {
  usleep(20_000)
  return fma_burst(8)
}

/// `flops` per second as GFLOP/s and as a percentage of `peak`, in columns of 8 and 6.
func speed(_ flopsPerSecond: Double, peak: Double) -> String {
  String(format: "%8.1f %5.0f%%", flopsPerSecond / 1e9, 100 * flopsPerSecond / 1e9 / peak)
}
