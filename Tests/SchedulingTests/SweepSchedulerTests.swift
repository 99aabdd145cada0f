import ExperimentModel
import Foundation
import Scheduling
import Synchronization
import Testing

@Suite struct SweepSchedulerTests {
  let trials = planned(60)

  private func record(_ task: TrialTask, _ status: TrialStatus = .done) -> TrialRecord {
    TrialRecord(id: trials[task.index].id, status: status, weights: [[1, 2]])
  }

  @Test(.timeLimit(.minutes(5)), arguments: [1, 2, 5])
  func nWorkersRunAtOnceAndNoMore(workers: Int) async throws {
    let pool = try WorkerPool(count: workers)
    let now = Atomic<Int>(0)
    let most = Mutex(0)
    let names = Log<String>()
    let deadline = ContinuousClock.now + .seconds(120)
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<20), of: trials,
      trial: { task in
        let running = now.add(1, ordering: .sequentiallyConsistent).newValue
        most.withLock { $0 = max($0, running) }
        names.add(threadName())
        // The first ones wait for each other: fewer than N at a time would never get past this.
        while most.withLock({ $0 }) < workers, ContinuousClock.now < deadline {
          usleep(100)
        }
        usleep(300)
        now.subtract(1, ordering: .sequentiallyConsistent)
        return self.record(task)
      }, sink: { _ in })
    #expect(most.withLock { $0 } == workers)
    #expect(summary.done == 20)
    #expect(Set(names.all) == Set((0..<workers).map { "trials-\($0)" }))
    await pool.shutdown()
  }

  @Test func startsInTheGivenOrderAndWritesEverythingOnce() async throws {
    let pool = try WorkerPool(count: 3)
    let order = Array(0..<60).reversed().filter { $0 % 7 != 0 }
    let started = Log<Int>()
    let written = Log<FinishedTrial>()
    let calls = Atomic<Int>(0)
    let summary = try await SweepScheduler(pool: pool).run(
      order, of: trials,
      trial: { task in
        started.add(task.index)
        return self.record(task)
      },
      sink: { batch in
        #expect(calls.add(1, ordering: .sequentiallyConsistent).newValue == 1, "one at a time")
        #expect(!batch.isEmpty && batch.count <= 6)
        try await Task.sleep(for: .milliseconds(1))
        written.add(batch)
        calls.subtract(1, ordering: .sequentiallyConsistent)
      })
    // Two threads may race to their trials' first line, so a start is at most two places off.
    for (place, index) in started.all.enumerated() {
      let planned = order.firstIndex(of: index) ?? -1
      #expect(abs(planned - place) <= 2)
    }
    #expect(written.all.map(\.index).sorted() == order.sorted())
    #expect(written.all.allSatisfy { $0.record.id == trials[$0.index].id })
    #expect(written.all.allSatisfy { $0.record.weights == [[1, 2]] })
    #expect(summary.done == 51)
    #expect(summary.notRun == 0)
    await pool.shutdown()
  }

  @Test func oneWorkerKeepsTheOrderExactly() async throws {
    let pool = try WorkerPool(count: 1)
    let written = Log<Int>()
    let order = [5, 3, 8, 1, 0]
    _ = try await SweepScheduler(pool: pool).run(
      order, of: trials, trial: { self.record($0) }, sink: { written.add($0.map(\.index)) })
    #expect(written.all == order)
    await pool.shutdown()
  }

  @Test func aTrialThatThrowsIsRecordedAndTheOthersGoOn() async throws {
    let pool = try WorkerPool(count: 2)
    let written = Log<FinishedTrial>()
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<10), of: trials,
      trial: { task in
        switch task.index {
        case 3: throw UserError(.badData, "the images are gone")
        case 4: throw CancellationError()
        case 5: return self.record(task, .diverged)
        default: return self.record(task)
        }
      }, sink: { written.add($0) })
    #expect(summary == SweepSummary(done: 7, failed: 2, diverged: 1, notRun: 0, interrupted: false))
    let failed = try #require(written.all.first { $0.index == 3 })
    #expect(failed.record.id == trials[3].id)
    #expect(failed.record.status == .failed)
    #expect(failed.record.message == "the images are gone")
    #expect(failed.record.finishedAt > 1.7e9)
    #expect(failed.record.duration >= 0)
    #expect(written.all.first { $0.index == 4 }?.record.status == .failed, "nobody cancelled it")
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func failFastCancelsTheRunningOnes() async throws {
    let pool = try WorkerPool(count: 2)
    let written = Log<Int>()
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(failFast: true)).run(
      Array(0..<10), of: trials,
      trial: { task in
        if task.index == 1 { throw TestError(description: "no") }
        try trainUntilCancelled(task)
      }, sink: { written.add($0.map(\.index)) })
    #expect(written.all == [1])
    #expect(summary == SweepSummary(done: 0, failed: 1, diverged: 0, notRun: 9, interrupted: false))
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func aSinkThatThrowsStopsTheSweep() async throws {
    let pool = try WorkerPool(count: 2)
    let started = Atomic<Int>(0)
    let finished = Log<Int>()
    await #expect(throws: TestError.self) {
      try await SweepScheduler(pool: pool).run(
        Array(0..<60), of: trials,
        events: { if case .finished(let trial, _, _) = $0 { finished.add(trial) } },
        trial: { task in
          started.add(1, ordering: .sequentiallyConsistent)
          // The others would run for ever if nobody cancelled them.
          if task.index > 2 { try trainUntilCancelled(task) }
          return self.record(task)
        },
        sink: { batch in
          if batch.contains(where: { $0.index == 2 }) { throw TestError(description: "disk full") }
        })
    }
    #expect(started.load(ordering: .sequentiallyConsistent) <= 6)
    #expect(!finished.all.contains(2), "what is not safe is not announced")
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func aRequestToStopKeepsWhatFinished() async throws {
    let pool = try WorkerPool(count: 2)
    let stop = StopRequest()
    let returned = Log<Int>()
    let written = Log<Int>()
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<60), of: trials, stop: stop,
      trial: { task in
        if task.index == 20 { stop.request() }
        if task.index > 20 { try task.checkCancellation() }
        returned.add(task.index)
        return self.record(task)
      },
      sink: { batch in
        try Task.checkCancellation()
        try await Task.sleep(for: .milliseconds(2))
        written.add(batch.map(\.index))
      })
    #expect(summary.interrupted)
    #expect(written.all.sorted() == returned.all.sorted())
    #expect(summary.done == written.all.count)
    #expect(summary.notRun == 60 - written.all.count)
    #expect(summary.notRun >= 36)
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func theCallersCancellationKeepsWhatFinished() async throws {
    let pool = try WorkerPool(count: 2)
    let returned = Log<Int>()
    let written = Log<Int>()
    let scheduler = SweepScheduler(pool: pool)
    let sweep = Task {
      try await scheduler.run(
        Array(0..<60), of: trials,
        trial: { task in
          if task.index >= 10 { try trainUntilCancelled(task) }
          returned.add(task.index)
          return self.record(task)
        },
        sink: { batch in
          // A cancelled scope would throw here and lose the batch.
          try await Task.sleep(for: .milliseconds(3))
          try Task.checkCancellation()
          written.add(batch.map(\.index))
        })
    }
    while returned.all.count < 10 { try await Task.sleep(for: .milliseconds(1)) }
    sweep.cancel()
    let summary = try await sweep.value
    #expect(written.all.sorted() == Array(0..<10))
    #expect(summary.interrupted)
    #expect(summary.notRun == 50)
    await pool.shutdown()
  }

  @Test func eventsOfATrialComeInOrderAndWithoutWeights() async throws {
    let pool = try WorkerPool(count: 2)
    let events = Log<(Int, String)>()
    _ = try await SweepScheduler(pool: pool).run(
      Array(0..<10), of: trials,
      events: { event in
        switch event {
        case .started(let trial, let worker): events.add((trial, "started \(worker < 2)"))
        case .progress(let trial, _, let epochs): events.add((trial, "progress \(epochs)"))
        case .epoch(let trial, _, let epoch, let metrics):
          events.add((trial, "epoch \(epoch) \(metrics[.trainLoss] ?? -1)"))
        case .paused(let trial, _): events.add((trial, "paused"))
        case .finished(let trial, _, let record):
          events.add((trial, "finished \(record.weights)"))
        }
      },
      trial: { task in
        task.report(epoch: 1, metrics: [.trainLoss: 0.5])
        task.report(progress: 1.5)
        task.report(epoch: 2, metrics: [.trainLoss: 0.25])
        return self.record(task)
      }, sink: { _ in })
    for trial in 0..<10 {
      #expect(
        events.all.filter { $0.0 == trial }.map(\.1)
          == ["started true", "epoch 1 0.5", "progress 1.5", "epoch 2 0.25", "finished []"])
    }
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func busyWorkersDoNotStarveSwiftsOwnPool() async throws {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let pool = try WorkerPool(count: cores + 2)
    let stop = StopRequest()
    let scheduler = SweepScheduler(pool: pool)
    async let sweep = scheduler.run(
      Array(0..<(cores + 2)), of: planned(cores + 2), stop: stop,
      trial: { try trainUntilCancelled($0, pause: 0) }, sink: { _ in })
    for _ in 0..<20 { await Task.detached { await Task.yield() }.value }
    stop.request()
    #expect(try await sweep.notRun == cores + 2)
    await pool.shutdown()
  }

  @Test func anEmptySweepEnds() async throws {
    let pool = try WorkerPool(count: 1)
    let summary = try await SweepScheduler(pool: pool).run(
      [], of: trials, trial: { self.record($0) }, sink: { _ in Issue.record("nothing to write") })
    #expect(summary == SweepSummary())
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(5)))
  func tenThousandTrivialTrialsEnd() async throws {
    let pool = try WorkerPool(count: 2)
    let trials = planned(10_000)
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<10_000), of: trials,
      trial: { TrialRecord(id: trials[$0.index].id, status: .done) }, sink: { _ in })
    #expect(summary.done == 10_000)
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(10)))
  func aTrialThatTakesTooLongIsRecordedAndTheOthersGoOn() async throws {
    let pool = try WorkerPool(count: 2)
    let written = Log<FinishedTrial>()
    let rules = SweepRules(retries: 2, trialTimeout: 0.05)
    let summary = try await SweepScheduler(pool: pool, rules: rules).run(
      Array(0..<6), of: trials,
      trial: { task in
        if task.index == 2 { try trainUntilCancelled(task) }
        return self.record(task)
      }, sink: { written.add($0) })
    #expect(summary.done == 5 && summary.failed == 1 && summary.notRun == 0)
    let late = try #require(written.all.first { $0.index == 2 })
    #expect(late.record.status == .timedOut)
    #expect(late.record.message.contains("0.05 s"))
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(10)))
  func whenTheTimeIsUpWhatFinishedIsWritten() async throws {
    let pool = try WorkerPool(count: 2)
    let written = Log<FinishedTrial>()
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(maxTime: 0.05)).run(
      Array(0..<60), of: trials,
      trial: { task in
        if task.index >= 3 { try trainUntilCancelled(task) }
        return self.record(task)
      }, sink: { written.add($0) })
    #expect(summary.outOfTime && !summary.interrupted)
    #expect(Set(written.all.map(\.index)) == [0, 1, 2])
    #expect(summary.notRun == 57)
    await pool.shutdown()
  }

  @Test(.timeLimit(.minutes(10)))
  func aSweepThatEndsInTimeDoesNotWaitForTheClock() async throws {
    let pool = try WorkerPool(count: 1)
    let began = ContinuousClock.now
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(maxTime: 10_000)).run(
      [0], of: trials, trial: { self.record($0) }, sink: { _ in })
    #expect(summary.done == 1 && !summary.outOfTime)
    // A busy machine may keep the test waiting, but not for hours.
    #expect(ContinuousClock.now - began < .seconds(5_000))
    await pool.shutdown()
  }

  @Test func anAttemptThatIsRepeatedLeavesOneRecord() async throws {
    let pool = try WorkerPool(count: 2)
    let attempts = Log<Int>()
    let written = Log<FinishedTrial>()
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(retries: 2)).run(
      Array(0..<10), of: trials,
      trial: { task in
        attempts.add(task.index)
        let tries = attempts.all.count { $0 == task.index }
        if task.index == 4 && tries <= 2 || task.index == 7 {
          throw TestError(description: "attempt \(tries)")
        }
        return self.record(task)
      }, sink: { written.add($0) })
    #expect(summary.done == 9 && summary.failed == 1)
    #expect(attempts.all.count { $0 == 4 } == 3)
    #expect(written.all.map(\.index).sorted() == Array(0..<10))
    #expect(written.all.first { $0.index == 7 }?.record.message == "attempt 3")
    await pool.shutdown()
  }
}
