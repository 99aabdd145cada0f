public import ExperimentModel

/// The answer to a sweep's question: verdicts, effects and arms, of whatever is complete.
///
/// Intervals hold for one quantity at a time and are conditional on the data set; verdicts are
/// corrected for the number of contrasts of their comparison (`ComparisonResult`).
public struct Summary: Sendable, Hashable, Encodable {
  /// The two-sided level of each comparison's verdicts.
  public static let alpha = 0.05

  public var title: String
  public var question: String
  /// What the grid tests; empty where it names no claim.
  public var claim: String
  public var trials: TrialCounts
  /// The settings that all trials share.
  public var constants: Settings
  /// The columns with a dropout rate above 0.
  public var dropoutRates: [String]
  /// Points of test accuracy below which arms count as equivalent; nil where the grid names none.
  public var margin: Double?
  /// One for each comparison of the grid; the first is the main one.
  public var comparisons: [ComparisonResult]
  public var arms: [Arm]
  /// Index into `arms` of the highest mean test accuracy; nil where nothing is complete.
  public var best: Int?
  /// What dropout changes: each rate minus no dropout in every setting, to describe, not to judge.
  public var dropoutEffects: [Contrast]
  /// What each factor does on its own and with each other, where the design allows it.
  public var variance: VarianceAnalysis
  /// What theory says of contrasts that the sweep has.
  public var predictions: [Prediction]
  /// What diagnostics recorded, one value of each arm for each place; empty without diagnostics.
  public var diagnosticPlaces: [DiagnosticPlace]
  public var diagnosticArms: [DiagnosticArm]
  /// The training loss of `Outcome.epochsToLoss`; nil where none was recorded.
  public var lossTarget: Float?
  /// Arms that the sweep's stopping rule ended; no contrast has them.
  public var stopped: [StoppedArm]
  public var troubles: [Trouble]
  /// What was added to the sweep when it had figures already.
  public var additions: [Addition]
  /// Whether the comparisons were asked for when the sweep had figures already.
  public var isAskedAfterwards: Bool

  /// - Parameter asked: what to compare instead of what the grid names.
  /// - Throws: `UserError` with `badFile` where the results do not fit together.
  public init(_ results: SweepResults, asked: [Comparison]? = nil) throws(UserError) {
    var results = results
    if let asked { results.comparisons = asked }
    isAskedAfterwards = asked != nil
    let table = try SweepTable(results)
    title = results.title
    question = results.question
    claim = results.claim
    trials = TrialCounts(results)
    constants = ColumnSplit(results.trialColumns, beside: results.constants).constants
    dropoutRates = table.dropoutRates
    margin = results.margin
    var memo = EffectMemo()
    comparisons = results.comparisons.map {
      ComparisonResult($0, in: table, alpha: Self.alpha, &memo)
    }
    let arms = table.arms()
    self.arms = arms
    best = arms.indices.filter { arms[$0].accuracy != nil }
      .max { (arms[$0].accuracy ?? 0, $1) < (arms[$1].accuracy ?? 0, $0) }
    dropoutEffects = table.dropoutEffects(&memo)
    variance = table.varianceAnalysis()
    predictions = table.predictions() + table.diagnosticPredictions()
    diagnosticPlaces = results.diagnostics?.places ?? []
    diagnosticArms = diagnosticPlaces.isEmpty ? [] : table.diagnosticArms(diagnosticPlaces)
    lossTarget = table.lossTarget
    stopped = table.stoppedArms()
    troubles = table.troubles()
    additions = table.additions()
  }

  /// The numbers in full precision: an object with sorted keys.
  public func json() throws -> String { try encodeJSON(self) }
}

extension Arm {
  fileprivate var accuracy: Double? { outcomes[.testAccuracy]?.mean }
}

extension SweepTable {
  /// Each dropout rate minus rate 0, in every combination of the other columns that vary; without
  /// dropout its kind and place do not matter.
  package func dropoutEffects(_ memo: inout EffectMemo) -> [Contrast] {
    let varying = ColumnSplit(results.cellColumns).varying.map(\.name)
    return dropoutRates.filter { varying.contains($0) }.flatMap { rate in
      let by = varying.filter { $0 != rate && $0 != Self.seed }
      return contrastSet(Comparison(factor: rate, by: by), base: 0, &memo).contrasts.filter {
        $0.b.number == 0 && !$0.isIdenticalByConstruction
      }
    }
  }
}
