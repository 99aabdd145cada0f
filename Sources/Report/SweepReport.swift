public import Analysis
public import ExperimentModel

/// Where a results file comes from, as its report says it.
public struct ReportSource: Sendable, Hashable {
  /// A run that wrote to the file.
  public struct Session: Sendable, Hashable {
    public var commandLine: String
    public var processor: String
    public var versions: String
    /// Seconds since 1970-01-01T00:00:00Z.
    public var start: Double

    public init(commandLine: String, processor: String, versions: String, start: Double) {
      self.commandLine = commandLine
      self.processor = processor
      self.versions = versions
      self.start = start
    }
  }

  /// A data set and its SHA-256.
  public struct Dataset: Sendable, Hashable {
    public var name: String
    public var fingerprint: String

    public init(name: String, fingerprint: String) {
      self.name = name
      self.fingerprint = fingerprint
    }
  }

  /// The file's name, without its directory.
  public var file: String
  public var engine: String
  public var gridText: String
  public var datasets: [Dataset]
  public var sessions: [Session]

  public init(
    file: String, engine: String, gridText: String, datasets: [Dataset], sessions: [Session]
  ) {
    self.file = file
    self.engine = engine
    self.gridText = gridText
    self.sessions = sessions
    self.datasets = datasets
  }
}

/// A sweep as a page that answers its question: HTML with plots, or Markdown.
///
/// Every figure in it is one of `summary` or of `cells`; nothing is computed again.
public struct SweepReport: Sendable {
  public var source: ReportSource
  public var summary: Summary
  public var cells: [CellFigures]

  /// - Throws: `UserError(.badFile)` where the results do not fit together.
  public init(_ results: SweepResults, source: ReportSource) throws(UserError) {
    self.source = source
    summary = try Summary(results)
    cells = try CellFigures.all(results)
  }

  /// The dropout rate that curves are drawn over: the first that varies.
  var rateColumn: String? {
    summary.dropoutRates.first { rate in cells.first?.settings[rate] != nil }
  }

  /// The columns that lines of a panel stand for: the rate and the placement as far as they vary, else
  /// what the main comparison compares, else the first column that varies.
  var lineColumns: [String] {
    guard let names = cells.first?.settings.names else { return [] }
    let dropout = [rateColumn ?? "", "placement"].filter(names.contains)
    if !dropout.isEmpty { return dropout }
    let factor = summary.comparisons.first { names.contains($0.factor) }?.factor
    return (factor ?? names.first).map { [$0] } ?? []
  }

  /// What the intervals of the report are.
  var intervalNote: String {
    let differences = summary.comparisons.flatMap(\.family).compactMap {
      $0.effects[.testAccuracy]?.difference.method
    }
    let means = summary.arms.compactMap { $0.outcomes[.testAccuracy]?.method }
    func how(_ methods: [IntervalMethod]) -> String {
      let names = Set(methods.map(\.rawValue)).sorted()
      return names.isEmpty ? "not known from so few seeds" : names.joined(separator: ", ")
    }
    return "Intervals hold 95% each, over seeds and for this data set and split (differences: "
      + "\(how(differences)); means: \(how(means))). Verdicts rest on the sign-flip test with "
      + "Holm's adjustment over all contrasts of a comparison, so an interval that leaves 0 out can "
      + "stand beside “not shown”."
  }
}
