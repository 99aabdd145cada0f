public import ExperimentModel

/// What a comparison can show with the seeds that a plan gives it, known before the first step.
public struct PlannedPower: Sendable, Hashable {
  /// Cells up to which it is worked out where somebody waits for it.
  public static let mostCells = 20_000

  /// Contrasts of the comparison's family.
  public var contrasts: Int
  /// The fewest and the most seeds that a contrast has pairs of; nil where there is no contrast.
  public var seeds: ClosedRange<Int>?
  /// Seeds without which no p value of the family can be small enough; nil where none is enough.
  public var seedsToReach: Int?
  /// The difference that a contrast with the fewest seeds shows with a power of 80%, in standard
  /// deviations of the paired differences (Guenther 1981); nil where no verdict is possible.
  public var detectable: Double?

  /// One for each comparison of `plan`, in order.
  ///
  /// - Throws: `UserError` with `badFile` where a comparison names a column that is not there.
  /// - Complexity: linear in cells × columns for each comparison.
  public static func all(in plan: Plan) throws(UserError) -> [Self] {
    let count = plan.trials.count
    let table = try SweepTable(
      SweepResults(
        title: plan.title, question: plan.question, trialIDs: plan.trials.map(\.id),
        trialColumns: plan.trialColumns, status: Array(repeating: .pending, count: count),
        messages: Array(repeating: "", count: count), epochsRun: Array(repeating: 0, count: count),
        durations: Array(repeating: .nan, count: count), metrics: [:], cells: plan.cells,
        cellColumns: plan.cellColumns, comparisons: plan.comparisons))
    var memo = EffectMemo()
    return plan.comparisons.map {
      Self(table.contrastSet($0, hasEffects: false, &memo).contrasts, alpha: Summary.alpha)
    }
  }

  init(_ contrasts: [Contrast], alpha: Double) {
    let family = contrasts.filter { !$0.isIdenticalByConstruction }
    self.contrasts = family.count
    let planned = family.map(\.plannedSeeds)
    guard let fewest = planned.min(), let most = planned.max() else { return }
    seeds = fewest...most
    let level = alpha / Double(family.count)
    seedsToReach = SignFlip.seeds(reaching: level)
    guard SignFlip.smallestP(count: fewest) <= level else { return }
    detectable = detectableEffect(pairs: fewest, level: level)
  }

  /// Whether some contrast could get a verdict.
  public var canDecide: Bool {
    guard let seeds, let seedsToReach else { return false }
    return seeds.upperBound >= seedsToReach
  }

  /// In words: `12 contrasts of 10 seeds: shows 1.7 SD`; empty where there is no contrast.
  public var text: String {
    guard let seeds else { return "" }
    let range =
      seeds.lowerBound == seeds.upperBound
      ? NumberText.seeds(seeds.lowerBound) : "\(seeds.lowerBound) to \(seeds.upperBound) seeds"
    let family = "\(contrasts == 1 ? "1 contrast" : "\(contrasts) contrasts") of \(range)"
    let remedy = seedsToReach.map { "; it takes \(NumberText.seeds($0))" } ?? ""
    guard canDecide else { return "\(family): no verdict is possible" + remedy }
    guard let detectable else { return "\(family): not all can get a verdict" + remedy }
    return "\(family): shows \(NumberText.fixed(detectable, digits: 1)) SD"
  }

  /// What `text` means by SD.
  public static let legend =
    "Shows: a true difference so many standard deviations of the paired differences between seeds "
    + "large is shown in 80% of such sweeps."
}
