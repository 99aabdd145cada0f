import Console
import ExperimentModel
import Testing

/// A trial that waits at a rung keeps what it has done, and takes no line.
@Suite struct PausedTrialTests {
  private static func view() -> ProgressView {
    ProgressView(
      title: "t", items: (0..<2).map { ProgressItem(label: "trial \($0)", epochs: 4, flops: 1) },
      jobs: 1, style: ProgressStyle(isLive: true, colour: false, unicode: false))
  }

  private func bar(_ view: ProgressView, at time: Double) -> String {
    view.lines(at: time, columns: 100, rows: 24).first { $0.contains("ETA") } ?? ""
  }

  @Test func whatItHasDoneCountsOnce() {
    var view = Self.view()
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    _ = view.receive(.epoch(trial: 0, worker: 0, epoch: 2, metrics: [:]), at: 2)
    _ = view.receive(.paused(trial: 0, worker: 0), at: 2)
    // Two epochs of this trial and four of the other are left, a second each.
    #expect(bar(view, at: 2).contains("25%") && bar(view, at: 2).contains("ETA 0:06"))
    #expect(!view.lines(at: 2, columns: 100, rows: 24).contains { $0.contains("trial 0") })
    _ = view.receive(.started(trial: 0, worker: 0), at: 2)
    _ = view.receive(.epoch(trial: 0, worker: 0, epoch: 3, metrics: [:]), at: 3)
    #expect(bar(view, at: 3).contains("37%"))
    _ = view.receive(.paused(trial: 0, worker: 0), at: 3)
    let record = TrialRecord(id: TrialID(bytes: Array(repeating: 1, count: 16)), status: .pruned)
    #expect(view.receive(.finished(trial: 0, worker: 0, record: record), at: 3) == nil)
    // A stopped trial has nothing left to do.
    #expect(bar(view, at: 3).contains("50%") && bar(view, at: 3).contains("ETA 0:04"))
  }
}
