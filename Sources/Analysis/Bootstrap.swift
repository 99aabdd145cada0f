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
    intervals([values], coverage: coverage)[0]
  }

  /// The intervals of several samples. Those of one size are resampled together: they have the same
  /// resamples as each would have alone.
  ///
  /// - Complexity: O(resamples × n) for up to eight samples of a size.
  package static func intervals(
    _ samples: [[Double]], coverage: Double = 0.95
  ) -> [ClosedRange<Double>?] {
    var intervals = samples.map { values -> ClosedRange<Double>? in
      guard values.count > 1, let low = values.min(), let high = values.max() else { return nil }
      return low == high ? low...high : nil
    }
    let open = samples.indices.filter { intervals[$0] == nil && samples[$0].count > 1 }
    for (count, members) in Dictionary(grouping: open, by: { samples[$0].count }) {
      for start in stride(from: 0, to: members.count, by: 8) {
        let chosen = members[start..<min(start + 8, members.count)]
        let means = resampledMeans(chosen.map { samples[$0] }, count)
        for (index, means) in zip(chosen, means) {
          intervals[index] = interval(samples[index], means, coverage)
        }
      }
    }
    return intervals
  }

  private static func interval(
    _ values: [Double], _ means: [Double], _ coverage: Double
  ) -> ClosedRange<Double>? {
    guard let mean = Moments.mean(values) else { return nil }
    let below = means.reduce(0.0) { $0 + ($1 < mean ? 1 : $1 == mean ? 0.5 : 0) }
    let share = min(max(below, 0.5), Double(means.count) - 0.5) / Double(means.count)
    let bias = normalQuantile(share)
    let cubes = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) * ($1 - mean) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    let z = normalQuantile(0.5 + coverage / 2)
    var means = means
    func limit(_ z: Double) -> Double {
      let shifted = bias + (bias + z) / (1 - acceleration * (bias + z))
      return quantile(&means, at: 0.5 * erfc(-shifted / 2.0.squareRoot()))
    }
    let (lower, upper) = (limit(-z), limit(z))
    return min(lower, upper)...max(lower, upper)
  }

  /// For each of up to eight samples of `size` values the means of its resamples.
  private static func resampledMeans(_ samples: [[Double]], _ size: Int) -> [[Double]] {
    let count = UInt64(size)
    let rows = (0..<size).map { index in
      var row = SIMD8<Double>(repeating: 0)
      for (lane, sample) in samples.enumerated() { row[lane] = sample[index] }
      return row
    }
    var means = samples.map { _ in [Double](repeating: 0, count: resamples) }
    var counter: UInt64 = 0
    for resample in 0..<resamples {
      var sum = SIMD8<Double>(repeating: 0)
      var left = size
      while left > 0 {
        let bits = SignFlip.bits(counter)
        counter += 1
        sum += rows[Int(((bits >> 32) * count) >> 32)]
        left -= 1
        guard left > 0 else { break }
        sum += rows[Int(((bits & 0xFFFF_FFFF) * count) >> 32)]
        left -= 1
      }
      for lane in means.indices { means[lane][resample] = sum[lane] / Double(size) }
    }
    return means
  }

  /// The quantile of a sample, interpolated between its order statistics (Hyndman & Fan's type 7).
  ///
  /// - Parameter values: are put into another order.
  private static func quantile(_ values: inout [Double], at share: Double) -> Double {
    let place = min(max(share, 0), 1) * Double(values.count - 1)
    let index = min(Int(place), values.count - 2)
    let low = select(index, of: &values)
    let next = values[(index + 1)...].min() ?? low
    return low + (place - Double(index)) * (next - low)
  }

  /// The value with `rank` smaller ones before it, with none larger before it (Hoare 1961, FIND).
  private static func select(_ rank: Int, of values: inout [Double]) -> Double {
    var (low, high) = (0, values.count - 1)
    while low < high {
      let pivot = values[rank]
      var (i, j) = (low, high)
      while i <= j {
        while values[i] < pivot { i += 1 }
        while values[j] > pivot { j -= 1 }
        guard i <= j else { break }
        values.swapAt(i, j)
        i += 1
        j -= 1
      }
      if j < rank { low = i }
      if i > rank { high = j }
    }
    return values[rank]
  }
}
