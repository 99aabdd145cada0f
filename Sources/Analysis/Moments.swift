/// Sums over a sample.
package enum Moments {
  /// The arithmetic mean; nil of nothing.
  package static func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// The sample's standard deviation (n − 1 in the denominator); nil under two values.
  package static func standardDeviation(_ values: [Double]) -> Double? {
    guard values.count > 1, let mean = mean(values) else { return nil }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// Pearson's correlation; nil under three pairs or where a side does not vary.
  package static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "a correlation needs pairs")
    guard a.count > 2, let meanA = mean(a), let meanB = mean(b) else { return nil }
    var (products, squaresA, squaresB) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      products += (x - meanA) * (y - meanB)
      squaresA += (x - meanA) * (x - meanA)
      squaresB += (y - meanB) * (y - meanB)
    }
    guard squaresA > 0, squaresB > 0 else { return nil }
    return products / (squaresA.squareRoot() * squaresB.squareRoot())
  }
}

/// A mean and how sure it is, over independent seeds.
public struct Estimate: Sendable, Hashable, Encodable {
  /// Seeds behind the mean.
  public var count: Int
  public var mean: Double
  /// Between seeds; nil for one seed.
  public var standardDeviation: Double?
  /// Student's t interval at 95%; nil for one seed.
  public var interval: ClosedRange<Double>?

  /// Half the interval's width; nil for one seed.
  public var halfWidth: Double? { interval.map { 0.5 * ($0.upperBound - $0.lowerBound) } }

  /// The mean ± t(n − 1, 0.975) · s / √n of `values` (Student 1908); nil of nothing.
  package init?(_ values: [Double]) {
    guard let mean = Moments.mean(values) else { return nil }
    count = values.count
    self.mean = mean
    standardDeviation = Moments.standardDeviation(values)
    interval = standardDeviation.map { deviation in
      let t = StudentT(degreesOfFreedom: Double(values.count - 1)).quantile(0.975)
      let half = t * deviation / Double(values.count).squareRoot()
      return (mean - half)...(mean + half)
    }
  }
}
