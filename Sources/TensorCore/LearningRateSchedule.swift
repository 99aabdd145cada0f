internal import CKernels

/// How the learning rate changes over a training: a pure function of the number of updates so far.
///
/// η is the optimiser's learning rate, t the updates so far, T the updates of the whole training.
public enum LearningRateSchedule: Sendable, Hashable {
  /// η.
  case constant
  /// η / (1 + decay · t), Keras's time-based decay.
  case timeBased(decay: Double)
  /// η · factor^⌊t / every⌋.
  case step(every: Int, factor: Double)
  /// η · (1 + cos(π t / T)) / 2, and 0 from T on (Loshchilov and Hutter, ICLR 2017, without
  /// restarts).
  case cosine(total: Int)
  /// Up from η / 25 to η in the first 0.3 · T updates and down to η / 250,000 in the rest, both
  /// along half a cosine; the momentum stays (Smith 2018; PyTorch's `OneCycleLR` with its
  /// defaults but `cycle_momentum=False`).
  case oneCycle(total: Int)

  /// The learning rate of update `update`, counted from 0, where `rate` is the optimiser's.
  public func rate(_ rate: Double, update: Int) -> Double {
    switch self {
    case .constant: return rate
    case .timeBased(let decay): return rate / (1 + decay * Double(update))
    case .step(let every, let factor):
      precondition(every > 0, "a step is 1 update or more, not \(every)")
      return rate * power(factor, update / every)
    case .cosine(let total):
      precondition(total > 0, "a training has 1 update or more, not \(total)")
      return Self.between(rate, 0, at: min(Double(update) / Double(total), 1))
    case .oneCycle(let total):
      precondition(total > 0, "a training has 1 update or more, not \(total)")
      let low = rate / 25
      // Positions of the peak and of the last update.
      let peak = 0.3 * Double(total) - 1
      let last = Double(total) - 1
      let t = min(Double(update), last)
      guard t > peak else { return Self.between(low, rate, at: t / peak) }
      return Self.between(rate, low / 1e4, at: (t - peak) / (last - peak))
    }
  }

  /// From `start` to `end` along half a cosine; `position` runs from 0 to 1.
  private static func between(_ start: Double, _ end: Double, at position: Double) -> Double {
    end + (start - end) / 2 * (1 + dg_cos_pi(position))
  }
}

/// base^exponent by repeated squaring: the C library's `pow` may differ between its versions.
func power(_ base: Double, _ exponent: Int) -> Double {
  var result = 1.0
  var square = base
  var rest = exponent
  while rest > 0 {
    if rest % 2 == 1 { result *= square }
    square *= square
    rest /= 2
  }
  return result
}
