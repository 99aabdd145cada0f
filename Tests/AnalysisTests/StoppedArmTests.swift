import Analysis
import ExperimentModel
import Testing

/// Trials that ended early: which of them count.
@Suite struct StoppedArmTests {
  private static func sweep(_ status: TrialStatus) -> SweepResults {
    var builder = SweepBuilder()
    builder.kinds = ["spatial"]
    builder.pools = ["max"]
    builder.seeds = 1...6
    builder.figures = { cell in .init(test: cell.placement == "before" ? 0.5 : 0.8) }
    builder.status = { $0.rate == 0.5 && $0.placement == "before" ? status : .done }
    return builder.build()
  }

  @Test func stoppedArmsAreNamedAndInNoContrast() throws {
    let summary = try Summary(Self.sweep(.pruned))
    #expect(summary.stopped.count == 1)
    #expect(summary.stopped[0].trials == 6)
    #expect(summary.troubles.isEmpty, "they are no trouble")
    #expect(summary.trials.done == summary.trials.total - 6)
    let broken = summary.comparisons[0].contrasts.filter { $0.incompletePairs > 0 }
    #expect(!broken.isEmpty && broken.allSatisfy { $0.pairs == 0 }, "no pair of it is complete")
    let text = summary.text()
    #expect(text.contains("Stopped early") && text.contains("1 arm stopped"), "\(text)")
    #expect(text.contains("rate 0.5"))
  }

  @Test func whatItsOwnPatienceEndedIsComplete() throws {
    let done = try Summary(Self.sweep(.done))
    var sweep = Self.sweep(.done)
    let early = sweep.status.indices.filter { sweep.epochsRun[$0] > 0 }.prefix(6)
    for trial in early { sweep.status[trial] = .censored }
    let censored = try Summary(sweep)
    #expect(censored.trials.done == censored.trials.total)
    #expect(censored.comparisons == done.comparisons)
    #expect(censored.stopped.isEmpty && censored.troubles.isEmpty)
    #expect(censored.text().contains("6 of \(censored.trials.total) trials ended by their own"))
  }
}
