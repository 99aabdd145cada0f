/// Test accuracies of one arm in two sweeps, by seed.
package struct GateSample: Sendable {
  package var baseline: [SettingValue: Double]
  package var candidate: [SettingValue: Double]

  package init(baseline: [SettingValue: Double], candidate: [SettingValue: Double]) {
    self.baseline = baseline
    self.candidate = candidate
  }

  /// The seeds of both, in an order that does not depend on the process.
  var shared: [SettingValue] {
    baseline.keys.filter { candidate[$0] != nil }.sorted { $0.description < $1.description }
  }
}

/// How a candidate's mean differs from a baseline's, and whether that is harm beyond a margin.
public struct GateTest: Sendable, Hashable, Encodable {
  public var baselineSeeds: Int
  public var candidateSeeds: Int
  public var baselineMean: Double?
  public var candidateMean: Double?
  /// Whether the seeds are the same, so that each is its own control.
  public var isPaired: Bool
  /// Seeds that are complete on one side alone, left out because the others are paired.
  public var seedsLeftOut = 0
  /// Candidate minus baseline, in accuracy.
  public var difference: Double?
  /// Of the difference: Student's (paired) or Welch's (unpaired); nil where it is 0, and under three
  /// seeds a side, whose spread says nothing.
  public var standardError: Double?
  public var degreesOfFreedom: Double?
  /// One-sided p of "the loss is at most the margin": small where harm is shown.
  public var harmP: Double?
  /// `harmP` after Holm over the whole comparison.
  public var adjustedHarmP: Double?
  /// One-sided p of "the loss is at least the margin": small where its absence is shown.
  public var soundP: Double?

  /// - Parameter margin: in accuracy, not negative.
  init(_ sample: GateSample, margin: Double) {
    let shared = sample.shared
    isPaired =
      shared.count > 1 && shared.count == min(sample.baseline.count, sample.candidate.count)
    // Sums of floating-point numbers depend on their order, and a dictionary's is random.
    let a = isPaired ? shared.compactMap { sample.baseline[$0] } : sample.baseline.values.sorted()
    let b = isPaired ? shared.compactMap { sample.candidate[$0] } : sample.candidate.values.sorted()
    (baselineSeeds, candidateSeeds) = (a.count, b.count)
    seedsLeftOut = sample.baseline.count + sample.candidate.count - a.count - b.count
    (baselineMean, candidateMean) = (Moments.mean(a), Moments.mean(b))
    guard let baselineMean, let candidateMean else { return }
    let difference = candidateMean - baselineMean
    self.difference = difference
    guard min(a.count, b.count) >= Estimate.fewestForInterval,
      let (error, degrees) = isPaired ? Self.paired(a, b) : Self.welch(a, b), error > 0
    else { return }
    let t = StudentT(degreesOfFreedom: degrees)
    (standardError, degreesOfFreedom) = (error, degrees)
    harmP = t.cumulative((difference + margin) / error)
    soundP = t.cumulative(-(difference + margin) / error)
  }

  private static func paired(_ a: [Double], _ b: [Double]) -> (Double, Double)? {
    Moments.standardDeviation(zip(a, b).map { $1 - $0 }).map {
      ($0 / Double(a.count).squareRoot(), Double(a.count - 1))
    }
  }

  /// The standard error of a difference of means and its degrees of freedom (Welch 1947).
  private static func welch(_ a: [Double], _ b: [Double]) -> (Double, Double)? {
    guard let first = Moments.standardDeviation(a), let second = Moments.standardDeviation(b) else {
      return nil
    }
    let (x, y) = (first * first / Double(a.count), second * second / Double(b.count))
    guard x + y > 0 else { return nil }
    let degrees =
      (x + y) * (x + y) / (x * x / Double(a.count - 1) + y * y / Double(b.count - 1))
    return ((x + y).squareRoot(), degrees)
  }
}

/// The tests of all arms and of their mean.
package struct GateFamily: Sendable {
  /// The chance that a gate fails although no arm loses more than the margin is at most this.
  package static let alpha = 0.001
  /// The one-sided level at which the absence of harm is shown, for each arm: all must show it,
  /// so that the chance of a wrong pass is at most this.
  package static let soundLevel = 0.05

  package var arms: [GateTest]
  /// Of the mean over arms; nil for one arm or none.
  package var overall: GateTest?

  /// - Parameter margin: points of test accuracy.
  package init(_ samples: [GateSample], margin: Double) {
    let margin = margin / Outcome.testAccuracy.scale
    arms = samples.map { GateTest($0, margin: margin) }
    overall = samples.count > 1 ? GateTest(Self.mean(samples), margin: margin) : nil
    let all = arms + (overall.map { [$0] } ?? [])
    let adjusted = holm(all.map { $0.harmP ?? 1 })
    for index in arms.indices { arms[index].adjustedHarmP = adjusted[index] }
    overall?.adjustedHarmP = adjusted.last
  }

  /// The mean over arms for each seed that is complete in all of them.
  private static func mean(_ samples: [GateSample]) -> GateSample {
    func mean(_ side: (GateSample) -> [SettingValue: Double]) -> [SettingValue: Double] {
      guard let first = samples.first.map(side) else { return [:] }
      var means: [SettingValue: Double] = [:]
      for seed in first.keys {
        let values = samples.compactMap { side($0)[seed] }
        if values.count == samples.count { means[seed] = Moments.mean(values) }
      }
      return means
    }
    return GateSample(baseline: mean(\.baseline), candidate: mean(\.candidate))
  }
}

extension GateTest {
  /// Of the difference, two-sided, 95%, and no wider than accuracies are; nil without a standard error.
  public var interval: ClosedRange<Double>? {
    guard let difference, let half = halfWidth(0.975) else { return nil }
    let limits = Outcome.testAccuracy.limitsOfDifference ?? -1...1
    return ((difference - half)...(difference + half)).clamped(to: limits)
  }

  /// The one-sided 95% limit of the difference from below, what the verdict "no harm" rests on: the
  /// absence of harm is shown where it is above −margin. Nil without a standard error.
  public var lowerLimit: Double? {
    guard let difference, let half = halfWidth(1 - GateFamily.soundLevel) else { return nil }
    return max(-1, difference - half)
  }

  private func halfWidth(_ probability: Double) -> Double? {
    guard let standardError, let degreesOfFreedom else { return nil }
    return StudentT(degreesOfFreedom: degreesOfFreedom).quantile(probability) * standardError
  }

  package var isHarm: Bool { (adjustedHarmP ?? 1) <= GateFamily.alpha }
  package var isSound: Bool { (soundP ?? 1) <= GateFamily.soundLevel }
}
