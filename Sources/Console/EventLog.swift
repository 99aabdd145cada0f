internal import Dispatch
public import ExperimentModel
internal import Foundation
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
  private static let beginning = "{\"time\": "

  private let path: String
  private let descriptor: Int32
  private let ids: [TrialID]
  private let columns: [Column]
  private let complain: @Sendable (String) -> Void
  private let hasFailed = Atomic<Bool>(false)
  private let queue = DispatchQueue(label: "events")

  /// Opens the log, or makes it.
  ///
  /// - Parameters:
  ///   - path: a file that is not there, is empty, or is such a log; or a pipe.
  ///   - plan: whose trials the events name.
  ///   - complain: told once, from any thread, if the log cannot be written.
  /// - Throws: `UserError(.badFile)` where the file is something else or cannot be opened.
  public init(
    path: String, plan: Plan, complain: @escaping @Sendable (String) -> Void
  ) throws(UserError) {
    guard Self.canBeAddedTo(path) else {
      throw UserError(
        .badFile, "\(path): is there and is no log of events; choose another name for --log")
    }
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw UserError(
        .badFile, "\(path): the log cannot be opened (\(String(cString: strerror(errno))))")
    }
    self.path = path
    ids = plan.trials.map(\.id)
    columns = plan.trialColumns
    self.complain = complain
  }

  deinit { close(descriptor) }

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

  /// Whether nothing is lost by adding to `path`: no other than an empty file or a log is there.
  private static func canBeAddedTo(_ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0
    else { return true }
    let file = FileHandle(forReadingAtPath: path)
    return (try? file?.read(upToCount: beginning.utf8.count)) == Data(beginning.utf8)
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
    var rest = Array(line.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard count < 0 else {
        rest = rest.dropFirst(count)
        continue
      }
      guard errno != EINTR else { continue }
      let reason = String(cString: strerror(errno))
      hasFailed.store(true, ordering: .relaxed)
      complain("\(path): events are no longer logged, and the sweep goes on: \(reason)")
      return
    }
  }
}
