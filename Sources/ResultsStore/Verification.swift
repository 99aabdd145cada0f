public import ExperimentModel
internal import Glibc

/// What a look at every byte of a results file found.
public struct Verification: Sendable, Hashable {
  /// Rows in the file.
  public var trials: Int
  /// Rows that ended, and whose figures and weights were compared with their checksums.
  public var finished: Int
  /// Whether the file's structure is under a seal; a program that changes it through HDF5 cuts it
  /// off.
  public var isSealed: Bool
  /// Rows whose status byte says nothing and whose checksum tells that they are finished: a process
  /// died before it wrote the byte, or the byte is damaged. Continuing the sweep writes it.
  public var recovered: [Int] = []
  /// The session that a run had begun to write down when it was killed; or else it is damaged.
  public var cutOffSession: Int?
  /// What is wrong: one line each, empty for a sound file.
  public var problems: [String]
}

extension ResultsReader {
  /// Checks every checksum, the weights' included, and everything that must hold between a row's
  /// figures.
  ///
  /// The structure, the seal, and what cells and comparisons point at were checked when the file
  /// was opened: what is wrong with them is an error of `init(path:)`.
  ///
  /// - Throws: `UserError(.badFile)` where the file cannot be read any more.
  /// - Complexity: reads the whole file, one parameter of one trial at a time.
  public func verify() throws(UserError) -> Verification {
    var torn = Set(tornRows)
    var problems = tornRows.map { "trial \($0): its figures do not match their checksum" }
    let isSealed: Bool
    do {
      isSealed = try Seal.check(descriptor)
      problems += stored.tornSessions.map { "session \($0): it does not match its checksum" }
      let ended = Set(results.status.indices.filter { results.status[$0] != .pending })
      for row in try stored.tornWeights(in: descriptor, of: ended) {
        problems.append("trial \(row): its weights do not match their checksum")
        torn.insert(row)
      }
    } catch {
      throw StoreError.reading(path, error)
    }
    let columns = DecodedColumns(stored)
    for row in results.status.indices where !torn.contains(row) && results.status[row] != .pending {
      if !stored.finals.isEmpty, !hasItsFinals(row) {
        problems.append("trial \(row): its final figures are not those of its last epoch")
      }
      for problem in try contradictions(row, columns) {
        problems.append("trial \(row): \(problem)")
      }
    }
    return Verification(
      trials: results.status.count,
      finished: results.status.count { $0 != .pending }, isSealed: isSealed,
      recovered: stored.recovered, cutOffSession: stored.cutOffSession, problems: problems)
  }

  private func hasItsFinals(_ row: Int) -> Bool {
    zip(stored.finals, stored.finals(ofRow: row)).allSatisfy { column, value in
      Array(column.row(row)) == littleEndian([value])
    }
  }

  /// What cannot be true of a finished row whose checksum holds.
  private func contradictions(
    _ row: Int, _ columns: DecodedColumns
  ) throws(UserError) -> [String] {
    var problems: [String] = []
    let status = results.status[row]
    let isDone = status == .done
    let hasFigures = status.isAsPlanned
    func require(_ holds: Bool, _ problem: @autoclosure () -> String) {
      if !holds { problems.append(problem()) }
    }
    let run = results.epochsRun[row]
    require(!hasFigures || run > 0, "it is \(status.name) after no epoch")
    require(!isDone || results.messages[row].isEmpty, "it is done and has a message")
    require(isDone || !results.messages[row].isEmpty, "it is not done and does not say why")
    require(results.durations[row] >= 0, "its duration is \(results.durations[row])")
    require(finishedAt[row].isFinite, "it has no time of its end")
    let session = columns.sessions[row]
    require(sessions.indices.contains(Int(session)), "session \(session) is not recorded")
    let wrote = columns.engines[row]
    require(wrote == engine, "its engine is '\(wrote)' and the file's '\(engine)'")
    for (metric, values) in columns.metrics {
      let epochs = stored.schema.epochs
      let all = values[row * epochs..<(row + 1) * epochs]
      let accepted: (Float) -> Bool = metric.isShare ? { $0 >= 0 && $0 <= 1 } : { $0 >= 0 }
      let ran = all.prefix(run)
      let isPossible = ran.allSatisfy {
        $0.isFinite && accepted($0) || $0.isNaN && metric.canPause
      }
      // What a grid evaluates less often, it evaluates after the last epoch.
      let hasItsLast = !status.isComplete || ran.last?.isNaN == false
      require(
        !hasFigures || isPossible && hasItsLast || metric.isOptional && ran.allSatisfy(\.isNaN),
        "\(metric.rawValue) is not a possible figure in every epoch that was run")
      require(
        all.dropFirst(run).allSatisfy(\.isNaN),
        "\(metric.rawValue) has figures of epochs that were not run")
    }
    for figure in stored.schema.diagnostics?.figures ?? [] {
      let values = stored.column(figure.path).row(row)
      require(
        values.dropFirst(run * values.count / stored.schema.epochs).floats.allSatisfy(\.isNaN),
        "\(figure.rawValue) has figures of epochs that were not run")
    }
    require(
      !stored.stopping.isEmpty || !hasFigures || isDone,
      "it is \(status.name) and the file has no stopping rule")
    if weightsPolicy == .best, status.isComplete {
      let losses = results.metrics[.validationLoss]?[row] ?? []
      let best = losses.indices.min { (losses[$0], $0) < (losses[$1], $1) }
      let kept = weightEpochs(row: row)
      require(
        kept.isEmpty || best.map { [$0 + 1] } ?? [] == kept,
        "its weights are not of the epoch with the lowest validation loss")
    }
    for (parameter, values) in try allWeights(row: row) {
      require(values.allSatisfy(\.isFinite), "\(parameter.name) is not finite")
    }
    return problems
  }
}

/// What is compared row by row, of every row: decoded once for the whole file.
private struct DecodedColumns {
  let sessions: [Int32]
  let engines: [String]
  let metrics: [(metric: Metric, values: [Float])]

  init(_ stored: StoredSweep) {
    sessions = stored.column("session").values(Int32.self)
    engines = stored.column("engine").texts()
    metrics = stored.schema.metrics.map { metric in
      (metric, stored.column(metric.rawValue).values(Float.self))
    }
  }
}

extension Metric {
  /// Whether trials without a validation split lack it, or those from before it was recorded.
  fileprivate var isOptional: Bool {
    [.validationLoss, .validationAccuracy, .testECE].contains(self)
  }

  /// Whether a grid can have it evaluated less often than after every epoch.
  fileprivate var canPause: Bool {
    switch self {
    case .fitLoss, .fitAccuracy, .validationLoss, .validationAccuracy: false
    default: true
    }
  }

  fileprivate var isShare: Bool {
    switch self {
    case .trainAccuracy, .testAccuracy, .testECE, .validationAccuracy, .fitAccuracy: true
    default: false
    }
  }
}

extension ResultsReader {
  /// At most `count` rows that ended as planned or diverged, spread evenly over the file.
  public func rowsToRetrain(_ count: Int) -> [Int] {
    let rows = results.status.indices.filter {
      results.status[$0].isAsPlanned || results.status[$0] == .diverged
    }
    guard count > 0, rows.count > count else { return count > 0 ? rows : [] }
    return (0..<count).map { rows[$0 * rows.count / count] }
  }

  /// Whether `record` has the bits of row `row`: how it ended, every figure and every weight.
  ///
  /// - Throws: `UserError(.badFile)` where the weights cannot be read.
  public func matches(_ record: TrialRecord, row: Int) throws(UserError) -> Bool {
    guard record.status == results.status[row], record.message == results.messages[row],
      record.epochsRun == results.epochsRun[row]
    else { return false }
    for (metric, rows) in results.metrics {
      // A figure that this trial does not have and others do is NaN in the file.
      // So is calibration of a trial from before it was recorded, in a sweep that was extended.
      if metric == .testECE, rows[row].allSatisfy(\.isNaN) { continue }
      let values = record.metrics[metric] ?? rows[row].map { _ in .nan }
      guard values.map(\.bitPattern) == rows[row].map(\.bitPattern) else { return false }
    }
    for (figure, rows) in results.diagnostics?.values ?? [:]
    where (record.diagnostics[figure] ?? []).map(\.bitPattern) != rows[row].map(\.bitPattern) {
      return false
    }
    guard weightEpochs(row: row) == record.keptSnapshots else { return false }
    return try allWeights(row: row).map { $0.values.map(\.bitPattern) }
      == record.weights.map { $0.map(\.bitPattern) }
  }
}

extension ResultsReader {
  /// Seals a sound file again after another program has changed its structure.
  ///
  /// - Throws: `UserError(.busy)` where a run writes to it, `.badFile` where it is not sound, has a
  ///   seal, or cannot be written.
  public static func seal(_ path: String) throws(UserError) {
    do {
      let lock = try SweepLock(for: path)
      let reader = try ResultsReader(path: path)
      let found = try reader.verify()
      guard found.problems.isEmpty, !found.isSealed else {
        throw UserError(
          .badFile,
          found.isSealed
            ? "\(path): has its seal" : "\(path): is not sound, and is not sealed: `verify` it")
      }
      let descriptor = try FileDescriptor(path, O_RDWR)
      try lock.claim(descriptor)
      try Seal.append(to: descriptor, changing: reader.stored.changing)
      try descriptor.sync()
    } catch {
      throw StoreError.writing(path, error)
    }
  }
}
