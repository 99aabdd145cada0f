package import ExperimentModel

/// The scheduler's decisions, without threads or time: what to start, when to write, when to stop.
///
/// Each call tells it one thing that happened and returns what to do next. Trials start in the
/// given order. A trial whose attempt failed may be tried again, after all others. At most
/// `workers` run, as many as the memory allows, and at most as many more (or the rules' backlog)
/// are finished and not yet written, so that a slow disk holds back the trials instead of filling
/// the memory. One write is on its way at a time and takes every record that waits: trials that wait
/// share the disk's round trip. A trial that waits at a rung of a stopping rule takes no worker; it
/// goes on after those that have not started.
package struct SweepMachine {
  package enum Ending: Equatable {
    case recorded(TrialStatus)
    /// It waits at a rung.
    case paused
    case cancelled
  }

  package enum Action: Equatable {
    case start(trial: Int, worker: Int)
    /// Hand these trials' records to the sink, then call `written` or `writeFailed`.
    case write([Int])
    /// Forget the record that the trial's attempt left: it will be tried again.
    case discard(trial: Int)
    /// Make the trial that waits at a rung a record, with its first `epochs` epochs.
    case prune(trial: Int, epochs: Int, message: String)
    /// Ask every running trial to end.
    case cancelRunning
  }

  private enum Stop {
    case requested, timeUp, failFast, sinkFailed
  }

  private struct Ended {
    var trial: Int
    var status: TrialStatus
    /// What the stopping rule looks at, epoch by epoch.
    var curve: [Float]
  }

  private let order: [Int]
  private let workers: Int
  private let rules: SweepRules
  /// Bytes that each trial needs, where that is known.
  private let needs: [Int: Int]
  /// Trials of `order` that were started.
  private var started = 0
  /// Trials that failed and wait for another attempt.
  private var again: [Int] = []
  /// Trials that waited at a rung and go on.
  private var continuing: [Int] = []
  /// Attempts that failed, by trial.
  private var failures: [Int: Int] = [:]
  /// Attempts that failed since the last one that succeeded.
  private var failuresInARow = 0
  private var usedMemory = 0
  /// Worker by trial.
  private var running: [Int: Int] = [:]
  /// Ascending.
  private var freeWorkers: [Int]
  private var waiting: [Ended] = []
  private var writing: [Ended] = []
  private var judge: RungJudge?
  private var stop: Stop?
  private var counts = SweepSummary()

  package init(
    order: [Int], workers: Int, rules: SweepRules = SweepRules(), needs: [Int: Int] = [:],
    judge: RungJudge? = nil
  ) {
    self.judge = judge
    self.order = order
    self.workers = workers
    self.rules = rules
    self.needs = needs
    freeWorkers = Array(0..<workers)
  }

  /// Whether nothing runs, nothing waits to be written and nothing will start.
  package var isOver: Bool {
    running.isEmpty && writing.isEmpty && (waiting.isEmpty || stop == .sinkFailed)
      && (stop != nil || (started == order.count && again.isEmpty && continuing.isEmpty))
  }

  /// Counts of what is written; final once `isOver`.
  package var summary: SweepSummary {
    var summary = counts
    summary.notRun = order.count - counts.done - counts.failed - counts.diverged
    summary.interrupted = stop == .requested && summary.notRun > 0
    summary.outOfTime = stop == .timeUp && summary.notRun > 0
    return summary
  }

  package mutating func begin() -> [Action] { advance() }

  /// The epoch after which a trial that starts now is to wait; nil where it runs to its end.
  package func nextRung(of trial: Int) -> Int? { judge?.nextRung(of: trial) }

  /// A running trial ended, or waits.
  ///
  /// - Parameter curve: what the stopping rule looks at, epoch by epoch.
  package mutating func ended(
    _ trial: Int, _ ending: Ending, curve: [Float] = []
  ) -> [Action] {
    guard let worker = running.removeValue(forKey: trial) else {
      preconditionFailure("trial \(trial) ended and was not running")
    }
    freeWorkers.insert(worker, at: freeWorkers.firstIndex { $0 > worker } ?? freeWorkers.endIndex)
    usedMemory -= needs[trial] ?? 0
    let status: TrialStatus
    switch ending {
    case .cancelled: return stopping(.requested) + advance()
    case .paused:
      failuresInARow = 0
      return follow(judge?.paused(trial, curve) ?? []) + advance()
    case .recorded(let recorded): status = recorded
    }
    if status == .failed {
      failuresInARow += 1
      failures[trial, default: 0] += 1
      if mayTryAgain(trial) {
        again.append(trial)
        return [.discard(trial: trial)] + advance()
      }
    } else {
      failuresInARow = 0
    }
    waiting.append(Ended(trial: trial, status: status, curve: curve))
    let isBad = status == .failed || status == .diverged || status == .timedOut
    return (rules.failFast && isBad ? stopping(.failFast) : []) + advance()
  }

  /// The breaker: where everything fails, another attempt only costs time.
  private func mayTryAgain(_ trial: Int) -> Bool {
    stop == nil && failures[trial, default: 0] <= rules.retries
      && failuresInARow < SweepRules.breaker
  }

  /// The write that was on its way is safe.
  package mutating func written() -> [Action] {
    var actions: [Action] = []
    for ended in writing {
      counts.count(ended.status)
      // Only now: a decision must not rest on what a crash could still undo.
      actions += follow(judge?.ended(ended.trial, ended.status, ended.curve) ?? [])
    }
    writing = []
    return actions + advance()
  }

  private mutating func follow(_ verdicts: [RungJudge.Verdict]) -> [Action] {
    verdicts.compactMap { verdict in
      switch verdict {
      case .goesOn(let trial):
        continuing.append(trial)
        return nil
      case .stops(let trial, let epoch, let message):
        waiting.append(Ended(trial: trial, status: .pruned, curve: []))
        return .prune(trial: trial, epochs: epoch, message: message)
      }
    }
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

  /// The sweep's time is up; harmless when repeated.
  package mutating func timeUp() -> [Action] { stopping(.timeUp) }

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
    while stop == nil, let next = next, let worker = freeWorkers.first,
      running.count + waiting.count + writing.count < workers + max(workers, rules.backlog),
      hasRoom(for: next)
    {
      freeWorkers.removeFirst()
      running[next] = worker
      usedMemory += needs[next] ?? 0
      actions.append(.start(trial: next, worker: worker))
      if started < order.count {
        started += 1
      } else if !continuing.isEmpty {
        continuing.removeFirst()
      } else {
        again.removeFirst()
      }
    }
    return actions
  }

  private var next: Int? {
    started < order.count ? order[started] : continuing.first ?? again.first
  }

  private func hasRoom(for trial: Int) -> Bool {
    let need = needs[trial] ?? 0
    return running.isEmpty || (need <= rules.memory && usedMemory <= rules.memory - need)
  }
}
