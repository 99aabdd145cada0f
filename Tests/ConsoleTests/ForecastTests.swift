import Console
import ExperimentModel
import Testing

/// The forecast, read off the line that shows it.
@Suite struct ForecastTests {
  private func view(flops: [Double], epochs: Int = 10, jobs: Int) -> ProgressView {
    ProgressView(
      title: "t", items: flops.map { ProgressItem(label: "", epochs: epochs, flops: $0) },
      jobs: jobs, style: ProgressStyle(isLive: true, colour: false, unicode: false))
  }

  private func eta(_ view: ProgressView, at time: Double) -> String {
    String(view.lines(at: time, columns: 120, rows: 24)[1].split(separator: " ").last ?? "")
  }

  private func finish(_ view: inout ProgressView, _ trial: Int, _ worker: Int, at time: Double) {
    let record = TrialRecord(
      id: TrialID(bytes: [UInt8](repeating: 0, count: 16)), status: .done)
    _ = view.receive(.finished(trial: trial, worker: worker, record: record), at: time)
  }

  @Test func saysNothingBeforeItKnowsAnything() {
    var view = view(flops: [1, 1], jobs: 1)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    #expect(eta(view, at: 5) == "-:--")
  }

  @Test func theFirstEpochIsEnough() {
    var view = view(flops: [Double](repeating: 7, count: 12), jobs: 2)
    for worker in 0..<2 { _ = view.receive(.started(trial: worker, worker: worker), at: 0) }
    for worker in 0..<2 {
      _ = view.receive(.epoch(trial: worker, worker: worker, epoch: 1, metrics: [:]), at: 6)
    }
    // An epoch takes 6 s; 120 epochs over 2 workers take 360 s, of which 6 are over.
    #expect(eta(view, at: 6) == "5:54")
    #expect(eta(view, at: 9) == "5:51", "it counts down between epochs")
    #expect(eta(view, at: 600) == "5:48", "but credits no more than an epoch to each")
  }

  @Test func aPartOfAnEpochIsEnough() {
    var view = view(flops: [7, 7, 7], jobs: 1)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    _ = view.receive(.progress(trial: 0, worker: 0, epochs: 0.5), at: 2)
    // Half an epoch takes 2 s; 30 epochs take 120 s, of which 2 are over.
    #expect(eta(view, at: 2) == "1:58")
    _ = view.receive(.progress(trial: 0, worker: 0, epochs: 0.25), at: 3)
    #expect(eta(view, at: 3) == "1:57", "what comes late says nothing new")
    #expect(view.lines(at: 3, columns: 120, rows: 24)[2].contains("epoch  0/10"))
  }

  @Test func aPlainDisplaySaysOnceWhenTheSweepWillEnd() {
    var view = ProgressView(
      title: "t", items: (0..<3).map { _ in ProgressItem(label: "", epochs: 10, flops: 7) },
      jobs: 1, style: ProgressStyle(isLive: false, colour: false, unicode: false))
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    #expect(view.receive(.progress(trial: 0, worker: 0, epochs: 0.25), at: 1) == nil, "too early")
    #expect(
      view.receive(.progress(trial: 0, worker: 0, epochs: 1), at: 4)
        == "3 trials, 1 at a time: ETA 1:56")
    #expect(view.receive(.progress(trial: 0, worker: 0, epochs: 2), at: 8) == nil, "said before")
  }

  @Test func countsOperationsAndNotTrials() {
    var view = view(flops: [1, 100, 100], jobs: 1)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    finish(&view, 0, 0, at: 1)
    #expect(eta(view, at: 1) == "3:20")
    #expect(view.lines(at: 1, columns: 120, rows: 24)[1].contains("]  0%  1/3"))
  }

  @Test func theLastTrialHasOneWorkerHoweverManyThereAre() {
    var view = view(flops: [10, 10], jobs: 8)
    for worker in 0..<2 { _ = view.receive(.started(trial: worker, worker: worker), at: 0) }
    for epoch in 1...5 {
      _ = view.receive(
        .epoch(trial: 0, worker: 0, epoch: epoch, metrics: [:]), at: Double(20 * epoch))
    }
    // Trial 1 has shown nothing: it is credited with one epoch of its ten.
    #expect(eta(view, at: 100) == "3:00")
  }

  @Test func aTrialThatFailedAtOnceDoesNotPromiseSpeed() {
    var view = view(flops: [1, 1, 1], jobs: 1)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    let failed = TrialRecord(
      id: TrialID(bytes: [UInt8](repeating: 0, count: 16)), status: .failed)
    _ = view.receive(.finished(trial: 0, worker: 0, record: failed), at: 0.001)
    #expect(eta(view, at: 1) == "-:--")
    _ = view.receive(.started(trial: 1, worker: 0), at: 1)
    finish(&view, 1, 0, at: 31)
    #expect(eta(view, at: 31) == "0:30")
  }

  @Test(arguments: [[0, 0, 0], [1, .nan, 2], [1, -1, .infinity]] as [[Double]])
  func unusableCostsCountAllTrialsTheSame(flops: [Double]) {
    var view = view(flops: flops, epochs: 0, jobs: 1)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    finish(&view, 0, 0, at: 10)
    #expect(eta(view, at: 10) == "0:20")
    #expect(view.lines(at: 1, columns: 120, rows: 24)[1].contains("] 33%"))
  }
}
