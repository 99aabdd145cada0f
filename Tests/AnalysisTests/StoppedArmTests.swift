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
    #expect(text.contains("stopped early"), "\(text)")
    #expect(
      text.replacing("\n", with: " ").contains(
        "In 1 more the stopping rule ended a side of every pair."))
  }

  @Test func aReasonIsSaidOnceAndNothingIsAwaited() throws {
    var sweep = Self.sweep(.pruned)
    for trial in sweep.status.indices where sweep.status[trial] == .pruned {
      sweep.messages[trial] =
        "stopped after epoch 3 of 10: its arm's validation loss, 0.5\(trial), is worse than the "
        + "median of 5 arms (0.4)"
    }
    sweep.comparisons = [Comparison(factor: "placement", by: ["rate"])]
    for trial in sweep.status.indices where sweep.status[trial] == .done {
      sweep.status[trial] = .pruned
      sweep.messages[trial] = "stopped after epoch 1 of 10: a seed of its arm diverged, it ends"
    }
    let summary = try Summary(sweep)
    let groups = StoppedGroup.groups(summary.stopped)
    #expect(groups.map(\.arms.count) == [summary.stopped.count - 1, 1])
    let median = try #require(groups.last)
    #expect(
      median.reason
        == "Stopped after epoch 3 of 10: the arm's validation loss is worse than the median of 5 "
        + "arms (0.4)")
    #expect(median.figure == "validation loss")
    #expect(median.values.allSatisfy { $0.hasPrefix("0.5") })
    let text = summary.text(width: 200)
    #expect(text.components(separatedBy: "a seed of its arm diverged").count == 2, "\(text)")
    #expect(text.contains("no pair of trials is complete, because the stopping rule ended a side"))
    #expect(!text.contains("0 seeds") && !text.contains("yet"), "\(text)")
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
