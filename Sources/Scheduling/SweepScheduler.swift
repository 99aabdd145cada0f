public import ExperimentModel
import Glibc

/// Runs the trials of a sweep on a worker pool, a bounded number at a time.
///
/// A trial is a synchronous function. What it throws becomes a record with status `failed`, and the
/// others go on; a trial that stops because the sweep stops leaves no record. Records go to the
/// sink, one batch at a time, from tasks that cancellation does not reach: what finished is kept.
///
/// Events are handed to a callback on the thread where they happen rather than through a stream:
/// several watchers can share it without a broadcaster between, nothing is buffered without bound,
/// and after `run` returns no event is still on its way. The callback must return promptly: take a
/// lock for a few fields or yield to a stream, and leave output to another thread. The events of one
/// trial come in order; a worker's next trial may start before its last one is announced as
/// finished, because that waits for the disk. Records in events carry no weights.
public struct SweepScheduler: Sendable {
  public typealias Trial = @Sendable (TrialTask) throws -> TrialRecord
  public typealias Sink = @Sendable ([FinishedTrial]) async throws -> Void
  public typealias Events = @Sendable (SweepEvent) -> Void

  public var pool: WorkerPool
  public var rules: SweepRules

  public init(pool: WorkerPool, rules: SweepRules = SweepRules()) {
    self.pool = pool
    self.rules = rules
  }

  /// Runs trials and returns when all have ended and are written, or the sweep stopped early.
  ///
  /// The sweep stops early on `stop`, on the cancellation of the calling task, when its time is up,
  /// with `failFast` on a bad trial, and when the sink throws: no trial starts any more, running ones
  /// see `isCancelled`, and unless it was the sink that failed, everything that finished is still
  /// written.
  ///
  /// - Parameters:
  ///   - order: indices into `trials`, each at most once; trials start in this order.
  ///   - trials: the plan's.
  ///   - needs: bytes of memory that each trial of the order needs, where that is known.
  ///   - stopping: when arms stop early. A trial then gets to know where it has to pause, and is
  ///     started again from there; while others that its arm competes with are neither in `order`
  ///     nor in `recorded`, it stays unfinished.
  ///   - recorded: the trials that the results file has already, for the stopping rule.
  ///   - stop: a request that ends the sweep early.
  ///   - events: hears what happens; called from any thread, and should return at once.
  ///   - trial: trains one; the record must carry the planned id. A `pending` record says that it
  ///     waits where it was told to.
  ///   - sink: keeps finished trials; one call at a time, in the order in which trials ended.
  /// - Throws: what the sink threw.
  public func run(
    _ order: [Int], of trials: [PlannedTrial], needs: [Int: Int] = [:],
    stopping: StoppingRule? = nil, recorded: [Int: TrialRecord] = [:],
    stop: StopRequest = StopRequest(), events: @escaping Events = { _ in }, trial: @escaping Trial,
    sink: @escaping Sink
  ) async throws -> SweepSummary {
    precondition(Set(order).count == order.count, "a trial is listed twice in a sweep's order")
    precondition(order.allSatisfy(trials.indices.contains), "a trial in the order is not planned")
    let cancel = StopRequest()
    let rule = stopping.flatMap { $0.comparesArms ? $0 : nil }
    let judge = rule.map { rule in
      RungJudge(
        rule, trials: trials,
        recorded: recorded.mapValues { .init(status: $0.status, curve: $0.curve(rule)) })
    }
    var sweep = Sweep(
      machine: SweepMachine(
        order: order, workers: pool.count, rules: rules, needs: needs, judge: judge),
      stopping: rule, rules: rules, pool: pool, trials: trials, stops: [stop, cancel],
      cancel: cancel,
      events: events, trial: trial,
      sink: sink)
    return try await withTaskCancellationHandler {
      await withTaskGroup(of: Sweep.Message.self) { await sweep.run(in: &$0) }
      if let error = sweep.sinkError { throw error }
      return sweep.machine.summary
    } onCancel: {
      cancel.request()
    }
  }
}

/// Carries out what the machine decides.
private struct Sweep {
  enum Message: Sendable {
    case ended(FinishedTrial)
    case cancelled(Int)
    case written([FinishedTrial])
    case writeFailed(any Error)
    case timeUp
    case clockStopped
  }

  var machine: SweepMachine
  let stopping: StoppingRule?
  let rules: SweepRules
  let pool: WorkerPool
  let trials: [PlannedTrial]
  let stops: [StopRequest]
  let cancel: StopRequest
  let events: SweepScheduler.Events
  let trial: SweepScheduler.Trial
  let sink: SweepScheduler.Sink
  var unwritten: [Int: FinishedTrial] = [:]
  var sinkError: (any Error)?

  mutating func run(in group: inout TaskGroup<Message>) async {
    heedStop(&group)
    if let seconds = rules.maxTime {
      group.addTask {
        do {
          try await Task.sleep(for: .seconds(min(seconds, 1e9)))
          return .timeUp
        } catch {
          return .clockStopped
        }
      }
    }
    perform(machine.begin(), &group)
    while !machine.isOver, let message = await group.next() {
      heedStop(&group)
      handle(message, &group)
    }
    // Only the clock can be left.
    group.cancelAll()
    precondition(machine.isOver, "the sweep ended with work left")
  }

  private mutating func heedStop(_ group: inout TaskGroup<Message>) {
    if stops.contains(where: \.isRequested) { perform(machine.stopRequested(), &group) }
  }

  private mutating func handle(_ message: Message, _ group: inout TaskGroup<Message>) {
    switch message {
    case .ended(let finished):
      unwritten[finished.index] = finished
      let (index, status) = (finished.index, finished.record.status)
      if status == .pending { events(.paused(trial: index, worker: finished.worker)) }
      perform(
        machine.ended(
          index, status == .pending ? .paused : .recorded(status),
          curve: stopping.map(finished.record.curve) ?? []), &group)
    case .cancelled(let index):
      perform(machine.ended(index, .cancelled), &group)
    case .written(let batch):
      perform(machine.written(), &group)
      for finished in batch {
        var record = finished.record
        record.weights = []
        events(.finished(trial: finished.index, worker: finished.worker, record: record))
      }
    case .writeFailed(let error):
      sinkError = error
      perform(machine.writeFailed(), &group)
    case .timeUp:
      perform(machine.timeUp(), &group)
    case .clockStopped:
      // The calling task was cancelled, which is a request to stop of its own.
      break
    }
  }

  private mutating func perform(
    _ actions: [SweepMachine.Action], _ group: inout TaskGroup<Message>
  ) {
    for action in actions {
      switch action {
      case .start(let index, let worker):
        let task = TrialTask(
          index: index, worker: worker, pausesAfter: machine.nextRung(of: index), stops: stops,
          timeLimit: rules.trialTimeout, events: events)
        group.addTask(executorPreference: pool) {
          [id = trials[index].id, rules, trial, events] in
          task.begin()
          events(.started(trial: index, worker: worker))
          return FaultWatch.during(id) { Self.end(of: task, id: id, rules, trial: trial) }
        }
      case .write(let indices):
        let batch = indices.compactMap { unwritten.removeValue(forKey: $0) }
        group.addTask { [sink] in
          // A task of its own: a finished record must not be lost to the group's cancellation.
          switch await Task(operation: { try await sink(batch) }).result {
          case .success: .written(batch)
          case .failure(let error): .writeFailed(error)
          }
        }
      case .discard(let index):
        unwritten[index] = nil
      case .prune(let index, let epochs, let message):
        unwritten[index]?.record.prune(after: epochs, message: message)
      case .cancelRunning:
        cancel.request()
      }
    }
  }

  /// Runs a trial to its end on the calling thread.
  private static func end(
    of task: TrialTask, id: TrialID, _ rules: SweepRules, trial: SweepScheduler.Trial
  ) -> Message {
    let began = ContinuousClock.now
    do {
      let record = try trial(task)
      precondition(record.id == id, "trial \(task.index) returned the record of another trial")
      precondition(
        record.status != .pending || task.pausesAfter.map { record.epochsRun >= $0 } == true,
        "trial \(task.index) pauses where nobody asked it to")
      return .ended(FinishedTrial(index: task.index, worker: task.worker, record: record))
    } catch {
      let isCancelled = error is CancellationError && task.isCancelled
      if isCancelled && task.isStopped { return .cancelled(task.index) }
      let limit = rules.trialTimeout ?? 0
      let record = TrialRecord(
        id: id, status: isCancelled ? .timedOut : .failed,
        message: isCancelled
          ? "stopped after \(limit) s, its time limit" : String(describing: error),
        finishedAt: currentTime(),
        duration: (ContinuousClock.now - began) / .seconds(1))
      return .ended(FinishedTrial(index: task.index, worker: task.worker, record: record))
    }
  }
}

extension TrialRecord {
  /// What `rule` looks at.
  fileprivate func curve(_ rule: StoppingRule) -> [Float] { metrics[rule.figure.metric] ?? [] }

  /// Makes a trial that waits one that was stopped.
  fileprivate mutating func prune(after epochs: Int, message: String) {
    status = .pruned
    self.message = message
    epochsRun = epochs
    metrics = metrics.mapValues { Array($0.prefix(epochs)) }
    weights = []
    finishedAt = currentTime()
  }
}

/// Seconds since 1970-01-01T00:00:00Z.
private func currentTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
