import ExperimentModel
import Foundation
import ResultsStore
import Scheduling
import Testing

/// How many trials of one millisecond to run.
private let trialsToTime = ProcessInfo.processInfo.environment["DROPGRID_TRIALS"].flatMap {
  Int($0)
}

/// What scheduling and recording cost, with the real scheduler and the real file.
///
/// It measures the process, so it needs it for itself: `DROPGRID_TRIALS=10000 swift test -c release
/// --filter OverheadTests`.
@Suite(.enabled(if: trialsToTime != nil)) struct OverheadTests {
  private static func plan(_ count: Int) -> Plan {
    let trials = (0..<count).map { index in
      PlannedTrial(
        id: TrialID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: index >> (8 * $0)) }),
        spec: TrialSpec(
          network: .small, dropout: [], optimiser: OptimiserSpec(learningRate: 0.1), batch: 1,
          epochs: 10, data: DataSpec(name: "none"), seed: Seed(Int64(index))),
        architecture: 0, flops: 1)
    }
    return Plan(
      title: "Overhead", question: "", gridText: "", trials: trials,
      trialColumns: [
        Column(name: "seed", path: "seed", values: .integer((0..<count).map { Int64($0) }))
      ], cells: (0..<count).map { PlannedCell(trial: $0, rule: "") },
      cellColumns: [
        Column(name: "seed", path: "seed", values: .integer((0..<count).map { Int64($0) }))
      ], architectures: [Architecture(name: "none", parameters: [])], datasets: [], epochs: 10,
      metrics: [.trainLoss, .trainAccuracy, .testLoss, .testAccuracy], weights: .none,
      comparisons: [])
  }

  /// Busy for a millisecond of this thread's time.
  private static func work() {
    var start = timespec()
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
    repeat {
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    } while Double(now.tv_sec - start.tv_sec) + Double(now.tv_nsec - start.tv_nsec) * 1e-9 < 1e-3
  }

  private static func processTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  @Test func schedulingAndRecordingCostUnderAMillisecondATrial() async throws {
    let count = try #require(trialsToTime)
    let workplace = try Program.Workplace()
    let plan = Self.plan(count)
    let path = workplace.path("overhead.h5")
    let writer = try ResultsWriter.create(
      path: path, plan: plan, engine: "test",
      session: SessionInfo(commandLine: "", host: "", cpu: "", versions: "", commit: ""))
    let pool = try WorkerPool(count: 2)
    let values = Dictionary(
      uniqueKeysWithValues: plan.metrics.map { ($0, (0..<10).map { 1 / Float($0 + 1) }) })
    let (began, cpuBefore) = (ContinuousClock.now, Self.processTime())
    let summary = try await SweepScheduler(pool: pool, rules: SweepRules(backlog: 64)).run(
      Array(0..<count), of: plan.trials,
      trial: { task in
        Self.work()
        return TrialRecord(
          id: plan.trials[task.index].id, status: .done, epochsRun: 10, metrics: values,
          finishedAt: 1.8e9, duration: 1e-3)
      },
      sink: { try await writer.append($0.map { (row: $0.index, record: $0.record) }) })
    let wall = (ContinuousClock.now - began) / .seconds(1)
    let cpu = Self.processTime() - cpuBefore - Double(count) * 1e-3
    try await writer.finish()
    await pool.shutdown()
    #expect(summary.done == count)
    let reading = ContinuousClock.now
    let results = try ResultsReader.read(path: path)
    let readingTime = (ContinuousClock.now - reading) / .seconds(1)
    #expect(results.status.allSatisfy { $0 == .done })
    print(
      "\(count) trials: \(wall) s of wall time, \(cpu / Double(count) * 1e6) µs of processor "
        + "time and \((wall - Double(count) * 0.5e-3) / Double(count) * 1e6) µs of wall time a "
        + "trial beside the trials' own; reading \(readingTime * 1e3) ms")
    // Wall time depends on the disk and on who else uses the machine; processor time hardly does.
    #expect(cpu / Double(count) < 1e-3)
  }
}
