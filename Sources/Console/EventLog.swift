internal import Dispatch
public import ExperimentModel
internal import Foundation
internal import Glibc
internal import Synchronization

/// What happens in a sweep, for programs that watch it: JSON Lines (jsonlines.org), appended as it
/// happens.
///
///     {"time": 1763800000.25, "event": "epoch", "trial": 3, "epoch": 1, "test_loss": 0.61, …}
///
/// Every line has `time` (seconds since 1970-01-01T00:00:00Z) and `event`; docs/reliability.md
/// lists the others. A queue of the log's own writes, so that a slow disk keeps no trial waiting. A
/// log that fails costs the log and not the sweep.
public final class EventLog: Sendable {
  /// Each line begins so, and so does a file that may be added to.
  private static let beginning = Data("{\"time\": ".utf8)

  private let path: String
  private let file: Terminal
  private let ids: [TrialID]
  private let columns: [Column]
  private let patience: Int
  private let complain: @Sendable (String) -> Void
  private let hasFailed = Atomic<Bool>(false)
  private let queue = DispatchQueue(label: "events")

  /// Opens the log, or makes it. A last line that was not written to its end is taken away.
  ///
  /// - Parameters:
  ///   - path: a file that is not there, is empty, or is such a log; or a pipe.
  ///   - plan: whose trials the events name.
  ///   - complain: told once, from any thread, if the log cannot be written: also where a pipe's
  ///     reader takes nothing for five seconds.
  /// - Throws: as `check`, and where a pipe has no reader.
  public convenience init(
    path: String, plan: Plan, complain: @escaping @Sendable (String) -> Void
  ) throws(UserError) {
    try self.init(path: path, plan: plan, patience: 5000, complain: complain)
  }

  package init(
    path: String, plan: Plan, patience: Int, complain: @escaping @Sendable (String) -> Void
  ) throws(UserError) {
    try Self.check(path)
    // A pipe then says at once that it has no reader, or takes nothing, and a file does not care.
    let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK
    let descriptor = open(path, flags, 0o666)
    guard descriptor >= 0 else {
      throw Self.failure(
        path, errno == ENXIO ? "nobody reads from this pipe: start its reader first" : Self.reason()
      )
    }
    file = Terminal(file: descriptor)
    self.path = path
    self.patience = patience
    ids = plan.trials.map(\.id)
    columns = plan.trialColumns
    self.complain = complain
    guard !Self.isOutput(descriptor) else {
      throw Self.failure(path, "the program's own output goes there: choose another name")
    }
    Self.mend(path, descriptor)
  }

  deinit { close(file.file) }

  /// Makes sure that nothing is lost by adding to `path`, and changes nothing.
  ///
  /// - Throws: `UserError(.badFile)` where it is a file and no log, or cannot be read or made.
  public static func check(_ path: String) throws(UserError) {
    guard let status = status(path) else {
      let folder = URL(filePath: path).deletingLastPathComponent().path
      guard !path.isEmpty, access(folder, W_OK) == 0 else { throw failure(path, reason()) }
      return
    }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw failure(path, "it is a directory") }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
    guard let file = FileHandle(forReadingAtPath: path) else { throw failure(path, reason()) }
    let start: Data?
    do {
      start = try file.read(upToCount: beginning.count)
    } catch {
      throw failure(path, "what is there cannot be read")
    }
    guard start == beginning else {
      throw failure(path, "it is there and is no log of events: choose another name")
    }
  }

  private static func failure(_ path: String, _ reason: String) -> UserError {
    UserError(.badFile, "--log \(path): cannot log events there (\(reason))")
  }

  private static func reason() -> String { String(cString: strerror(errno)) }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return stat(path, &status) == 0 ? status : nil
  }

  /// Whether standard output or error is the same file: they would write over each other.
  private static func isOutput(_ descriptor: Int32) -> Bool {
    var here = stat()
    guard fstat(descriptor, &here) == 0, here.st_mode & S_IFMT == S_IFREG else { return false }
    return [STDOUT_FILENO, STDERR_FILENO].contains { output in
      var there = stat()
      return fstat(output, &there) == 0 && there.st_dev == here.st_dev
        && there.st_ino == here.st_ino
    }
  }

  /// Takes away what a full disk or a crash left of a last line.
  private static func mend(_ path: String, _ descriptor: Int32) {
    guard let size = status(path).map({ UInt64(max(0, $0.st_size)) }), size > 0,
      let file = FileHandle(forReadingAtPath: path)
    else { return }
    // No line is nearly so long.
    let start = size - min(size, 1 << 20)
    guard (try? file.seek(toOffset: start)) != nil, let end = try? file.readToEnd() else { return }
    let rest = end.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
    if rest > 0, rest < end.count || start == 0 { ftruncate(descriptor, off_t(size) - off_t(rest)) }
  }

  /// The sweep begins or goes on.
  ///
  /// - Parameters:
  ///   - results: the results file.
  ///   - recorded: trials that have ended already.
  ///   - toTrain: trials that this run will train.
  ///   - jobs: trials at a time.
  public func begin(title: String, results: String, recorded: Int, toTrain: Int, jobs: Int) {
    add(
      "sweep_started",
      [
        ("title", .text(title)), ("results", .text(results)), ("trials", .integer(ids.count)),
        ("recorded", .integer(recorded)), ("to_train", .integer(toTrain)), ("jobs", .integer(jobs)),
      ])
  }

  /// Takes an event from any thread; returns at once. Progress within an epoch is left out.
  public func receive(_ event: SweepEvent) {
    switch event {
    case .started(let trial, let worker):
      add("started", head(trial, worker) + settings(trial))
    case .progress: break
    case .epoch(let trial, let worker, let epoch, let metrics):
      add("epoch", head(trial, worker) + [("epoch", .integer(epoch))] + members(metrics))
    case .paused(let trial, let worker):
      add("paused", head(trial, worker))
    case .finished(let trial, let worker, let record):
      add(
        "finished",
        head(trial, worker) + [
          ("status", .text(record.status.name)), ("message", .text(record.message)),
          ("epochs_run", .integer(record.epochsRun)), ("duration", .real(record.duration)),
        ] + members(record.metrics.compactMapValues { $0.last }))
    }
  }

  /// The sweep is over, or stopped; waits until everything is written.
  ///
  /// - Parameters:
  ///   - status: of every trial.
  ///   - exitCode: the program's.
  public func end(status: [TrialStatus], exitCode: Int32) {
    let counts = TrialStatus.allCases.map { word in
      (word.name, JSONValue.integer(status.count { $0 == word }))
    }
    add("sweep_ended", counts + [("exit_code", .integer(Int(exitCode)))])
    queue.sync {}
  }

  private func head(_ trial: Int, _ worker: Int) -> [(String, JSONValue)] {
    [
      ("trial", .integer(trial)), ("trial_id", .text(ids[trial].description)),
      ("worker", .integer(worker)),
    ]
  }

  /// The values of the trial's columns, as in the results file; those that do not apply are left
  /// out.
  private func settings(_ trial: Int) -> [(String, JSONValue)] {
    columns.compactMap { column in
      switch column.values {
      case .real(let values): values[trial].isNaN ? nil : (column.name, .real(values[trial]))
      case .integer(let values): (column.name, .integer(Int(values[trial])))
      case .text(let values): values[trial].isEmpty ? nil : (column.name, .text(values[trial]))
      }
    }
  }

  private func members(_ metrics: [Metric: Float]) -> [(String, JSONValue)] {
    Metric.allCases.compactMap { metric in
      metrics[metric].map { value in
        (metric.rawValue, value.isFinite ? .number("\(value)") : .null)
      }
    }
  }

  private func add(_ event: String, _ members: [(String, JSONValue)]) {
    let time = Date().timeIntervalSince1970
    let line = JSONValue.object([("time", .real(time)), ("event", .text(event))] + members).text
    queue.async { [self] in write(line + "\n") }
  }

  /// On the queue only.
  private func write(_ line: String) {
    guard !hasFailed.load(ordering: .relaxed) else { return }
    Terminal.ignoreHangUps()
    let error = file.write(PlainText.json(line), patience: patience)
    guard error != 0 else { return }
    hasFailed.store(true, ordering: .relaxed)
    let reason = error == ETIMEDOUT ? "nobody reads them" : String(cString: strerror(error))
    complain("--log \(path): events are no longer logged, and the sweep goes on (\(reason))")
  }
}
