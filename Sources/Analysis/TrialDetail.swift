public import ExperimentModel

/// One trial in full: its settings, how it ended, and its figures epoch by epoch.
public struct TrialDetail: Sendable, Hashable, Encodable {
  /// Its row in the file.
  public var trial: Int
  public var id: String
  public var settings: Settings
  public var status: String
  /// Empty where the trial is complete.
  public var message: String
  /// Epochs that were finished.
  public var epochs: Int
  /// Wall-clock seconds; nil where the trial has not ended.
  public var seconds: Double?
  /// For each figure by its name in the file, one value per epoch; nil for one that is no number.
  public var figures: [String: [Float?]]
  /// What diagnostics saw in the last epoch, by figure and place; nil for one that is no number.
  public var diagnostics: [String: [String: Float?]]

  private var places: [DiagnosticPlace]

  private enum CodingKeys: String, CodingKey {
    case trial, id, settings, status, message, epochs, seconds, figures, diagnostics
  }

  /// - Parameters:
  ///   - results: the sweep's.
  ///   - name: a row's number, an id, or the beginning of an id that no other trial shares.
  /// - Throws: `UserError` with `badInput` where no trial, or more than one, is called that.
  public init(_ results: SweepResults, named name: String) throws(UserError) {
    let row = try results.row(named: name)
    trial = row
    id = results.trialIDs[row].description
    settings = Settings(
      names: (results.trialColumns + results.constants).map(\.name),
      values: results.trialColumns.map { SettingValue($0, row: row) }
        + results.constants.map { SettingValue($0, row: 0) })
    status = results.status[row].name
    message = results.messages[row]
    epochs = results.epochsRun[row]
    seconds = results.durations[row].isFinite ? results.durations[row] : nil
    figures = [:]
    for (metric, rows) in results.metrics {
      figures[metric.rawValue] = rows[row].map { $0.isFinite ? $0 : nil }
    }
    places = results.diagnostics?.places ?? []
    diagnostics = [:]
    for place in places {
      let values = results.diagnostics?.last(place.kind, of: row) ?? []
      guard values.indices.contains(place.index) else { continue }
      let value = values[place.index]
      diagnostics[place.figure, default: [:]][place.place] = .some(value.isFinite ? value : nil)
    }
  }

  /// The same as JSON, with sorted keys.
  ///
  /// - Throws: `EncodingError`; it never does with figures that are numbers.
  public func json() throws -> String { try encodeJSON(self) }

  /// Lines for people.
  public var text: String {
    var lines = ["trial \(trial)  \(id)"]
    let width = settings.names.map(\.count).max() ?? 0
    for (name, value) in zip(settings.names, settings.values) where value != .none {
      lines.append("  \(name.padding(to: width))  \(value)")
    }
    let time = seconds.map { " in \(($0 * 1000).rounded() / 1000) s" } ?? ""
    lines.append("\(status), \(epochs) epoch\(epochs == 1 ? "" : "s")\(time)")
    lines += TextLayout.wrap(message, width: Self.width - 2).map { "  \($0)" }
    let metrics = Metric.allCases.filter { figures[$0.rawValue]?.isEmpty == false }
    guard !metrics.isEmpty else { return lines.joined(separator: "\n") + "\n" }
    let columns = metrics.map { metric in
      TextColumn(
        metric.rawValue,
        cells: (figures[metric.rawValue] ?? []).map { $0.map { "\($0)" } ?? "NaN" })
    }
    lines += Self.tables(
      of: columns, behind: TextColumn("epoch", cells: (0..<epochs).map { "\($0 + 1)" }))
    let shown = places.filter { diagnostics[$0.figure]?[$0.place] != nil }
    if !shown.isEmpty {
      lines += ["", "diagnostics of the last epoch"]
      lines += TextLayout.table(
        [
          TextColumn("figure", cells: shown.map(\.figure)),
          TextColumn("place", cells: shown.map(\.place)),
          TextColumn(
            "value",
            cells: shown.map { place in
              (diagnostics[place.figure]?[place.place] ?? nil).map { "\($0)" } ?? "-"
            }),
        ], width: .max)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let width = 80

  /// Tables below each other, each with `first` and as many of `columns` as a line has room for.
  private static func tables(of columns: [TextColumn], behind first: TextColumn) -> [String] {
    func lines(_ columns: ArraySlice<TextColumn>) -> [String] {
      TextLayout.table([first] + columns, width: .max)
    }
    var tables: [String] = []
    var rest = columns[...]
    while !rest.isEmpty {
      var count = 1
      while count < rest.count,
        lines(rest.prefix(count + 1)).allSatisfy({ $0.count <= width })
      {
        count += 1
      }
      tables += [""] + lines(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    return tables
  }
}

extension SweepResults {
  /// The row of the trial that is called `name`: its row, its id or the beginning of its id.
  ///
  /// - Throws: `UserError` with `badInput` where no trial, or more than one, is called that.
  public func row(named name: String) throws(UserError) -> Int {
    if name.utf8.count < 10, let row = Int(name) {
      if trialIDs.indices.contains(row) { return row }
    }
    let rows =
      name.utf8.count < 4
      ? [] : trialIDs.indices.filter { trialIDs[$0].description.hasPrefix(name.lowercased()) }
    guard let row = rows.first else {
      throw UserError(
        .badInput,
        "no trial is called '\(name)': give a row from 0 to \(trialIDs.count - 1), or an id (its "
          + "first 4 digits or more)")
    }
    guard rows.count == 1 else {
      throw UserError(
        .badInput, "\(rows.count) trials have ids that begin with '\(name)': give more digits")
    }
    return row
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }
}
