/// What one side of a contrast differs by from the other, one pair of figures per seed.
public struct PairedEffect: Sendable, Hashable, Encodable {
  public var meanA: Double
  public var meanB: Double
  /// a − b over the seeds: mean, deviation and 95% interval.
  public var difference: Estimate
  /// Two-sided p of the sign-flip test, not adjusted.
  public var pValue: Double
  /// Pearson's correlation of the two sides over the seeds: what sharing initial weights, data
  /// order and mask uniforms achieved. Nil under three seeds or where a side does not vary.
  public var correlation: Double?

  /// What the sums of the differences can be off by: figures are in single precision.
  private var slack: Double
  private var differences: [Double]

  private enum CodingKeys: String, CodingKey {
    case meanA, meanB, difference, pValue, correlation
  }

  /// The effects of several figures on the same pairs, each one's sides with one value per seed; nil
  /// where there is no seed.
  ///
  /// - Parameter limits: what each mean difference can be at all.
  package static func all(
    _ sides: [(a: [Double], b: [Double])], within limits: [ClosedRange<Double>?]
  ) -> [PairedEffect?] {
    let differences = sides.map { zip($0.a, $0.b).map { $0 - $1 } }
    let estimates = Estimate.all(differences, within: limits, areDifferences: true)
    return sides.indices.map { index in
      PairedEffect(
        a: sides[index].a, b: sides[index].b, differences: differences[index], estimates[index])
    }
  }

  /// - Parameters:
  ///   - a: the figures of one side, one per seed.
  ///   - b: those of the other side, of the same seeds.
  ///   - limits: what the mean difference can be at all.
  /// - Returns: nil where there is no seed.
  package init?(a: [Double], b: [Double], within limits: ClosedRange<Double>? = nil) {
    precondition(a.count == b.count, "a paired effect needs pairs")
    guard let effect = Self.all([(a, b)], within: [limits])[0] else { return nil }
    self = effect
  }

  private init?(a: [Double], b: [Double], differences: [Double], _ difference: Estimate?) {
    guard let meanA = Moments.mean(a), let meanB = Moments.mean(b), let difference else {
      return nil
    }
    self.meanA = meanA
    self.meanB = meanB
    self.difference = difference
    // A figure is off by at most half a unit in the last place of a Float, 2⁻²⁴ of its size
    // (accuracies and their differences: of 1); two sums of signed differences by twice as much.
    let size = (a + b).reduce(0) { $0 + max(1, abs($1)) }
    slack = size * 0x1p-23
    self.differences = differences
    pValue = SignFlip.pValue(differences, slack: slack)
    correlation = Moments.correlation(a, b)
  }

  /// The p of |mean difference| ≥ `margin`: the larger of two one-sided sign-flip tests, of the
  /// differences plus the margin and of the margin less the differences (Schuirmann 1987).
  ///
  /// - Parameter margin: in the outcome's own unit, positive.
  func equivalenceP(margin: Double) -> Double {
    max(
      SignFlip.positiveP(differences.map { $0 + margin }, slack: slack),
      SignFlip.positiveP(differences.map { margin - $0 }, slack: slack))
  }
}
