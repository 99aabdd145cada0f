/// A named column of a table of trials or cells: a coordinate in the results file.
public struct Column: Sendable, Hashable {
  public enum Values: Sendable, Hashable {
    /// NaN where the column does not apply.
    case real([Double])
    case integer([Int64])
    /// Empty where the column does not apply.
    case text([String])
  }

  /// Short and usable as an identifier: `rate`, `dense_rate`, `pool`.
  public var name: String
  /// The grid file's path: `dropout.rate`.
  public var path: String
  public var values: Values

  public init(name: String, path: String, values: Values) {
    self.name = name
    self.path = path
    self.values = values
  }

  public var count: Int {
    switch values {
    case .real(let values): values.count
    case .integer(let values): values.count
    case .text(let values): values.count
    }
  }

  /// The value in row `row` as people write it; empty where the column does not apply.
  public func text(at row: Int) -> String {
    switch values {
    case .real(let values): values[row].isNaN ? "" : Self.shortest(values[row])
    case .integer(let values): "\(values[row])"
    case .text(let values): values[row]
    }
  }

  private static func shortest(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }
}

/// A training that the plan asks for: one row of the results file.
public struct PlannedTrial: Sendable, Hashable {
  public var id: TrialID
  public var spec: TrialSpec
  /// Index into `Plan.architectures`.
  public var architecture: Int
  /// Floating-point operations of the whole trial, evaluations included.
  public var flops: Double

  public init(id: TrialID, spec: TrialSpec, architecture: Int, flops: Double) {
    self.id = id
    self.spec = spec
    self.architecture = architecture
    self.flops = flops
  }
}

/// One combination as the user wrote it, and the trial that stands for it.
public struct PlannedCell: Sendable, Hashable {
  /// Index into `Plan.trials`.
  public var trial: Int
  /// Why another cell's trial stands for this one; empty where the cell has its own.
  public var rule: String

  public init(trial: Int, rule: String) {
    self.trial = trial
    self.rule = rule
  }
}

/// A set of parameter shapes that trials share.
public struct Architecture: Sendable, Hashable {
  /// A group's name in the results file.
  public var name: String
  public var parameters: [ParameterShape]

  public init(name: String, parameters: [ParameterShape]) {
    self.name = name
    self.parameters = parameters
  }
}

/// A contrast that the grid asks for: the levels of one column, everything else equal.
public struct Comparison: Sendable, Hashable {
  /// The column whose levels are compared.
  public var factor: String
  /// Columns whose every combination of values gets a contrast of its own.
  public var by: [String]

  public init(factor: String, by: [String]) {
    self.factor = factor
    self.by = by
  }
}

/// The data behind a plan: what the planner knows of a data set.
public struct DatasetCard: Sendable, Hashable {
  public var name: String
  public var shape: ImageShape
  public var classes: Int
  /// Images that are there, before subsets and splits.
  public var train: Int
  public var test: Int
  /// Hexadecimal SHA-256 over the images and labels.
  public var fingerprint: String

  public init(
    name: String, shape: ImageShape, classes: Int, train: Int, test: Int, fingerprint: String
  ) {
    self.name = name
    self.shape = shape
    self.classes = classes
    self.train = train
    self.test = test
    self.fingerprint = fingerprint
  }
}

/// Every trial of a sweep, in the order of training, and every cell that asked for one.
public struct Plan: Sendable, Hashable {
  public var title: String
  public var question: String
  /// The grid file as it was given.
  public var gridText: String
  /// In order: balanced blocks (every arm of the first seed, then of the second, …).
  public var trials: [PlannedTrial]
  /// The canonical configuration: one value per trial.
  public var trialColumns: [Column]
  public var cells: [PlannedCell]
  /// Every axis as written: one value per cell.
  public var cellColumns: [Column]
  public var architectures: [Architecture]
  public var datasets: [DatasetCard]
  /// The most epochs of any trial.
  public var epochs: Int
  /// The figures that the trials record.
  public var metrics: [Metric]
  public var weights: WeightsPolicy
  public var comparisons: [Comparison]
  /// The difference in test accuracy, in points, below which arms count as equivalent; nil where
  /// the grid names none.
  public var margin: Double?
  /// What every trial records of the inside of its network; nil for nothing.
  public var diagnostics: DiagnosticsPlan?
  /// What the sweep tests, in a sentence; empty where the grid names no claim.
  public var claim: String
  /// Settings that all trials have in common: a column of one value each.
  public var constants: [Column] = []
  /// When trials end before their last epoch; nil where all run to their end.
  public var stopping: StoppingRule?

  public init(
    title: String, question: String, gridText: String, trials: [PlannedTrial],
    trialColumns: [Column], cells: [PlannedCell], cellColumns: [Column],
    architectures: [Architecture], datasets: [DatasetCard], epochs: Int, metrics: [Metric],
    weights: WeightsPolicy, comparisons: [Comparison], margin: Double? = nil,
    stopping: StoppingRule? = nil, diagnostics: DiagnosticsPlan? = nil, claim: String = ""
  ) {
    self.title = title
    self.question = question
    self.gridText = gridText
    self.trials = trials
    self.trialColumns = trialColumns
    self.cells = cells
    self.cellColumns = cellColumns
    self.architectures = architectures
    self.datasets = datasets
    self.epochs = epochs
    self.metrics = metrics
    self.weights = weights
    self.comparisons = comparisons
    self.margin = margin
    self.diagnostics = diagnostics
    self.claim = claim
    self.stopping = stopping
  }
}
