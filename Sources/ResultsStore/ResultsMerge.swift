public import ExperimentModel
internal import Glibc
internal import HDF5

/// What became of the rows of several results files that were put into one.
public struct MergeReport: Sendable, Hashable {
  /// Rows of the plan.
  public var trials: Int
  /// Rows that are finished in the merged file.
  public var finished: Int
  /// Rows that more than one file had, with the same numbers.
  public var repeated: Int
  /// What was left out of the files for damage, as `ResultsReader.damage`.
  public var damage: [String] = []
}

/// Puts the finished rows of results files of one plan into a new one.
///
/// A row that several files have must have the same numbers in all of them; one that ended as planned
/// stands before one that failed, and of those that went wrong the first file's is kept. When and
/// how fast a trial was trained is not compared. Merging a merged file again changes nothing.
public enum ResultsMerge {
  /// Merges `paths` into a new file at `output`.
  ///
  /// - Throws: `UserError(.mismatch)` where the files belong to different plans or engines, or have
  ///   different numbers for one trial: the message names each; `.badFile` where one cannot be
  ///   read, or `output` exists or cannot be written; `.busy` where another process writes to it.
  public static func merge(
    _ paths: [String], into output: String, session: SessionInfo
  ) throws(UserError) -> MergeReport {
    precondition(!paths.isEmpty, "there is a file to merge")
    var readers: [ResultsReader] = []
    for path in paths { readers.append(try ResultsReader(path: path)) }
    for reader in readers.dropFirst() {
      guard let difference = readers[0].difference(from: reader) else { continue }
      throw UserError(
        .mismatch,
        "\(reader.path): cannot be merged with \(readers[0].path): \(difference); merge files of "
          + "one plan and one engine")
    }
    var sources: [Int: ResultsReader] = [:]
    var conflicts: [String] = []
    var repeated = 0
    for row in readers[0].results.trialIDs.indices {
      for reader in readers where reader.results.status[row] != .pending {
        guard let other = sources[row] else {
          sources[row] = reader
          continue
        }
        let complete = (
          other.results.status[row].isAsPlanned, reader.results.status[row].isAsPlanned
        )
        switch complete {
        case (true, true):
          repeated += 1
          if try !other.hasSameNumbers(as: reader, row: row) {
            conflicts.append("trial \(row) differs between \(other.path) and \(reader.path)")
          }
        case (false, true): sources[row] = reader
        default: break
        }
      }
    }
    guard conflicts.isEmpty else {
      let list = conflicts.prefix(10).joined(separator: "; ")
      let more = conflicts.count > 10 ? "; and \(conflicts.count - 10) more" : ""
      throw UserError(
        .mismatch,
        "\(conflicts.count) conflicts, nothing is merged: \(list)\(more); `dropgrid verify FILE "
          + "--retrain` tells which file is right")
    }
    try write(sources, skeleton: readers[0], to: output, session: session)
    return MergeReport(
      trials: readers[0].results.trialIDs.count, finished: sources.count, repeated: repeated,
      damage: readers.flatMap(\.damage))
  }

  /// Copies the first file, whose structure is sound, and writes the rows of all into the copy.
  private static func write(
    _ sources: [Int: ResultsReader], skeleton: ResultsReader, to output: String,
    session: SessionInfo
  ) throws(UserError) {
    let temporary = SideFiles(output).temporary
    do {
      let lock = try SweepLock(for: output)
      guard fileKind(output) == nil else { throw ResultsWriter.exists(output) }
      do {
        let descriptor = try FileDescriptor(new: temporary)
        try skeleton.descriptor.copy(to: descriptor)
        let sweep = try SweepLoader.loadUnguarded(temporary, fileSize: try descriptor.size())
        var rows = try RowFile(descriptor, lock, sweep, session: session, start: currentTime())
        try rows.reset(Array(sweep.trialIDs.indices))
        for (row, source) in sources.sorted(by: { $0.key < $1.key }) {
          try rows.append([(row, try source.record(row))], engine: skeleton.engine, sync: false)
        }
        try rows.end(at: currentTime())
        try rows.descriptor.sync()
        try ResultsWriter.rename(temporary, to: output)
      } catch {
        unlink(temporary)
        throw error
      }
    } catch {
      throw StoreError.writing(output, error)
    }
  }
}

extension ResultsReader {
  /// What keeps the rows of `other` from standing beside this file's; nil for nothing.
  fileprivate func difference(from other: ResultsReader) -> String? {
    if engine != other.engine {
      return "their engines are '\(engine)' and '\(other.engine)', and their numbers must not be "
        + "mixed"
    }
    if results.trialIDs != other.results.trialIDs {
      let missing = Set(results.trialIDs).subtracting(other.results.trialIDs).count
      return missing == 0 && results.trialIDs.count == other.results.trialIDs.count
        ? "they have the same trials in another order"
        : "\(missing) of the \(results.trialIDs.count) trials are not in it (another grid, other "
          + "data or another version)"
    }
    if stored.schema != other.stored.schema { return "their rows have other columns" }
    if stored.version != other.stored.version {
      return "their format versions are \(stored.version) and \(other.stored.version); `dropgrid "
        + "upgrade` makes both \(FileFormat.version)"
    }
    if stored.weights.map(\.parameterShapes) != other.stored.weights.map(\.parameterShapes)
      || weightsPolicy != other.weightsPolicy
    {
      return "they keep other weights"
    }
    if stored.stopping != other.stored.stopping {
      return "their stopping rules differ: a trial that one of them stopped is not what the other "
        + "would have left"
    }
    if results.cells != other.results.cells { return "their cells differ" }
    if planText != other.planText { return "their plans differ" }
    return nil
  }

  /// Whether both files have the same bits for a trial that both have complete or stopped.
  fileprivate func hasSameNumbers(
    as other: ResultsReader, row: Int
  ) throws(UserError) -> Bool {
    guard results.epochsRun[row] == other.results.epochsRun[row],
      results.status[row] == other.results.status[row]
    else { return false }
    for (metric, rows) in results.metrics {
      guard let others = other.results.metrics[metric],
        rows[row].map(\.bitPattern) == others[row].map(\.bitPattern)
      else { return false }
    }
    guard hasSameDiagnostics(as: other, row: row) else { return false }
    let weights = try allWeights(row: row)
    let others = try other.allWeights(row: row)
    return weights.map { $0.values.map(\.bitPattern) } == others.map { $0.values.map(\.bitPattern) }
  }

  /// The record that a finished row was written from.
  fileprivate func record(_ row: Int) throws(UserError) -> TrialRecord {
    var record = TrialRecord(
      id: results.trialIDs[row], status: results.status[row], message: results.messages[row],
      epochsRun: results.epochsRun[row], metrics: results.metrics.mapValues { $0[row] },
      diagnostics: results.diagnostics?.values.mapValues { $0[row] } ?? [:],
      weights: try allWeights(row: row).map(\.values), finishedAt: finishedAt[row],
      duration: results.durations[row])
    record.snapshots = weightEpochs(row: row)
    return record
  }
}

extension StoredWeights {
  fileprivate var parameterShapes: [String] {
    [name, "\(snapshots ?? [])"] + parameters.map { "\($0.shape.name) \($0.shape.shape)" }
  }
}
