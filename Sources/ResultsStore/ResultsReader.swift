public import ExperimentModel
internal import Glibc
internal import HDF5

/// A results file that has been read: during a sweep, after it, or after a crash.
///
/// What it holds is a snapshot of the moment of reading; the weights are read when asked for, from
/// the same file even where another has taken its name since.
public final class ResultsReader: Sendable {
  public let path: String
  public let results: SweepResults
  /// The engine that the sweep began with.
  public let engine: String
  public let formatVersion: Int
  /// Rows that claim to be finished and do not match their checksum. `results` has them as
  /// pending, and continuing the sweep trains them again.
  public let tornRows: [Int]
  /// The grid file as it was given; of an extended sweep the latest one.
  public let gridText: String
  /// The plan as JSON.
  public let planText: String
  public let datasets: [DatasetCard]
  /// Every run that wrote to the file, the first one first.
  public let sessions: [RecordedSession]
  /// When each trial ended, in seconds since 1970-01-01T00:00:00Z; NaN where it has not.
  public let finishedAt: [Double]
  let stored: StoredSweep
  let descriptor: FileDescriptor

  /// Reads the file at `path`.
  ///
  /// - Throws: `UserError(.badFile)` where there is none, or where it is not a sound results file.
  /// - Complexity: linear in the size of the file without its weights.
  public init(path: String) throws(UserError) {
    self.path = path
    do {
      descriptor = try Self.openSoundly(path, O_RDONLY)
      var stored = try SweepLoader.load(path, fileSize: try descriptor.size())
      for (_, redo) in CheckpointFolder(results: path).redoRecords(for: descriptor) {
        stored.patch(redo)
      }
      self.stored = stored
    } catch {
      throw StoreError.reading(path, error)
    }
    engine = stored.engine
    formatVersion = stored.version
    tornRows = stored.tornRows()
    gridText = stored.gridText
    planText = stored.planText
    datasets = stored.datasets
    sessions = stored.recordedSessions
    let results = stored.results(torn: tornRows)
    self.results = results
    finishedAt = zip(stored.column("finished_at").values(Double.self), results.status).map {
      $1 == .pending ? .nan : $0
    }
  }

  /// What a file holds, for those who need nothing else of it.
  ///
  /// - Throws: as `init(path:)`.
  public static func read(path: String) throws(UserError) -> SweepResults {
    try ResultsReader(path: path).results
  }
}

extension ResultsReader {
  /// How an HDF5 file begins.
  static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Opens a file that begins as HDF5 does and matches its seal.
  static func openSoundly(_ path: String, _ flags: Int32) throws -> FileDescriptor {
    // Without O_NONBLOCK, a pipe keeps whoever opens it waiting; a file does not know it.
    let descriptor = try FileDescriptor(path, flags | O_NONBLOCK)
    guard try descriptor.status().st_mode & S_IFMT == S_IFREG else {
      throw FormatError("it is not a file")
    }
    guard try descriptor.size() >= 8, try descriptor.read(8, at: 0) == signature else {
      throw FormatError("it is not an HDF5 file")
    }
    try Seal.check(descriptor)
    return descriptor
  }
}

extension StoredSweep {
  /// The stored values; torn rows are pending and say why.
  func results(torn: [Int]) -> SweepResults {
    let isTorn = Set(torn)
    let epochs = column("epochs_run").values(Int32.self).enumerated().map {
      isTorn.contains($0.offset) ? 0 : min(max(0, Int($0.element)), schema.epochs)
    }
    var messages = column("message").texts()
    for row in torn { messages[row] = "damaged record: its checksum does not match" }
    var status = storedStatus.map { $0 ?? .pending }
    for row in torn { status[row] = .pending }
    let isPending = status.map { $0 == .pending }
    var metrics: [Metric: [[Float]]] = [:]
    for metric in schema.metrics {
      let values = column(metric.rawValue).values(Float.self)
      metrics[metric] = epochs.enumerated().map { row, run in
        isPending[row] ? [] : Array(values[row * schema.epochs..<row * schema.epochs + run])
      }
    }
    return SweepResults(
      title: title, question: question, trialIDs: trialIDs, trialColumns: trialColumns,
      status: status,
      messages: zip(messages, isPending).enumerated().map { row, pair in
        pair.1 && !isTorn.contains(row) ? "" : pair.0
      }, epochsRun: zip(epochs, isPending).map { $1 ? 0 : $0 },
      durations: zip(column("duration").values(Double.self), isPending).map { $1 ? .nan : $0 },
      metrics: metrics, cells: cells, cellColumns: cellColumns, comparisons: comparisons,
      margin: margin, extensions: history.extensions, generations: history.generations,
      stopping: stopping, diagnostics: diagnostics(epochs: epochs, isPending: isPending),
      claim: claim)
  }

  /// The slots that have a start.
  var recordedSessions: [RecordedSession] {
    let start = sessions[5].values(Double.self)
    let end = sessions[6].values(Double.self)
    let texts = sessions[..<5].map { $0.texts() }
    return start.indices.filter { !start[$0].isNaN }.map { slot in
      RecordedSession(
        info: SessionInfo(
          commandLine: texts[0][slot], host: texts[1][slot], cpu: texts[2][slot],
          versions: texts[3][slot], commit: texts[4][slot]), start: start[slot], end: end[slot])
    }
  }
}
