internal import ExperimentModel
internal import HDF5

/// What a results file says of the grids that a sweep had before its present one.
struct SweepHistory: Sendable {
  var extensions: [SweepExtension] = []
  /// As in `SweepResults`.
  var generations: [Int] = []
  /// The lines of the attribute `history` until now, each with its end.
  var log = ""

  var isEmpty: Bool { extensions.isEmpty }

  /// The column of the trials.
  var generationColumn: Column {
    Column(
      name: FileFormat.generation, path: FileFormat.generation,
      values: .integer(generations.map { Int64($0) }))
  }

  /// The numbers of an extension, as the columns of `provenance/extensions` hold them.
  static var numbers: [(String, WritableKeyPath<SweepExtension, Int>)] {
    [("trials", \.trials), ("finished", \.finished)]
  }
}

extension StoredSweep {
  /// The history of the file that has the trials of `plan`, added to this file's at `time`.
  func history(extendedBy plan: Plan, finished: Int, at time: Double) -> SweepHistory {
    let number = history.extensions.count + 1
    var before: [TrialID: Int] = [:]
    for (row, id) in trialIDs.enumerated() {
      before[id] = history.isEmpty ? 0 : history.generations[row]
    }
    return SweepHistory(
      extensions: history.extensions + [
        SweepExtension(
          earlierGrid: gridText, trials: trialIDs.count, finished: finished, time: time)
      ], generations: plan.trials.map { before[$0.id] ?? number }, log: history.log)
  }
}

extension SweepLoader {
  /// The history of a file; empty where its sweep was never extended.
  mutating func history(_ file: borrowing File, trials: Int) throws -> SweepHistory {
    var history = SweepHistory(log: try file.textAttribute("history") + "\n")
    guard try file.contains("provenance/extensions") else { return history }
    let group = try file.openGroup("provenance/extensions")
    let count = try length(of: "extension", .int64, in: group)
    let grids = try texts("earlier_grid", count: count, from: group)
    let times = try read(RowColumn(name: "time", type: .float64), count: count, from: group)
    history.extensions = zip(grids, times.values(Double.self)).map {
      SweepExtension(earlierGrid: $0, trials: 0, finished: 0, time: $1)
    }
    for (name, value) in SweepHistory.numbers {
      let column = try read(RowColumn(name: name, type: .int64), count: count, from: group)
      for (index, number) in column.values(Int64.self).enumerated() {
        history.extensions[index][keyPath: value] = Int(number)
      }
    }
    let column = try read(
      RowColumn(name: FileFormat.generation, type: .int64), count: trials, from: file)
    history.generations = column.values(Int64.self).map { Int($0) }
    guard history.generations.allSatisfy({ (0...count).contains($0) }) else {
      throw FormatError("a trial belongs to an extension that there is not")
    }
    return history
  }
}
