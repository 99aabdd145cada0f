/// What the data say about a contrast, on final test accuracy.
public enum Verdict: String, Sendable, Hashable, Codable {
  /// Side a is better than side b.
  case better
  /// Side a is worse than side b.
  case worse
  /// The difference is shown to be smaller than the margin that the grid names.
  case equivalent
  /// None of these is shown; that is not evidence of equality.
  case inconclusive
  /// Different trainings recorded the same bits in every figure and epoch.
  case identicalToTheBit = "identical to the bit"
  /// The planner proved both sides to be the same training, which was run once.
  case identicalByConstruction = "identical by construction"
  /// No seed has both sides complete.
  case noData = "no data"
}

/// Two levels of one factor, everything else equal, with the seed as the unit of replication.
///
/// Cells are matched exactly: a pair agrees in every column as written but the factor, as far as both
/// trials have it. Within a seed the pairs are averaged first, as the grid wrote them, and each seed gives one difference.
/// Pairs that point to the same trial on both sides say nothing about the factor and are left out,
/// and so are pairs of which a side is not complete.
public struct Contrast: Sendable, Hashable, Encodable {
  public var factor: String
  /// The level that counts as better or worse.
  public var a: SettingValue
  public var b: SettingValue
  /// Where: the values of the comparison's other columns.
  public var by: Settings
  /// Seeds with a pair of which both sides are complete.
  public var seeds: Int
  /// Seeds with a pair in the grid.
  public var plannedSeeds: Int
  /// Pairs of different trials that are complete.
  public var pairs: Int
  /// Pairs of different trials of which a side is pending or failed.
  public var incompletePairs: Int
  /// Those of them of which the sweep's stopping rule ended a side: they never will be complete.
  public var stoppedPairs = 0
  /// Those of them that may become complete: no side ended, or was stopped, without being so.
  public var awaitedPairs = 0
  /// How sides of incomplete pairs that are not complete stand, by the status's name: in how many
  /// pairs.
  public var incompleteSides: [String: Int] = [:]
  /// Pairs with the same trial on both sides.
  public var identicalPairs: Int
  /// Whether every complete pair recorded the same bits.
  public var isBitIdentical: Bool
  /// The estimates; an outcome is missing where no seed has it on both sides.
  public var effects: [Outcome: PairedEffect]
  /// The same for what diagnostics saw, unadjusted; empty where none were recorded.
  public var diagnostics: [DiagnosticEffect] = []
  /// Nil for a contrast that describes and belongs to no family.
  public var judgement: Judgement?

  /// A contrast's place in its family.
  public struct Judgement: Sendable, Hashable, Encodable {
    public var verdict: Verdict
    /// Holm's p for test accuracy; nil outside the family.
    public var adjustedP: Double?
    /// Holm's p of two one-sided sign-flip tests against the margin (Schuirmann 1987); nil without
    /// a margin or outside the family.
    public var equivalenceP: Double?
    /// Whether the difference is shown to be within the margin: a small one can be that and shown.
    public var isWithinMargin = false
    /// Seeds beyond those there are that would give a difference as large as the observed one a
    /// power of 80% at α/m; nil where it is already shown or cannot be said.
    public var moreSeeds: Int?
    /// Whether any outcome with as many seeds could have been shown at α/m.
    public var isReachable: Bool
  }

  /// Whether nothing is complete and nothing will be, because the rule stopped a side of each pair.
  package var isStopped: Bool {
    pairs == 0 && incompletePairs > 0 && stoppedPairs == incompletePairs
  }

  /// Whether nothing is complete and nothing will be, because a side of each pair ended badly.
  package var isLost: Bool { pairs == 0 && incompletePairs > 0 && awaitedPairs == 0 && !isStopped }

  /// Whether the two sides are the same training in every pair, known before any was run.
  var isIdenticalByConstruction: Bool { pairs == 0 && incompletePairs == 0 }
}
