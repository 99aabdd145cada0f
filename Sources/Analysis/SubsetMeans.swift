import Foundation

extension SignFlip {
  /// The shifts θ that the two-sided sign-flip test of `differences` − θ does not reject: p > α.
  ///
  /// θ below the mean is rejected when few subsets of the differences have a mean of θ or less, so
  /// the limits are the k-th smallest and the k-th largest of the 2ⁿ − 1 subset means with
  /// k = ⌊α 2ⁿ⁻¹⌋ (Hartigan 1969, "typical values"). It contains 0 exactly where p > α.
  ///
  /// - Returns: nil where no shift can be rejected (k < 1) or there are too many patterns to count.
  /// - Complexity: O(2^(n/2)) for each of about 50 bisections.
  package static func interval(_ differences: [Double], level: Double = 0.05) -> ClosedRange<
    Double
  >? {
    guard (1...mostExact).contains(differences.count), let low = differences.min(),
      let high = differences.max()
    else { return nil }
    let rank = Int((level * Double(1 << (differences.count - 1))).rounded(.down))
    guard rank >= 1 else { return nil }
    let lower = subsetMean(rank: rank, of: differences, within: low...high)
    let upper = -subsetMean(rank: rank, of: differences.map(-), within: -high ... -low)
    return min(lower, upper)...max(lower, upper)
  }

  /// The `rank`-th smallest mean of a non-empty subset.
  private static func subsetMean(
    rank: Int, of values: [Double], within range: ClosedRange<Double>
  ) -> Double {
    let half = values.count / 2
    var (low, high) = (range.lowerBound, range.upperBound)
    let tolerance = max(abs(low), abs(high)) * 0x1p-48
    while high - low > tolerance {
      let middle = 0.5 * (low + high)
      guard middle > low, middle < high else { break }
      // Subsets with Σ (d − θ) ≤ 0, the empty one included.
      let first = subsetSums(values[..<half], less: middle)
      let second = subsetSums(values[half...], less: middle)
      var count = -1
      var next = second.count
      for sum in first {
        while next > 0, sum + second[next - 1] > 0 { next -= 1 }
        count += next
      }
      if count >= rank { high = middle } else { low = middle }
    }
    return high
  }

  /// The sums of all subsets of `values`, each less `shift`, ascending.
  private static func subsetSums(_ values: ArraySlice<Double>, less shift: Double) -> [Double] {
    values.reduce([0]) { sums, value in merged(sums, adding: 0, and: value - shift) }
  }

  /// The one-sided p of a positive mean: the share of sign patterns with Σ ±d ≥ Σ d.
  ///
  /// - Returns: 1 where the sum is not positive.
  package static func positiveP(_ differences: [Double], slack: Double = 0) -> Double {
    guard differences.reduce(0, +) > slack else { return 1 }
    let p = pValue(differences, slack: slack)
    guard differences.count > mostExact else { return p / 2 }
    // Of the drawn patterns half lie on this side; the observed one counts as one more.
    let total = Double(draws + 1)
    return (p * total + 1) / (2 * total)
  }
}
