package import ExperimentModel

/// A checked view of a sweep's results: what each trial and cell was set to, and how it ended.
package struct SweepTable: Sendable {
  /// The column whose values are the units of replication.
  package static let seed = "seed"

  package let results: SweepResults
  /// One value per cell: the columns as written, then those that only the trials have.
  private let cellValues: [String: [SettingValue]]
  /// The same as numbers, with what does not apply.
  let coded: [String: CodedColumn]
  /// For each outcome one value per trial; NaN where there is none.
  private var figures: [Outcome: [Double]] = [:]
  /// The names of the columns as written, in order.
  package let cellNames: [String]
  /// The columns that hold dropout rates, as far as one is above 0.
  package let dropoutRates: [String]
  /// The training loss of `Outcome.epochsToLoss`.
  package let lossTarget: Float?

  /// - Throws: `UserError` with `badFile` where columns, figures or cells do not fit together or a
  ///   comparison names a column that is not there.
  package init(_ results: SweepResults) throws(UserError) {
    try Self.check(results)
    self.results = results
    cellNames = results.cellColumns.map(\.name)
    var values: [String: [SettingValue]] = [:]
    for column in results.trialColumns {
      values[column.name] = results.cells.map { SettingValue(column, row: $0.trial) }
    }
    for column in results.cellColumns {
      values[column.name] = results.cells.indices.map { SettingValue(column, row: $0) }
    }
    cellValues = values
    coded = Self.coded(results, values)
    lossTarget = Self.lossTarget(results)
    dropoutRates = results.trialColumns.filter { column in
      (column.name == "rate" || column.name.hasSuffix("_rate")) && column.name != "learning_rate"
        && (0..<column.count).contains { (SettingValue(column, row: $0).number ?? 0) > 0 }
    }.map(\.name)
    for comparison in results.comparisons { try check(comparison) }
    for outcome in Outcome.allCases {
      figures[outcome] = results.trialIDs.indices.map { compute(outcome, of: $0) ?? .nan }
    }
  }

  /// The values of column `name`, one per cell; nil where there is no such column.
  package func cells(of name: String) -> [SettingValue]? { cellValues[name] }

  /// Whether `trial` is complete: it ran all its epochs, or as many as its own patience gave it.
  package func isDone(_ trial: Int) -> Bool { results.status[trial].isComplete }

  /// The figure at the trial's last epoch; nil where the trial is not complete or the figure was not
  /// recorded or is not finite.
  package func final(_ metric: Metric, of trial: Int) -> Double? {
    guard isDone(trial), let value = results.metrics[metric]?[trial].last, value.isFinite else {
      return nil
    }
    return Double(value)
  }

  package func outcome(_ outcome: Outcome, of trial: Int) -> Double? {
    guard let value = figures[outcome]?[trial], !value.isNaN else { return nil }
    return value
  }

  /// The outcome of every trial; NaN where it has none.
  func finals(of outcome: Outcome) -> [Double] { figures[outcome] ?? [] }

  private func compute(_ outcome: Outcome, of trial: Int) -> Double? {
    switch outcome {
    case .testAccuracy: return final(.testAccuracy, of: trial)
    case .testLoss: return final(.testLoss, of: trial)
    case .trainAccuracy: return final(.trainAccuracy, of: trial)
    case .calibrationError: return final(.testECE, of: trial)
    case .gap:
      guard let train = final(.trainAccuracy, of: trial),
        let test = final(.testAccuracy, of: trial)
      else { return nil }
      return train - test
    case .epochsToLoss: return epochsToLoss(of: trial)
    case .bestEpoch: return bestEpoch(of: trial)
    }
  }

  /// Whether two trials recorded the same bits in every figure and epoch.
  package func areBitIdentical(_ a: Int, _ b: Int) -> Bool {
    results.metrics.values.allSatisfy { rows in
      rows[a].count == rows[b].count
        && zip(rows[a], rows[b]).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
  }

  private static func coded(
    _ results: SweepResults, _ values: [String: [SettingValue]]
  ) -> [String: CodedColumn] {
    let own = Dictionary(results.trialColumns.map { ($0.name, $0) }) { first, _ in first }
    return Dictionary(
      uniqueKeysWithValues: values.map { name, written in
        let trials = own[name].map { column in
          results.cells.map { cell in
            let value = SettingValue(column, row: cell.trial)
            // Files of old versions say so of trials that have none.
            return name == "block_size" && value.number == 0 ? SettingValue.none : value
          }
        }
        return (name, CodedColumn(written: written, own: trials))
      })
  }

  private static func check(_ results: SweepResults) throws(UserError) {
    let count = results.trialIDs.count
    func expect(_ what: String, _ found: Int, _ expected: Int) throws(UserError) {
      guard found == expected else {
        throw UserError(
          .badFile, "the results are damaged: \(what) has \(found) values instead of \(expected)")
      }
    }
    try expect("status", results.status.count, count)
    try expect("message", results.messages.count, count)
    try expect("epochs_run", results.epochsRun.count, count)
    try expect("duration", results.durations.count, count)
    if !results.extensions.isEmpty {
      try expect("generation", results.generations.count, count)
    }
    for column in results.trialColumns { try expect(column.name, column.count, count) }
    for metric in results.metrics.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      try expect(metric.rawValue, results.metrics[metric]?.count ?? 0, count)
    }
    for column in results.cellColumns {
      try expect("cells/\(column.name)", column.count, results.cells.count)
    }
    for (index, cell) in results.cells.enumerated() where !(0..<count).contains(cell.trial) {
      throw UserError(
        .badFile,
        "the results are damaged: cell \(index) points to trial \(cell.trial) of \(count)")
    }
  }

  private func check(_ comparison: Comparison) throws(UserError) {
    let names = [comparison.factor] + comparison.by
    for name in names where cellValues[name] == nil {
      throw UserError(
        .badFile,
        "the results compare by '\(name)', which is none of their columns: "
          + cellValues.keys.sorted().joined(separator: ", "))
    }
    guard Set(names).count == names.count, !names.contains(Self.seed) else {
      throw UserError(
        .badFile,
        "the results compare '\(comparison.factor)' by '\(comparison.by.joined(separator: ", "))': "
          + "each column can stand there once, and seeds are what a comparison averages over")
    }
  }
}

/// Which of several columns vary: tables list those and name the others once.
package struct ColumnSplit: Sendable {
  /// Columns with two values or more, in order.
  package var varying: [Column]
  /// Columns with a single value, as long as it says something.
  package var constants: Settings

  /// - Parameter others: columns of one value, which name nothing that `columns` name.
  package init(_ columns: [Column], beside others: [Column] = []) {
    varying = []
    constants = Settings()
    for column in columns + others {
      let values = Set((0..<column.count).map { SettingValue(column, row: $0) })
      if values.count > 1 {
        varying.append(column)
      } else if let value = values.first, value != .none {
        constants.names.append(column.name)
        constants.values.append(value)
      }
    }
  }
}
