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

/// How fast the core is right now: GFLOP/s of fused multiply-adds.
///
/// The burst is the peers' own, in the shared library that `PEERS_FMA_BURST` names; without it the
/// speed reads 0.
struct CoreSpeed {
  private let burst: (@convention(c) (Double) -> Double)?

  init() {
    guard let path = ProcessInfo.processInfo.environment["PEERS_FMA_BURST"],
      let library = dlopen(path, RTLD_NOW), let symbol = dlsym(library, "fma_burst")
    else {
      burst = nil
      return
    }
    burst = unsafeBitCast(symbol, to: (@convention(c) (Double) -> Double).self)
  }

  func measure() -> Double {
    usleep(20_000)
    return burst?(8) ?? 0
  }
}
