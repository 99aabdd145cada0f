import Foundation

/// Resampling of a sample's mean, the same on every machine.
package enum Bootstrap {
  /// Resamples behind an interval.
  package static let resamples = 9_999

  /// The bias-corrected and accelerated interval of the mean (Efron 1987; DiCiccio & Efron 1996).
  ///
  /// With z₀ = Φ⁻¹(share of resampled means below the mean, ties counted half) and
  /// a = Σ(xᵢ − x̄)³ / (6 (Σ(xᵢ − x̄)²)^1.5), what the jackknife gives for a mean, the limits are
  /// the resampled means' quantiles at Φ(z₀ + (z₀ ± z) / (1 − a (z₀ ± z))).
  ///
  /// - Returns: nil under two values; the single point where all values are equal.
  /// - Complexity: O(resamples × n).
  package static func interval(_ values: [Double], coverage: Double = 0.95) -> ClosedRange<Double>?
  {
    guard values.count > 1, let mean = Moments.mean(values), let low = values.min(),
      let high = values.max()
    else { return nil }
    guard low < high else { return low...high }
    let means = resampledMeans(values).sorted()
    let below = means.reduce(0.0) { $0 + ($1 < mean ? 1 : $1 == mean ? 0.5 : 0) }
    let share = min(max(below, 0.5), Double(means.count) - 0.5) / Double(means.count)
    let bias = normalQuantile(share)
    let cubes = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    let z = normalQuantile(0.5 + coverage / 2)
    func limit(_ z: Double) -> Double {
      let shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
      return quantile(means, at: 0.5 * erfc(-shifted / 2.0.squareRoot()))
    }
    let (lower, upper) = (limit(-z), limit(z))
    return min(lower, upper)...max(lower, upper)
  }

  private static func resampledMeans(_ values: [Double]) -> [Double] {
    let count = UInt64(values.count)
    var counter: UInt64 = 0
    return (0..<resamples).map { _ in
      var sum = 0.0
      var left = values.count
      while left > 0 {
        let bits = SignFlip.bits(counter)
        counter += 1
        sum += values[Int(((bits >> 32) * count) >> 32)]
        left -= 1
        guard left > 0 else { break }
        sum += values[Int(((bits & 0xFFFF_FFFF) * count) >> 32)]
        left -= 1
      }
      return sum / Double(values.count)
    }
  }

  /// The quantile of a sorted sample, interpolated between its order statistics (Hyndman & Fan's
  /// type 7).
  private static func quantile(_ sorted: [Double], at share: Double) -> Double {
    let place = min(max(share, 0), 1) * Double(sorted.count - 1)
    let index = min(Int(place), sorted.count - 2)
    return sorted[index] + (place - Double(index)) * (sorted[index + 1] - sorted[index])
  }
}
