public import ExperimentModel

/// The figures of one combination as the grid wrote it, over its seeds: what curves are drawn of.
///
/// Cells that the planner merged show the same trials.
public struct CellFigures: Sendable, Hashable {
  /// The columns as written that vary, seeds aside.
  public var settings: Settings
  /// Complete trials.
  public var seeds: Int
  /// At the last epoch.
  public var outcomes: [Outcome: Estimate]
  /// Means over the complete trials that ran the epoch, one value per epoch.
  public var curves: [Metric: [Double]]

  /// Every combination that has a complete trial, in the order of the plan.
  ///
  /// - Throws: `UserError(.badFile)` where the results do not fit together.
  public static func all(_ results: SweepResults) throws(UserError) -> [CellFigures] {
    try SweepTable(results).cellFigures()
  }
}

extension SweepTable {
  fileprivate func cellFigures() -> [CellFigures] {
    let columns = ColumnSplit(results.cellColumns.filter { $0.name != Self.seed }).varying
    var groups = Ordered<[SettingValue], Int>()
    var trials: [[Int]] = []
    // A merged trial counts once.
    var known: Set<[Int]> = []
    for (cell, planned) in results.cells.enumerated() {
      let key = columns.map { SettingValue($0, row: cell) }
      let group = groups[key] ?? trials.count
      if group == trials.count {
        groups[key, default: group] = group
        trials.append([])
      }
      if isDone(planned.trial), known.insert([group, planned.trial]).inserted {
        trials[group].append(planned.trial)
      }
    }
    return zip(groups.keys, trials).compactMap { key, trials in
      guard !trials.isEmpty else { return nil }
      return CellFigures(
        settings: Settings(names: columns.map(\.name), values: key), seeds: trials.count,
        outcomes: estimates(trials), curves: results.metrics.mapValues { Self.mean($0, of: trials) }
      )
    }
  }

  private static func mean(_ rows: [[Float]], of trials: [Int]) -> [Double] {
    let epochs = trials.map { rows[$0].count }.max() ?? 0
    return (0..<epochs).map { epoch in
      let values = trials.compactMap { rows[$0].count > epoch ? Double(rows[$0][epoch]) : nil }
      return Moments.mean(values.filter(\.isFinite)) ?? .nan
    }
  }
}
