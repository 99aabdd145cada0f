import ExperimentModel
import Scheduling
import Testing

/// Trials that pause at rungs, on real workers; and a trial's own clock.
@Suite struct PausingTrialTests {
  /// Eight arms with two seeds each; the loss of arm k is k at every epoch.
  private static let trials = planned(16).enumerated().map { index, trial in
    var trial = trial
    trial.spec.epochs = 9
    trial.spec.optimiser.learningRate = Double(index % 8 + 1)
    trial.spec.seed = Seed(Int64(index / 8))
    return trial
  }

  private static let rule = StoppingRule(.successiveHalving, rungs: [1, 3], reduction: 2)

  private static func train(_ task: TrialTask) -> TrialRecord {
    let trial = trials[task.index]
    let run = task.pausesAfter ?? trial.spec.epochs
    return TrialRecord(
      id: trial.id, status: task.pausesAfter == nil ? .done : .pending, epochsRun: run,
      metrics: [
        .validationLoss: Array(repeating: Float(trial.spec.optimiser.learningRate), count: run)
      ], weights: task.pausesAfter == nil ? [[1]] : [])
  }

  @Test(arguments: [1, 2, 5])
  func anArmStopsForAllItsSeeds(workers: Int) async throws {
    let pool = try WorkerPool(count: workers)
    let (written, events) = (Log<FinishedTrial>(), Log<String>())
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<16), of: Self.trials, stopping: Self.rule,
      events: { event in
        switch event {
        case .paused(let trial, _): events.add("paused \(trial)")
        case .started(let trial, _): events.add("started \(trial)")
        default: break
        }
      }, trial: Self.train, sink: { written.add($0) })
    await pool.shutdown()
    #expect(summary.done == 16 && summary.notRun == 0 && !summary.interrupted)
    let records = written.all.sorted { $0.index < $1.index }.map(\.record)
    #expect(records.map(\.epochsRun) == [9, 9, 3, 3, 1, 1, 1, 1, 9, 9, 3, 3, 1, 1, 1, 1])
    #expect(records.allSatisfy { $0.status == ($0.epochsRun == 9 ? .done : .pruned) })
    #expect(records.allSatisfy { $0.metrics[.validationLoss]?.count == $0.epochsRun })
    #expect(records.allSatisfy { $0.weights.isEmpty == ($0.status == .pruned) })
    #expect(
      events.all.count { $0 == "started 0" } == 3 && events.all.count { $0 == "paused 0" } == 2)
    #expect(events.all.count { $0 == "started 15" } == 1)
  }

  @Test func whatWaitsForTrialsThatNobodyTrainsStaysUnfinished() async throws {
    let pool = try WorkerPool(count: 2)
    let written = Log<FinishedTrial>()
    let summary = try await SweepScheduler(pool: pool).run(
      [0, 1, 2], of: Self.trials, stopping: Self.rule, trial: Self.train,
      sink: { written.add($0) })
    await pool.shutdown()
    #expect(written.all.isEmpty)
    #expect(summary.notRun == 3 && !summary.interrupted)
  }

  @Test func patienceAsksNobodyToPause() async throws {
    let pool = try WorkerPool(count: 2)
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<16), of: Self.trials, stopping: StoppingRule(.patience), trial: Self.train,
      sink: { $0.forEach { #expect($0.record.status == .done) } })
    await pool.shutdown()
    #expect(summary.done == 16)
  }

  @Test func theTimeBeforeAnInterruptionCounts() async throws {
    let pool = try WorkerPool(count: 1)
    let written = Log<FinishedTrial>()
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(trialTimeout: 1000)).run(
      [0, 1], of: Self.trials,
      trial: { task in
        task.ranBefore(seconds: task.index == 0 ? 999.99 : 1)
        // A hundredth of a second is over soon; a thousand seconds are not.
        if task.index == 0 { try trainUntilCancelled(task) }
        try task.checkCancellation()
        return TrialRecord(id: Self.trials[task.index].id, status: .done)
      }, sink: { written.add($0) })
    await pool.shutdown()
    #expect(written.all.map(\.record.status) == [.timedOut, .done])
    #expect(summary.failed == 1)
  }
}
