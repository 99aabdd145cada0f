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

/// How an interval was found.
public enum IntervalMethod: String, Sendable, Hashable, Codable {
  /// Student's t.
  case studentT = "Student's t"
  /// The sign-flip test inverted: every shift that it does not reject.
  case signFlip = "sign flip"
  /// The bias-corrected and accelerated bootstrap.
  case bca = "BCa"
}

/// A mean and how sure it is, over independent seeds.
public struct Estimate: Sendable, Hashable, Encodable {
  /// The fewest values whose interval is a bootstrap's: with fewer BCa covers too little (83% at
  /// 5 values, 90% at 10, where 95% is meant).
  public static let fewestForBCa = 20
  /// The fewest values whose spread says anything: two are equal by chance, or their t interval is
  /// 9 standard deviations wide to each side.
  public static let fewestForInterval = 3

  /// Seeds behind the mean.
  public var count: Int
  public var mean: Double
  /// Between seeds; nil for one seed.
  public var standardDeviation: Double?
  /// At 95%; nil under three seeds, and where a few seeds agree so that no spread is seen.
  public var interval: ClosedRange<Double>?
  /// Nil where there is no interval.
  public var method: IntervalMethod?

  /// Half the interval's width; nil where there is no interval.
  public var halfWidth: Double? { interval.map { 0.5 * ($0.upperBound - $0.lowerBound) } }

  /// The mean of `values` with Student's t interval, x̄ ± t(n − 1, 0.975) · s / √n (Student 1908),
  /// from 20 values BCa's; nil of nothing.
  ///
  /// - Parameter limits: what the mean can be at all. A t interval knows nothing of that; cut to
  ///   it, it covers as often.
  package init?(_ values: [Double], within limits: ClosedRange<Double>? = nil) {
    guard let found = Self.all([values], within: [limits])[0] else { return nil }
    self = found
  }

  /// The mean of paired `differences`: as `init(_:)`, except that under 20 the sign-flip test is
  /// inverted where it can reject anything, so that the interval and the test agree.
  package init?(differences: [Double], within limits: ClosedRange<Double>? = nil) {
    guard let found = Self.all([differences], within: [limits], areDifferences: true)[0] else {
      return nil
    }
    self = found
  }

  /// The estimates of several samples, as `init(_:)` or `init(differences:)` has them; samples of one
  /// size share their resamples.
  package static func all(
    _ samples: [[Double]], within limits: [ClosedRange<Double>?], areDifferences: Bool = false
  ) -> [Estimate?] {
    let large = samples.indices.filter { samples[$0].count >= fewestForBCa }
    let bootstrapped = Dictionary(
      uniqueKeysWithValues: zip(large, Bootstrap.intervals(large.map { samples[$0] })))
    return samples.indices.map { index in
      Estimate(
        samples[index], limits[index], bca: bootstrapped[index] ?? nil,
        areDifferences: areDifferences)
    }
  }

  private init?(
    _ values: [Double], _ limits: ClosedRange<Double>?, bca: ClosedRange<Double>?,
    areDifferences: Bool
  ) {
    guard let mean = Moments.mean(values) else { return nil }
    count = values.count
    self.mean = mean
    standardDeviation = Moments.standardDeviation(values)
    if values.count >= Self.fewestForBCa {
      (interval, method) = (bca, .bca)
    } else if let half = Self.halfWidth(standardDeviation, count: count) {
      (interval, method) = ((mean - half)...(mean + half), .studentT)
    }
    if let limits { interval = interval?.clamped(to: limits) }
    guard areDifferences, values.count < Self.fewestForBCa,
      let flipped = SignFlip.interval(values)
    else { return }
    (interval, method) = (flipped, .signFlip)
  }

  /// Nil where there is no spread to judge by: under three values, or where all are equal.
  private static func halfWidth(_ deviation: Double?, count: Int) -> Double? {
    guard let deviation, deviation > 0, count >= fewestForInterval else { return nil }
    return StudentT(degreesOfFreedom: Double(count - 1)).quantile(0.975) * deviation
      / Double(count).squareRoot()
  }
}
