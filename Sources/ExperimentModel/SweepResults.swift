/// What a results file holds, as plain values: one element per trial, in the order of its rows.
public struct SweepResults: Sendable {
  public var title: String
  public var question: String
  public var trialIDs: [TrialID]
  /// The canonical configuration.
  public var trialColumns: [Column]
  /// Settings that every trial shares and that are no columns of the file, a value each; empty
  /// where nobody has looked them up in the grid.
  public var constants: [Column] = []
  public var status: [TrialStatus]
  public var messages: [String]
  public var epochsRun: [Int]
  /// Wall-clock seconds; NaN where the trial has not ended.
  public var durations: [Double]
  /// For each figure that was recorded, one row per trial with as many values as `epochsRun`.
  public var metrics: [Metric: [[Float]]]
  public var cells: [PlannedCell]
  public var cellColumns: [Column]
  public var comparisons: [Comparison]
  /// The difference in test accuracy, in points, below which arms count as equivalent: written in
  /// the grid before the run; nil where it names none.
  public var margin: Double?
  /// nil where none were recorded.
  public var diagnostics: DiagnosticResults?
  /// What the sweep tests, in a sentence; empty where the grid names no claim.
  public var claim: String
  /// Every extension of the sweep, the first one first; empty as a rule.
  public var extensions: [SweepExtension]
  /// For each trial, the number of the extension that added it, from 1; 0 for those that were
  /// planned from the start. Empty where the sweep was never extended.
  public var generations: [Int]
  /// The rule by which trials were stopped early, as `StoppingRule.text`; empty for none.
  public var stopping: String
  /// Trials that are pending here because what the file has of them is damaged.
  public var damaged = 0

  public init(
    title: String, question: String, trialIDs: [TrialID], trialColumns: [Column],
    status: [TrialStatus], messages: [String], epochsRun: [Int], durations: [Double],
    metrics: [Metric: [[Float]]], cells: [PlannedCell], cellColumns: [Column],
    comparisons: [Comparison], margin: Double? = nil, extensions: [SweepExtension] = [],
    generations: [Int] = [], stopping: String = "", diagnostics: DiagnosticResults? = nil,
    claim: String = ""
  ) {
    self.title = title
    self.question = question
    self.trialIDs = trialIDs
    self.trialColumns = trialColumns
    self.status = status
    self.messages = messages
    self.epochsRun = epochsRun
    self.durations = durations
    self.metrics = metrics
    self.cells = cells
    self.cellColumns = cellColumns
    self.comparisons = comparisons
    self.margin = margin
    self.diagnostics = diagnostics
    self.claim = claim
    self.extensions = extensions
    self.generations = generations
    self.stopping = stopping
  }
}
