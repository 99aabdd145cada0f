import ExperimentModel
import Scheduling
import Testing

@Suite struct SweepMachineTests {
  @Test func startsInOrderAsFarAsThereAreWorkers() {
    var machine = SweepMachine(order: [7, 3, 9], workers: 2, failFast: false)
    #expect(machine.begin() == [.start(trial: 7, worker: 0), .start(trial: 3, worker: 1)])
    #expect(
      machine.ended(3, .recorded(.done)) == [.write([3]), .start(trial: 9, worker: 1)])
    #expect(!machine.isOver)
  }

  @Test func recordsThatWaitShareOneWrite() {
    var machine = SweepMachine(order: Array(0..<9), workers: 3, failFast: false)
    _ = machine.begin()
    #expect(machine.ended(0, .recorded(.done)) == [.write([0]), .start(trial: 3, worker: 0)])
    #expect(machine.ended(2, .recorded(.done)) == [.start(trial: 4, worker: 2)])
    #expect(machine.ended(1, .recorded(.failed)) == [.start(trial: 5, worker: 1)])
    #expect(machine.ended(4, .recorded(.done)) == [], "six trials are not written yet")
    #expect(machine.written() == [.write([2, 1, 4]), .start(trial: 6, worker: 2)])
    #expect(machine.summary.done == 1)
  }

  @Test func aRequestToStopStillWritesWhatFinished() {
    var machine = SweepMachine(order: [0, 1, 2], workers: 2, failFast: false)
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
    var machine = SweepMachine(order: [0, 1], workers: 2, failFast: false)
    _ = machine.stopRequested()
    #expect(machine.begin() == [])
    #expect(machine.isOver)
    #expect(machine.summary.notRun == 2)
  }

  @Test func aStopThatComesWhenAllHaveEndedIsNoInterruption() {
    var machine = SweepMachine(order: [0], workers: 1, failFast: false)
    _ = machine.begin()
    _ = machine.stopRequested()
    _ = machine.ended(0, .recorded(.done))
    _ = machine.written()
    #expect(machine.isOver)
    #expect(!machine.summary.interrupted)
  }

  @Test(arguments: [TrialStatus.failed, .diverged, .timedOut])
  func failFastStopsAtABadTrial(status: TrialStatus) {
    var machine = SweepMachine(order: [0, 1, 2, 3], workers: 2, failFast: true)
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
    var machine = SweepMachine(order: [0, 1, 2, 3], workers: 2, failFast: false)
    _ = machine.begin()
    _ = machine.ended(0, .recorded(.done))
    #expect(machine.writeFailed() == [.cancelRunning])
    #expect(machine.ended(1, .recorded(.done)) == [], "nothing can be written any more")
    #expect(!machine.isOver)
    #expect(machine.ended(2, .cancelled) == [])
    #expect(machine.isOver)
    #expect(machine.summary.notRun == 4)
  }

  @Test func anEmptySweepIsOver() {
    var machine = SweepMachine(order: [], workers: 4, failFast: true)
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
  let failFast: Bool
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

  init(seed: UInt64) {
    self.seed = seed
    random = SplitMix(state: seed)
    order = Array(0..<Int.random(in: 0...40, using: &random)).shuffled(using: &random)
    workers = Int.random(in: 1...6, using: &random)
    failFast = Int.random(in: 0..<4, using: &random) == 0
    machine = SweepMachine(order: order, workers: workers, failFast: failFast)
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
      recorded[trial] = status
      hasFailFast = hasFailFast || failFast && status != .done
      take(machine.ended(trial, .recorded(status)))
    }
  }

  private mutating func take(_ actions: [SweepMachine.Action]) {
    for action in actions {
      switch action {
      case .start(let trial, let worker):
        #expect(!isStopped && !hasFailedWrite && !hasFailFast, "seed \(seed): start after a stop")
        #expect(!running.values.contains(worker), "seed \(seed): worker \(worker) is taken")
        #expect((0..<workers).contains(worker), "seed \(seed): worker \(worker)")
        running[trial] = worker
        started.append(trial)
      case .write(let batch):
        #expect(onTheirWay == nil, "seed \(seed): two writes at a time")
        #expect(!batch.isEmpty && !hasFailedWrite, "seed \(seed): a write of nothing, or in vain")
        onTheirWay = batch
      case .cancelRunning:
        #expect(!isCancelled, "seed \(seed): cancelled twice")
        isCancelled = true
      }
    }
  }

  private func check() {
    #expect(started == Array(order.prefix(started.count)), "seed \(seed): the order of starts")
    #expect(running.count <= workers, "seed \(seed): too many at a time")
    if !hasFailedWrite {
      let unwritten = recorded.count - written.count
      #expect(running.count + unwritten <= 2 * workers, "seed \(seed): too much unwritten")
      if onTheirWay == nil { #expect(unwritten == 0, "seed \(seed): a record that nobody writes") }
    }
    if !isCancelled && started.count < order.count && recorded.count == written.count {
      #expect(running.count == workers, "seed \(seed): a worker is idle")
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
    if !isStopped && !hasFailedWrite && !hasFailFast {
      #expect(summary.notRun == 0, "seed \(seed): not everything ran")
    }
  }
}
