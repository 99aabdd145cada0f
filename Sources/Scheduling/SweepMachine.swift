package import ExperimentModel

/// The scheduler's decisions, without threads or time: what to start, when to write, when to stop.
///
/// Each call tells it one thing that happened and returns what to do next. Trials start in the
/// given order. At most `workers` run, and at most twice as many are started and not yet written,
/// so that a slow disk holds back the trials instead of filling the memory. One write is on its way
/// at a time and takes every record that waits: trials that wait share the disk's round trip.
package struct SweepMachine {
  package enum Ending: Equatable {
    case recorded(TrialStatus)
    case cancelled
  }

  package enum Action: Equatable {
    case start(trial: Int, worker: Int)
    /// Hand these trials' records to the sink, then call `written` or `writeFailed`.
    case write([Int])
    /// Ask every running trial to end.
    case cancelRunning
  }

  private enum Stop {
    case requested, failFast, sinkFailed
  }

  private let order: [Int]
  private let workers: Int
  private let failFast: Bool
  private var started = 0
  /// Worker by trial.
  private var running: [Int: Int] = [:]
  /// Ascending.
  private var freeWorkers: [Int]
  private var waiting: [(trial: Int, status: TrialStatus)] = []
  private var writing: [(trial: Int, status: TrialStatus)] = []
  private var stop: Stop?
  private var counts = SweepSummary()

  package init(order: [Int], workers: Int, failFast: Bool) {
    self.order = order
    self.workers = workers
    self.failFast = failFast
    freeWorkers = Array(0..<workers)
  }

  /// Whether nothing runs, nothing waits to be written and nothing will start.
  package var isOver: Bool {
    running.isEmpty && writing.isEmpty && (waiting.isEmpty || stop == .sinkFailed)
      && (stop != nil || started == order.count)
  }

  /// Counts of what is written; final once `isOver`.
  package var summary: SweepSummary {
    var summary = counts
    summary.notRun = order.count - counts.done - counts.failed - counts.diverged
    summary.interrupted = stop == .requested && summary.notRun > 0
    return summary
  }

  package mutating func begin() -> [Action] { advance() }

  /// A running trial ended.
  package mutating func ended(_ trial: Int, _ ending: Ending) -> [Action] {
    guard let worker = running.removeValue(forKey: trial) else {
      preconditionFailure("trial \(trial) ended and was not running")
    }
    freeWorkers.insert(worker, at: freeWorkers.firstIndex { $0 > worker } ?? freeWorkers.endIndex)
    guard case .recorded(let status) = ending else { return stopping(.requested) + advance() }
    waiting.append((trial, status))
    let isBad = status == .failed || status == .diverged || status == .timedOut
    return (failFast && isBad ? stopping(.failFast) : []) + advance()
  }

  /// The write that was on its way is safe.
  package mutating func written() -> [Action] {
    for (_, status) in writing { counts.count(status) }
    writing = []
    return advance()
  }

  /// The write that was on its way failed: nothing more can be kept.
  package mutating func writeFailed() -> [Action] {
    writing = []
    let actions = stopping(.sinkFailed)
    stop = .sinkFailed
    return actions
  }

  /// Somebody asked for an early end; harmless when repeated.
  package mutating func stopRequested() -> [Action] { stopping(.requested) }

  private mutating func stopping(_ reason: Stop) -> [Action] {
    guard stop == nil else { return [] }
    stop = reason
    return [.cancelRunning]
  }

  private mutating func advance() -> [Action] {
    var actions: [Action] = []
    if writing.isEmpty && !waiting.isEmpty && stop != .sinkFailed {
      swap(&writing, &waiting)
      actions.append(.write(writing.map(\.trial)))
    }
    while stop == nil, started < order.count, let worker = freeWorkers.first,
      running.count + waiting.count + writing.count < 2 * workers
    {
      freeWorkers.removeFirst()
      running[order[started]] = worker
      actions.append(.start(trial: order[started], worker: worker))
      started += 1
    }
    return actions
  }
}
