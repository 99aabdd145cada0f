public import ExperimentModel
public import ResultsStore
internal import HDF5

/// A sweep as TensorBoard reads it: a run per trial, with its curves and, for the HParams plugin,
/// its settings.
public struct TensorBoardLog: Sendable {
  private let results: SweepResults
  /// Seconds since 1970-01-01T00:00:00Z; NaN where a trial has not ended.
  private let finishedAt: [Double]
  /// Trials that have ended, by row.
  public let rows: [Int]

  /// - Throws: `UserError(.badFile)` where the file cannot be read again, `.badInput` where no
  ///   trial has ended.
  public init(_ reader: ResultsReader) throws(UserError) {
    results = reader.results
    finishedAt = try Self.finishedAt(reader)
    rows = results.status.indices.filter { [status = results.status] in status[$0] != .pending }
    guard !rows.isEmpty else {
      throw UserError(.badInput, "\(reader.path): no trial has ended, so there is nothing to show")
    }
  }

  /// Writes the event files below `directory`: one for the sweep, and one in a folder per trial.
  ///
  /// Names and contents follow from the results file. Runs of an earlier export would be shown
  /// beside these, so they are replaced with it, and nothing else that is there.
  /// - Parameter replacing: whether an earlier export may be replaced.
  /// - Throws: `UserError(.badFile)` where one is there and may not be replaced, or the disk fails.
  public func write(to directory: String, replacing: Bool) throws(UserError) {
    let files = [(folder: directory, row: Int?.none)] + rows.map { ("\(directory)/\(run($0))", $0) }
    let outputs = files.map { folder, row in
      OutputFile(
        "\(folder)/events.out.tfevents.\(Int(row.map(end) ?? begin)).dropgrid",
        replacing: replacing)
    }
    let earlier = EarlierRuns(in: directory)
    guard replacing || earlier.files.isEmpty else {
      throw UserError(
        .badFile,
        "\(directory): has runs of an earlier export; choose another directory, or add --force to "
          + "replace them")
    }
    for (file, output) in zip(files, outputs) {
      try OutputFile.makeDirectory(file.folder)
      try output.write(file.row.map(trialEvents) ?? sweepEvents())
    }
    earlier.remove(besides: Set(outputs.map(\.path)))
  }

  /// `trial-0007-8ed78267`: the row and the beginning of the identity.
  public func run(_ row: Int) -> String {
    let digits = "\(row)"
    let width = max(4, "\(results.trialIDs.count - 1)".count)
    let zeros = String(repeating: "0", count: width - digits.count)
    return "trial-\(zeros)\(digits)-\(results.trialIDs[row].description.prefix(8))"
  }

  /// The events of the sweep: what it varies and measures.
  func sweepEvents() -> [UInt8] {
    var file = EventFile(time: begin)
    file.add([HyperparameterRecords.experiment(results, time: begin)], step: 0, time: begin)
    return file.bytes
  }

  /// The events of a trial: settings, every figure of every epoch, and how it ended.
  ///
  /// The file knows when a trial ended and how long it took: epochs are spread evenly over that.
  func trialEvents(_ row: Int) -> [UInt8] {
    let (end, epochs) = (end(row), results.epochsRun[row])
    let duration = results.durations[row].isFinite ? results.durations[row] : 0
    let start = end - duration
    var file = EventFile(time: start)
    file.add(
      [HyperparameterRecords.start(results, row: row, run: run(row), time: start)], step: 0,
      time: start)
    for epoch in 0..<epochs {
      let values = Metric.allCases.compactMap { metric -> Protobuf? in
        // Not a number where the trial does not have the figure and others do.
        guard let value = results.metrics[metric]?[row][epoch], !value.isNaN else { return nil }
        return EventFile.scalar(metric.rawValue, value)
      }
      let time = start + duration * Double(epoch + 1) / Double(epochs)
      file.add(values, step: epoch + 1, time: time)
    }
    file.add(
      [HyperparameterRecords.end(results.status[row], time: end)], step: epochs, time: end)
    return file.bytes
  }

  private func end(_ row: Int) -> Double {
    let time = finishedAt[row]
    return (0..<1e11).contains(time) ? time : 0
  }

  private var begin: Double { rows.map(end).min() ?? 0 }

  private static func finishedAt(_ reader: ResultsReader) throws(UserError) -> [Double] {
    do {
      let file = try File.open(reader.path)
      let bytes = try file.openDataset("finished_at").readBytes()
      let count = reader.results.trialIDs.count
      guard bytes.count == 8 * count else { return Array(repeating: .nan, count: count) }
      return bytes.withUnsafeBytes { bytes in
        (0..<count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) }
      }
    } catch {
      throw UserError(
        .badFile, "\(reader.path): cannot be read again (\(error)); check that it is still there")
    }
  }
}
