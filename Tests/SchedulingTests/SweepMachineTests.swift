import ExperimentModel
import Scheduling
import Testing

@Suite struct SweepMachineTests {
  @Test func startsInOrderAsFarAsThereAreWorkers() {
    var machine = SweepMachine(order: [7, 3, 9], workers: 2)
    #expect(machine.begin() == [.start(trial: 7, worker: 0), .start(trial: 3, worker: 1)])
    #expect(
      machine.ended(3, .recorded(.done)) == [.write([3]), .start(trial: 9, worker: 1)])
    #expect(!machine.isOver)
  }

  @Test func recordsThatWaitShareOneWrite() {
    var machine = SweepMachine(order: Array(0..<9), workers: 3)
    _ = machine.begin()
    #expect(machine.ended(0, .recorded(.done)) == [.write([0]), .start(trial: 3, worker: 0)])
    #expect(machine.ended(2, .recorded(.done)) == [.start(trial: 4, worker: 2)])
    #expect(machine.ended(1, .recorded(.failed)) == [.start(trial: 5, worker: 1)])
    #expect(machine.ended(4, .recorded(.done)) == [], "six trials are not written yet")
    #expect(machine.written() == [.write([2, 1, 4]), .start(trial: 6, worker: 2)])
    #expect(machine.summary.done == 1)
  }

  @Test func aRequestToStopStillWritesWhatFinished() {
    var machine = SweepMachine(order: [0, 1, 2], workers: 2)
    _ = machine.begin()
    #expect(machine.stopRequested() == [.cancelRunning])
    #expect(machine.stopRequested() == [])
    #expect(machine.ended(0, .recorded(.done)) == [.write([0])])
    #expect(machine.ended(1, .cancelled) == [])
    #expect(!machine.isOver)
    #expect(machine.written() == [])
    #expect(machine.isOver)
    #expect(
      machine.summary
        == SweepSummary(done: 1, failed: 0, diverged: 0, notRun: 2, interrupted: true))
  }

  @Test func aStopBeforeTheFirstTrialStartsNone() {
    var machine = SweepMachine(order: [0, 1], workers: 2)
    _ = machine.stopRequested()
    #expect(machine.begin() == [])
    #expect(machine.isOver)
    #expect(machine.summary.notRun == 2)
  }

  @Test func aStopThatComesWhenAllHaveEndedIsNoInterruption() {
    var machine = SweepMachine(order: [0], workers: 1)
    _ = machine.begin()
    _ = machine.stopRequested()
    _ = machine.ended(0, .recorded(.done))
    _ = machine.written()
    #expect(machine.isOver)
    #expect(!machine.summary.interrupted)
  }

  @Test(arguments: [TrialStatus.failed, .diverged, .timedOut])
  func failFastStopsAtABadTrial(status: TrialStatus) {
    var machine = SweepMachine(order: [0, 1, 2, 3], workers: 2, rules: SweepRules(failFast: true))
    _ = machine.begin()
    #expect(
      machine.ended(0, .recorded(.done)) == [.write([0]), .start(trial: 2, worker: 0)])
    #expect(machine.ended(1, .recorded(status)) == [.cancelRunning])
    #expect(machine.ended(2, .cancelled) == [])
    #expect(machine.written() == [.write([1])])
    #expect(machine.written() == [])
    #expect(machine.isOver)
    #expect(machine.summary.notRun == 2)
    #expect(!machine.summary.interrupted)
  }

  @Test func aFailedWriteEndsEverything() {
    var machine = SweepMachine(order: [0, 1, 2, 3], workers: 2)
    _ = machine.begin()
    _ = machine.ended(0, .recorded(.done))
    #expect(machine.writeFailed() == [.cancelRunning])
    #expect(machine.ended(1, .recorded(.done)) == [], "nothing can be written any more")
    #expect(!machine.isOver)
    #expect(machine.ended(2, .cancelled) == [])
    #expect(machine.isOver)
    #expect(machine.summary.notRun == 4)
  }

  @Test func aTrialThatFailedIsTriedAgainAfterAllOthers() {
    var machine = SweepMachine(order: [0, 1], workers: 1, rules: SweepRules(retries: 1))
    #expect(machine.begin() == [.start(trial: 0, worker: 0)])
    #expect(
      machine.ended(0, .recorded(.failed)) == [.discard(trial: 0), .start(trial: 1, worker: 0)])
    #expect(machine.ended(1, .recorded(.done)) == [.write([1]), .start(trial: 0, worker: 0)])
    #expect(machine.written() == [])
    #expect(!machine.isOver)
    #expect(machine.ended(0, .recorded(.failed)) == [.write([0])], "its second failure counts")
    #expect(machine.written() == [])
    #expect(machine.isOver)
    #expect(machine.summary.failed == 1 && machine.summary.done == 1)
  }

  @Test(arguments: [TrialStatus.diverged, .timedOut])
  func whatDivergedOrTimedOutIsNotTriedAgain(status: TrialStatus) {
    var machine = SweepMachine(order: [0], workers: 1, rules: SweepRules(retries: 5))
    _ = machine.begin()
    #expect(machine.ended(0, .recorded(status)) == [.write([0])])
  }

  @Test func whereEverythingFailsNothingIsTriedAgain() {
    let count = 3 * SweepRules.breaker
    var machine = SweepMachine(
      order: Array(0..<count), workers: 1, rules: SweepRules(retries: 100))
    var attempts = 0
    var actions = machine.begin()
    while !machine.isOver {
      for action in actions {
        switch action {
        case .start(let trial, _):
          attempts += 1
          actions = machine.ended(trial, .recorded(.failed))
        case .write: actions = machine.written() + actions.filter { $0 != action }
        default: break
        }
      }
    }
    #expect(attempts == count + SweepRules.breaker - 1)
    #expect(machine.summary.failed == count)
  }

  @Test func whatStillHasAnAttemptLeftIsNotRunAfterAStop() {
    var machine = SweepMachine(order: [0, 1], workers: 2, rules: SweepRules(retries: 3))
    _ = machine.begin()
    #expect(
      machine.ended(0, .recorded(.failed)) == [.discard(trial: 0), .start(trial: 0, worker: 0)])
    #expect(machine.timeUp() == [.cancelRunning])
    #expect(machine.ended(0, .cancelled) == [])
    #expect(machine.ended(1, .cancelled) == [])
    #expect(machine.isOver)
    #expect(machine.summary.outOfTime && !machine.summary.interrupted)
    #expect(machine.summary.notRun == 2)
  }

  @Test func trialsShareTheMemoryAndALargeOneRunsAlone() {
    var machine = SweepMachine(
      order: [0, 1, 2, 3], workers: 4, rules: SweepRules(memory: 100),
      needs: [0: 60, 1: 40, 2: 500, 3: 1])
    #expect(machine.begin() == [.start(trial: 0, worker: 0), .start(trial: 1, worker: 1)])
    #expect(machine.ended(0, .recorded(.done)) == [.write([0])], "trial 2 waits for trial 1")
    #expect(machine.written() == [])
    #expect(machine.ended(1, .recorded(.done)) == [.write([1]), .start(trial: 2, worker: 0)])
    #expect(machine.written() == [], "no room beside it")
    #expect(machine.ended(2, .recorded(.done)) == [.write([2]), .start(trial: 3, worker: 0)])
  }

  @Test func anEmptySweepIsOver() {
    var machine = SweepMachine(order: [], workers: 4, rules: SweepRules(failFast: true))
    #expect(machine.begin() == [])
    #expect(machine.isOver)
    #expect(machine.summary == SweepSummary())
  }

  /// Thousands of sweeps in which everything that can happen happens in a random order.
  @Test func holdsItsPromisesInEveryOrderOfEvents() {
    for seed in 0..<5_000 {
      var simulation = Simulation(seed: UInt64(seed))
      simulation.run()
    }
  }
}

/// One random life of a machine, with its promises checked at every step.
private struct Simulation {
  var random: SplitMix
  let seed: UInt64
  let order: [Int]
  let workers: Int
  let rules: SweepRules
  let needs: [Int: Int]
  var machine: SweepMachine
  /// Worker by trial.
  var running: [Int: Int] = [:]
  var started: [Int] = []
  var recorded: [Int: TrialStatus] = [:]
  var onTheirWay: [Int]?
  var written: [Int] = []
  var isStopped = false
  var isCancelled = false
  var hasFailedWrite = false
  var hasFailFast = false
  var isTimeUp = false
  /// Trials of the order that were started, and then those that were started again.
  var retried: [Int: Int] = [:]
  var failedInARow = 0

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix(state: seed)
    order = Array(0..<Int.random(in: 0...40, using: &random)).shuffled(using: &random)
    workers = Int.random(in: 1...6, using: &random)
    rules = SweepRules(
      failFast: Int.random(in: 0..<4, using: &random) == 0,
      retries: Int.random(in: 0...2, using: &random),
      memory: Int.random(in: 0..<2, using: &random) == 0
        ? .max : Int.random(in: 0...200, using: &random),
      backlog: Int.random(in: 0...9, using: &random))
    var needs: [Int: Int] = [:]
    for trial in order { needs[trial] = Int.random(in: 0...100, using: &random) }
    self.needs = needs
    machine = SweepMachine(order: order, workers: workers, rules: rules, needs: needs)
  }

  mutating func run() {
    take(machine.begin())
    var steps = 0
    while !machine.isOver {
      steps += 1
      guard steps < 1_000 else {
        Issue.record("seed \(seed): the sweep does not end")
        return
      }
      let dice = Int.random(in: 0..<100, using: &random)
      if dice < 2 {
        isStopped = true
        take(machine.stopRequested())
      } else if dice == 2 {
        isTimeUp = true
        take(machine.timeUp())
      } else if let batch = onTheirWay, running.isEmpty || dice < 40 {
        finishWrite(batch, fails: dice == 39)
      } else if let trial = running.keys.sorted().randomElement(using: &random) {
        endTrial(trial, dice)
      } else {
        Issue.record("seed \(seed): nothing can happen and the sweep is not over")
        return
      }
      check()
    }
    checkEnd()
  }

  private mutating func finishWrite(_ batch: [Int], fails: Bool) {
    onTheirWay = nil
    if fails {
      hasFailedWrite = true
      take(machine.writeFailed())
    } else {
      written += batch
      take(machine.written())
    }
  }

  private mutating func endTrial(_ trial: Int, _ dice: Int) {
    running[trial] = nil
    if isCancelled && dice % 2 == 0 {
      take(machine.ended(trial, .cancelled))
    } else {
      let status = [TrialStatus.done, .done, .done, .failed, .diverged][dice % 5]
      let actions = machine.ended(trial, .recorded(status))
      failedInARow = status == .failed ? failedInARow + 1 : 0
      if actions.contains(.discard(trial: trial)) {
        retried[trial, default: 0] += 1
        #expect(status == .failed, "seed \(seed): \(status) is tried again")
        #expect(retried[trial, default: 0] <= rules.retries, "seed \(seed): too often")
        #expect(failedInARow < SweepRules.breaker, "seed \(seed): the breaker is open")
        #expect(!isCancelled, "seed \(seed): tried again after a stop")
      } else {
        recorded[trial] = status
        hasFailFast = hasFailFast || rules.failFast && status != .done
        if status == .failed && !isCancelled && failedInARow < SweepRules.breaker {
          #expect(retried[trial, default: 0] == rules.retries, "seed \(seed): too rarely")
        }
      }
      take(actions)
    }
  }

  private mutating func take(_ actions: [SweepMachine.Action]) {
    for action in actions {
      switch action {
      case .start(let trial, let worker):
        #expect(
          !isStopped && !isTimeUp && !hasFailedWrite && !hasFailFast,
          "seed \(seed): start after a stop")
        #expect(recorded[trial] == nil, "seed \(seed): trial \(trial) had ended")
        #expect(!running.values.contains(worker), "seed \(seed): worker \(worker) is taken")
        #expect((0..<workers).contains(worker), "seed \(seed): worker \(worker)")
        running[trial] = worker
        started.append(trial)
      case .write(let batch):
        #expect(onTheirWay == nil, "seed \(seed): two writes at a time")
        #expect(!batch.isEmpty && !hasFailedWrite, "seed \(seed): a write of nothing, or in vain")
        onTheirWay = batch
      case .discard(let trial):
        #expect(running[trial] == nil, "seed \(seed): trial \(trial) runs")
      case .prune(let trial, _, _):
        Issue.record("seed \(seed): trial \(trial) is stopped without a rule")
      case .cancelRunning:
        #expect(!isCancelled, "seed \(seed): cancelled twice")
        isCancelled = true
      }
    }
  }

  private func check() {
    let first = started.prefix(order.count)
    #expect(Array(first) == Array(order.prefix(first.count)), "seed \(seed): the order of starts")
    #expect(running.count <= workers, "seed \(seed): too many at a time")
    let used = running.keys.reduce(0) { $0 + (needs[$1] ?? 0) }
    #expect(running.count < 2 || used <= rules.memory, "seed \(seed): \(used) bytes at a time")
    if !hasFailedWrite {
      let unwritten = recorded.count - written.count
      #expect(
        running.count + unwritten <= workers + max(workers, rules.backlog),
        "seed \(seed): too much unwritten")
      if onTheirWay == nil { #expect(unwritten == 0, "seed \(seed): a record that nobody writes") }
    }
    if !isCancelled && started.count < order.count && recorded.count == written.count {
      let next = needs[order[started.count]] ?? 0
      #expect(
        running.count == workers || rules.memory - used < next,
        "seed \(seed): a worker is idle")
    }
  }

  private func checkEnd() {
    let summary = machine.summary
    if !hasFailedWrite {
      #expect(Set(written) == Set(recorded.keys), "seed \(seed): a finished record was lost")
    }
    #expect(Set(written).count == written.count, "seed \(seed): a record was written twice")
    let ends = written.compactMap { recorded[$0] }
    #expect(summary.done == ends.count { $0 == .done }, "seed \(seed)")
    #expect(summary.failed == ends.count { $0 == .failed }, "seed \(seed)")
    #expect(summary.diverged == ends.count { $0 == .diverged }, "seed \(seed)")
    #expect(summary.notRun == order.count - written.count, "seed \(seed)")
    if summary.interrupted { #expect(isStopped && summary.notRun > 0, "seed \(seed)") }
    if summary.outOfTime { #expect(isTimeUp && summary.notRun > 0, "seed \(seed)") }
    if !isStopped && !isTimeUp && !hasFailedWrite && !hasFailFast {
      #expect(summary.notRun == 0, "seed \(seed): not everything ran")
    }
  }
}
