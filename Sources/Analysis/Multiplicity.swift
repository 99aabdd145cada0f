/// Holm's step-down adjustment of a family's p values, in the order given.
///
/// The k-th smallest of m becomes the largest of (m − j + 1) p₍ⱼ₎ over j ≤ k, at most 1: rejecting
/// what is ≤ α errs in one member or more of the family with probability ≤ α (Holm 1979).
package func holm(_ pValues: [Double]) -> [Double] {
  var adjusted = pValues
  var largest = 0.0
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    adjusted[index] = largest
  }
  return adjusted
}

/// How many pairs a paired t test needs to show an effect.
///
/// n ≈ ((z₁₋α⸝₂ + z_power) / d)² + z²₁₋α⸝₂ / 2 (Guenther 1981), within one of the noncentral t's
/// answer.
///
/// - Parameters:
///   - effect: |mean difference| / standard deviation of the differences, positive.
///   - level: two-sided α.
/// - Returns: nil where it is more than a million.
package func pairsNeeded(effect: Double, level: Double, power: Double = 0.8) -> Int? {
  precondition(effect > 0 && level > 0 && level < 1, "an effect and a level are positive")
  let z = normalQuantile(1 - level / 2)
  let ratio = (z + normalQuantile(power)) / effect
  let count = (ratio * ratio + z * z / 2).rounded(.up)
  return count <= 1e6 ? Int(count) : nil
}

/// The effect that so many pairs show: `pairsNeeded` solved for it; nil where they are too few for
/// the approximation.
package func detectableEffect(pairs: Int, level: Double, power: Double = 0.8) -> Double? {
  precondition(level > 0 && level < 1, "a level is a probability")
  let z = normalQuantile(1 - level / 2)
  let rest = Double(pairs) - z * z / 2
  return rest > 0 ? (z + normalQuantile(power)) / rest.squareRoot() : nil
}
