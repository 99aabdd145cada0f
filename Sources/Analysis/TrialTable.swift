public import ExperimentModel

/// The trials of a sweep, one row each: settings, how it ended and its final figures.
public struct TrialTable: Sendable, Hashable, Encodable {
  /// Which trials come first.
  public enum Order: String, Sendable, Hashable, CaseIterable, Codable {
    /// As in the file.
    case file
    /// The highest final test accuracy first; trials without one last.
    case best
  }

  /// One trial.
  public struct Row: Sendable, Hashable, Encodable {
    /// Its row in the file.
    public var trial: Int
    public var id: String
    /// The columns that vary between trials.
    public var settings: Settings
    public var status: String
    /// Empty where the trial is complete.
    public var message: String
    /// Epochs that were finished.
    public var epochs: Int
    /// Wall-clock seconds; nil where the trial has not ended.
    public var seconds: Double?
    /// At the last epoch; those of a trial that is not complete are missing.
    public var outcomes: [Outcome: Double]
    /// Test accuracy and loss after the epochs that it ran, complete or not.
    public var reached: [Outcome: Double]
  }

  public var title: String
  public var order: Order
  public var trials: TrialCounts
  /// The settings that all trials share.
  public var constants: Settings
  public var rows: [Row]
  public var troubles: [Trouble]

  /// - Throws: `UserError` with `badFile` where the results do not fit together.
  public init(_ results: SweepResults, order: Order = .best) throws(UserError) {
    let table = try SweepTable(results)
    let columns = ColumnSplit(results.trialColumns, beside: results.constants)
    title = results.title
    self.order = order
    trials = TrialCounts(results)
    constants = columns.constants
    troubles = table.troubles()
    rows = results.trialIDs.indices.map { trial in
      var outcomes: [Outcome: Double] = [:]
      for outcome in Outcome.allCases { outcomes[outcome] = table.outcome(outcome, of: trial) }
      var reached: [Outcome: Double] = [:]
      let figures = [(Outcome.testAccuracy, Metric.testAccuracy), (.testLoss, .testLoss)]
      for (outcome, metric) in figures {
        let value = results.metrics[metric]?[trial].last.map { Double($0) }
        reached[outcome] = value.flatMap { $0.isFinite ? $0 : nil }
      }
      let seconds = results.durations[trial]
      return Row(
        trial: trial, id: results.trialIDs[trial].description,
        settings: Settings(
          names: columns.varying.map(\.name),
          values: columns.varying.map { SettingValue($0, row: trial) }),
        status: results.status[trial].name, message: results.messages[trial],
        epochs: results.epochsRun[trial], seconds: seconds.isFinite ? seconds : nil,
        outcomes: outcomes, reached: reached)
    }
    guard order == .best else { return }
    func place(_ row: Row) -> (Double, Double) {
      (row.outcomes[.testAccuracy] ?? -1, row.reached[.testAccuracy] ?? -1)
    }
    rows.sort { place($0) != place($1) ? place($0) > place($1) : $0.trial < $1.trial }
  }

  /// Every row, whatever a table would show: an object with sorted keys.
  public func json() throws -> String { try encodeJSON(self) }

  /// The table as people read it.
  ///
  /// - Parameters:
  ///   - limit: the most rows; nil for all.
  ///   - width: the longest line, where the settings' names allow it.
  ///   - styled: whether headings carry a terminal's escape sequences.
  public func text(limit: Int? = 20, width: Int = 80, styled: Bool = false) -> String {
    let style = TextStyle(isStyled: styled)
    var lines = TextLayout.wrap(title, width: width).map(style.bold)
    lines += TextLayout.wrap(trials.sentence, width: width)
    lines += constantLines(constants, width, style)
    if let commonEpochs {
      lines.append(
        style.faint(
          "Every complete trial ran \(commonEpochs == 1 ? "1 epoch" : "\(commonEpochs) epochs")."))
    }
    let shown = Array(rows.prefix(limit.map { max(0, $0) } ?? rows.count))
    if !shown.isEmpty {
      lines += [""] + head(TextLayout.table(columns(shown), width: width), style)
    }
    if shown.count < rows.count {
      lines.append("… \(rows.count - shown.count) more, --all shows them")
    }
    let failed = troubleLines(
      troubles, limit: limit == nil ? troubles.count : 5, width, style)
    if !failed.isEmpty { lines += [""] + failed }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Whether all trials that ran at all ran as many epochs.
  private var hasOneLength: Bool { Set(rows.map(\.epochs)).subtracting([0]).count <= 1 }

  /// The epochs that all complete trials ran; nil where they differ.
  private var commonEpochs: Int? {
    let epochs = Set(
      rows.filter { $0.status == TrialStatus.done.name || $0.status == TrialStatus.censored.name }
        .map(\.epochs))
    return epochs.count == 1 ? epochs.first : nil
  }

  private func columns(_ rows: [Row]) -> [TextColumn] {
    var columns = [TextColumn("trial", cells: rows.map { "\($0.trial)" })]
    // What varies in the sweep stays, even where the rows shown agree in it.
    for index in rows[0].settings.names.indices {
      columns.append(
        TextColumn(
          setting: rows[0].settings.names[index], values: rows.map { $0.settings.values[index] }))
    }
    if trials.byStatus.count > 1 {
      columns.append(TextColumn("status", alignment: .left, cells: rows.map(\.status)))
    }
    if !hasOneLength {
      columns.append(TextColumn("epochs", cells: rows.map { "\($0.epochs)" }))
    }
    for (outcome, name) in [(Outcome.testAccuracy, "accuracy"), (.testLoss, "loss")] {
      columns.append(
        TextColumn(
          name,
          cells: rows.map { row in
            row.reached[outcome].map {
              NumberText.fixed($0 * outcome.scale, digits: outcome.digits)
            } ?? "-"
          }))
    }
    return columns
  }
}
