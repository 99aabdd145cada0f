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
    trials = TrialCounts(results.status)
    constants = columns.constants
    troubles = table.troubles()
    let names = columns.varying.map(\.name)
    let finals = Outcome.allCases.map { (outcome: $0, values: table.finals(of: $0)) }
    let figures = [(Outcome.testAccuracy, Metric.testAccuracy), (.testLoss, .testLoss)].map {
      outcome, metric in (outcome: outcome, values: Self.last(results.metrics[metric] ?? []))
    }
    var trials = Array(results.trialIDs.indices)
    if order == .best {
      let final = table.finals(of: .testAccuracy).map { $0.isNaN ? -1 : $0 }
      let reached = figures[0].values.map { $0.isFinite ? $0 : -1 }
      func place(_ trial: Int) -> (Double, Double, Int) {
        (-final[trial], reached.isEmpty ? 1 : -reached[trial], trial)
      }
      trials.sort { place($0) < place($1) }
    }
    rows = trials.map { trial in
      var outcomes: [Outcome: Double] = [:]
      for (outcome, values) in finals where !values[trial].isNaN {
        outcomes[outcome] = values[trial]
      }
      var reached: [Outcome: Double] = [:]
      for (outcome, values) in figures where !values.isEmpty && values[trial].isFinite {
        reached[outcome] = values[trial]
      }
      let seconds = results.durations[trial]
      return Row(
        trial: trial, id: results.trialIDs[trial].description,
        settings: Settings(
          names: names, values: columns.varying.map { SettingValue($0, row: trial) }),
        status: results.status[trial].name, message: results.messages[trial],
        epochs: results.epochsRun[trial], seconds: seconds.isFinite ? seconds : nil,
        outcomes: outcomes, reached: reached)
    }
  }

  /// The last figure of each row; NaN where there is none.
  private static func last(_ rows: [[Float]]) -> [Double] { rows.map { Double($0.last ?? .nan) } }

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
