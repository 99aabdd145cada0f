public import ExperimentModel
internal import Glibc

/// How far a sweep is, as far as its file and its lock tell.
public struct SweepProgress: Sendable, Hashable, Encodable {
  public var title: String
  public var trials: Int
  /// Trials by the name of their status; those that do not occur are missing.
  public var counts: [String: Int]
  /// Those of the pending of which the file has a damaged record.
  public var damaged = 0
  /// Whether the file's structure is under a seal.
  public var sealed = true
  /// What a reader leaves out for damage, in a line each; not in the JSON.
  public var damage: [String] = []
  /// Trials that are not trained yet and have a checkpoint to go on from.
  public var checkpoints: Int
  /// Who writes to the file now, as in "process 17 on host lab3"; nil for nobody.
  public var writer: String?
  /// Seconds since the last trial ended; nil before the first one.
  public var secondsSinceLast: Double?
  /// Seconds until the last trial ends, at the pace of this run so far; nil where nobody writes or
  /// nothing has ended yet.
  public var secondsLeft: Double?

  public var pending: Int { counts[TrialStatus.pending.name] ?? 0 }

  /// - Parameters:
  ///   - finishedAt: seconds since 1970-01-01T00:00:00Z for each trial; NaN where it has not ended.
  ///   - sessionStart: when the run that is writing began.
  ///   - now: the time of asking.
  package init(
    _ results: SweepResults, finishedAt: [Double], sessionStart: Double?, checkpoints: Int,
    writer: String?, now: Double
  ) {
    title = results.title
    trials = results.status.count
    counts = [:]
    for status in results.status { counts[status.name, default: 0] += 1 }
    self.checkpoints = checkpoints
    self.writer = writer
    let ends = zip(results.status, finishedAt).filter { $0 != .pending && $1.isFinite }.map(\.1)
    secondsSinceLast = ends.max().map { max(0, now - $0) }
    guard writer != nil, let sessionStart, sessionStart.isFinite else { return }
    let count = ends.count { $0 >= sessionStart }
    // A trial that runs has used up part of the time since the last one ended.
    guard count > 0, let last = ends.max(), pending > 0 else { return }
    let pace = max(last - sessionStart, 1e-3) / Double(count)
    secondsLeft = max(0, Double(pending) * pace - (now - last))
  }
}

extension SweepProgress {
  /// Looks at the results file at `path`, and at the lock beside it.
  ///
  /// - Throws: `UserError(.badFile)` as `ResultsReader.init(path:)`.
  public static func read(path: String) throws(UserError) -> SweepProgress {
    // The lock first: a run that ends in between is then shown as running rather than as dead.
    let writer = SweepLock.current(for: path)
    let reader = try ResultsReader(path: path)
    let waiting = Set(
      zip(reader.results.trialIDs, reader.results.status).filter { $1 == .pending }.map(\.0))
    var progress = SweepProgress(
      reader.results, finishedAt: reader.finishedAt, sessionStart: reader.sessions.last?.start,
      checkpoints: CheckpointFolder(results: path).trials().intersection(waiting).count,
      writer: writer, now: currentTime())
    progress.damaged = reader.tornRows.count
    progress.sealed = reader.isSealed
    progress.damage = reader.damage
    return progress
  }

  private enum CodingKeys: String, CodingKey {
    case title, trials, counts, damaged, sealed, checkpoints, writer, secondsSinceLast, secondsLeft
  }

  /// A few lines for people.
  public var text: String {
    var lines = [title.isEmpty ? "A sweep without a title" : title]
    let parts = TrialStatus.allCases.compactMap { status in
      counts[status.name].map {
        "\($0) \(status.name)"
          + (status == .pending && damaged > 0 ? " (\(damaged) of them damaged)" : "")
      }
    }
    lines.append("  \(trials) trials: \(parts.joined(separator: ", "))")
    if checkpoints > 0 { lines.append("  \(checkpoints) of the pending have a checkpoint") }
    if let secondsSinceLast {
      lines.append("  the last trial ended \(Self.duration(secondsSinceLast)) ago")
    }
    switch (writer, pending) {
    case (let writer?, let pending) where pending > 0:
      let left = secondsLeft.map { ", about \(Self.duration($0)) to go" } ?? ""
      lines.append("  running: \(writer)\(left)")
    case (let writer?, _): lines.append("  running: \(writer)")
    case (nil, 0): lines.append("  complete")
    case (nil, _): lines.append("  nobody is writing to it; the same `dropgrid run` continues")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `42 s`, `3 min 20 s` or `2 h 5 min`.
  private static func duration(_ seconds: Double) -> String {
    let seconds = Int(min(seconds, 1e9).rounded())
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
    return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
  }
}
