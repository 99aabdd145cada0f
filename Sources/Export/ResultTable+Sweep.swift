public import ResultsStore
internal import ExperimentModel

extension ResultTable {
  /// Every table of a results file: trials, epochs, cells.
  ///
  /// - Complexity: linear in the figures of the file.
  public static func all(of reader: ResultsReader) -> [ResultTable] {
    [trials(of: reader), epochs(of: reader), cells(of: reader)]
  }

  /// One row per trial: its settings, how it ended, and the figures of its last epoch.
  ///
  /// `trial` is its row in the file, `generation` the extension of the sweep that it came with, 0
  /// for the trials of the first plan. Figures of a trial that has run no epoch are missing.
  public static func trials(of reader: ResultsReader) -> ResultTable {
    let results = reader.results
    let rows = results.trialIDs.indices
    var columns = [
      TableColumn("trial", .integer(Array(rows))),
      TableColumn("trial_id", .text(results.trialIDs.map { "\($0)" })),
      TableColumn("status", .text(results.status.map(\.name))),
    ]
    columns += results.trialColumns.map { TableColumn($0) }
    columns += [
      TableColumn("epochs_run", .integer(results.epochsRun)),
      TableColumn("duration", .real(results.durations)),
      TableColumn("message", .text(results.messages)),
      // Only a sweep that was extended keeps them.
      TableColumn(
        "generation",
        .integer(results.generations.isEmpty ? rows.map { _ in 0 } : results.generations)),
    ]
    for metric in metrics(results) {
      let values = results.metrics[metric] ?? []
      columns.append(TableColumn(metric.rawValue, .single(values.map { $0.last ?? .nan })))
    }
    return ResultTable(name: "trials", columns: columns)
  }

  /// One row per trial and finished epoch, with every figure of it; epochs count from 1.
  public static func epochs(of reader: ResultsReader) -> ResultTable {
    let results = reader.results
    var (trials, ids, epochs) = ([Int](), [String](), [Int]())
    for (trial, run) in results.epochsRun.enumerated() where run > 0 {
      trials += Array(repeating: trial, count: run)
      ids += Array(repeating: "\(results.trialIDs[trial])", count: run)
      epochs += Array(1...run)
    }
    var columns = [
      TableColumn("trial", .integer(trials)), TableColumn("trial_id", .text(ids)),
      TableColumn("epoch", .integer(epochs)),
    ]
    for metric in metrics(results) {
      let values = (results.metrics[metric] ?? []).flatMap { $0 }
      precondition(values.count == epochs.count, "\(metric) has \(values.count) values")
      columns.append(TableColumn(metric.rawValue, .single(values)))
    }
    return ResultTable(name: "epochs", columns: columns)
  }

  /// One row per cell: every axis as the grid has it, the trial that stands for it, and why where
  /// that is another cell's.
  public static func cells(of reader: ResultsReader) -> ResultTable {
    let results = reader.results
    var columns = [TableColumn("cell", .integer(Array(results.cells.indices)))]
    columns += results.cellColumns.map { TableColumn($0) }
    columns += [
      TableColumn("trial", .integer(results.cells.map(\.trial))),
      TableColumn("rule", .text(results.cells.map(\.rule))),
    ]
    return ResultTable(name: "cells", columns: columns)
  }

  /// In the order of `Metric`, whatever order a dictionary has.
  private static func metrics(_ results: SweepResults) -> [Metric] {
    Metric.allCases.filter { results.metrics[$0] != nil }
  }
}
