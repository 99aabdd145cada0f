import Console
import ExperimentModel
import Testing

private let plain = ProgressStyle(isLive: false, colour: false, unicode: false)
private let ascii = ProgressStyle(isLive: true, colour: false, unicode: false)
private let unicode = ProgressStyle(isLive: true, colour: false, unicode: true)
private let colour = ProgressStyle(isLive: true, colour: true, unicode: true)

private func items(_ count: Int, epochs: Int = 4, flops: Double = 1e9) -> [ProgressItem] {
  (0..<count).map {
    ProgressItem(label: "rate=0.\($0 % 4) pool=max", epochs: epochs, flops: flops)
  }
}

private func record(
  _ status: TrialStatus = .done, _ message: String = "", duration: Double = 4
) -> TrialRecord {
  TrialRecord(
    id: TrialID(bytes: [UInt8](repeating: 0, count: 16)), status: status, message: message,
    metrics: [.testAccuracy: [0.5, 0.853], .trainLoss: [1, 0.4]], duration: duration)
}

/// Two workers in the middle of a sweep of 12: trial 0 is done, 1 and 2 run.
private func midway(_ style: ProgressStyle) -> ProgressView {
  var view = ProgressView(title: "first-look", items: items(12), jobs: 2, style: style)
  _ = view.receive(.started(trial: 0, worker: 0), at: 0)
  _ = view.receive(.started(trial: 1, worker: 1), at: 0)
  for epoch in 1...4 {
    _ = view.receive(
      .epoch(trial: 0, worker: 0, epoch: epoch, metrics: [:]), at: Double(epoch))
  }
  let metrics: [Metric: Float] = [.trainLoss: 0.4123, .testAccuracy: 0.8525, .testLoss: 3]
  for epoch in 1...2 {
    _ = view.receive(
      .epoch(trial: 1, worker: 1, epoch: epoch, metrics: metrics), at: Double(2 * epoch))
  }
  _ = view.receive(.finished(trial: 0, worker: 0, record: record()), at: 4)
  _ = view.receive(.started(trial: 2, worker: 0), at: 4)
  return view
}

@Suite struct ProgressViewTests {
  @Test func showsAHeaderABarAndALineForEachRunningTrial() {
    // 6 epochs took 8 worker seconds; 42 are left for 2 workers: 28 s.
    #expect(
      midway(unicode).lines(at: 4, columns: 100, rows: 24) == [
        "first-look: 12 trials, 2 at a time",
        "▕█████                                   ▏ 12%  1/12  elapsed 0:04  ETA 0:28",
        " 1  rate=0.2 pool=max  ▕          ▏ epoch 0/4",
        " 2  rate=0.1 pool=max  ▕█████     ▏ epoch 2/4  train loss 0.412  test acc 0.853",
      ])
  }

  @Test func fallsBackToASCII() {
    #expect(
      midway(ascii).lines(at: 4, columns: 70, rows: 24) == [
        "first-look: 12 trials, 2 at a time",
        "[####-----------------------------] 12%  1/12  elapsed 0:04  ETA 0:28",
        " 1  rate=0.2 pool=max  epoch 0/4",
        " 2  rate=0.1 pool=max  epoch 2/4  train loss 0.412  test acc 0.853",
      ])
  }

  @Test func narrowWindowsLoseTheLeastImportantFirst() {
    #expect(
      midway(unicode).lines(at: 4, columns: 55, rows: 24).last
        == " 2  rate=0.1 pool=m…  epoch 2/4  loss 0.412  acc 0.853")
    #expect(
      midway(unicode).lines(at: 4, columns: 38, rows: 24) == [
        "first-look: 12 trials, 2 at a time",
        "▕█▉             ▏ 12%  1/12  ETA 0:28",
        " 1  rate=0.2 pool=max  epoch 0/4",
        " 2  rate=0.1 pool=max  epoch 2/4",
      ])
  }

  @Test(arguments: 1...130)
  func noLineReachesTheEdge(columns: Int) {
    var view = midway(unicode)
    _ = view.receive(.finished(trial: 9, worker: 1, record: record(.failed)), at: 5)
    for line in view.lines(at: 4, columns: columns, rows: 24) {
      #expect(line.count <= max(columns - 1, 1))
    }
  }

  @Test(arguments: 1...12)
  func thereAreFewerLinesThanRows(rows: Int) {
    var view = ProgressView(title: "t", items: items(40), jobs: 8, style: ascii)
    for worker in 0..<8 {
      _ = view.receive(.started(trial: worker, worker: worker), at: 0)
    }
    let lines = view.lines(at: 1, columns: 80, rows: rows)
    #expect(lines.count == min(max(rows - 1, 1), 10))
    #expect(lines.contains { $0.hasPrefix("[") }, "the bar is always there")
    if (4...10).contains(rows) {
      #expect(lines.last == "and \(8 - (lines.count - 3)) more")
    }
  }

  @Test func coloursAreSequencesAroundTheSameText() {
    let coloured = midway(colour).lines(at: 4, columns: 100, rows: 24)
    #expect(coloured[1].hasPrefix("▕\u{1B}[32m█████\u{1B}[0m"))
    let bare = coloured.map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
    #expect(bare == midway(unicode).lines(at: 4, columns: 100, rows: 24))
  }

  @Test func aPlainLineForEachFinishedTrial() {
    var view = ProgressView(title: "t", items: items(180), jobs: 1, style: plain)
    _ = view.receive(.started(trial: 1, worker: 0), at: 0)
    #expect(
      view.receive(.finished(trial: 1, worker: 0, record: record(duration: 2.94)), at: 2)
        == "[  1/180] rate=0.1 pool=max  test_accuracy 0.853 (2.9 s) ETA 5:58")
    _ = view.receive(.started(trial: 2, worker: 0), at: 2)
    let diverged = record(.diverged, "the loss is NaN\nin epoch 3", duration: 250)
    #expect(
      view.receive(.finished(trial: 2, worker: 0, record: diverged), at: 3)
        == "[  2/180] rate=0.2 pool=max  diverged: the loss is NaN in epoch 3 (4:10) ETA 5:56")
  }

  @Test func onlyTrialsThatWentWrongStayAboveALiveDisplay() {
    var view = ProgressView(title: "t", items: items(3), jobs: 1, style: ascii)
    #expect(view.receive(.started(trial: 0, worker: 0), at: 0) == nil)
    #expect(view.receive(.finished(trial: 0, worker: 0, record: record()), at: 1) == nil)
    _ = view.receive(.started(trial: 1, worker: 0), at: 1)
    #expect(
      view.receive(.finished(trial: 1, worker: 0, record: record(.failed, "no images")), at: 2)
        == "[2/3] rate=0.1 pool=max  failed: no images (4.0 s)")
    #expect(view.lines(at: 2, columns: 80, rows: 24)[1].contains("66%  2/3  1 failed"))
  }

  @Test func earlierTrialsCountAsDone() {
    let view = ProgressView(
      title: "t", items: items(4), recorded: [0, 1, 2, 99], jobs: 1, style: ascii)
    let lines = view.lines(at: 0, columns: 80, rows: 24)
    #expect(lines[0] == "t: 4 trials, 1 at a time, 3 recorded before")
    #expect(lines[1].hasSuffix(" 75%  3/4  elapsed 0:00  ETA -:--"))
  }

  @Test func aWorkersNextTrialReplacesTheOneThatIsBeingWritten() {
    var view = ProgressView(title: "t", items: items(3), jobs: 1, style: ascii)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    _ = view.receive(.started(trial: 1, worker: 0), at: 1)
    _ = view.receive(.finished(trial: 0, worker: 0, record: record()), at: 2)
    let lines = view.lines(at: 2, columns: 80, rows: 24)
    #expect(lines.count == 3)
    #expect(lines[2].contains("rate=0.1"))
  }

  @Test func aFullBarHasNothingLeft() {
    var view = ProgressView(title: "t", items: items(1), jobs: 1, style: ascii)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    _ = view.receive(.finished(trial: 0, worker: 0, record: record()), at: 3_725)
    #expect(
      view.lines(at: 3_725, columns: 80, rows: 24) == [
        "t: 1 trial, 1 at a time",
        "[########################################]100%  1/1  elapsed 1:02:05",
      ])
  }

  @Test func eventsOfUnknownTrialsAndEmptyPlansAreHarmless() {
    var view = ProgressView(title: "t", items: [], jobs: 1, style: ascii)
    #expect(view.receive(.started(trial: 0, worker: 0), at: 0) == nil)
    #expect(view.receive(.epoch(trial: -1, worker: 0, epoch: 1, metrics: [:]), at: 0) == nil)
    #expect(view.receive(.finished(trial: 5, worker: 0, record: record()), at: 0) == nil)
    #expect(view.lines(at: 0, columns: 80, rows: 24).count == 2)
  }

  @Test func labelsAndTitlesCannotMoveTheCursor() {
    let item = ProgressItem(label: "a\u{1B}[2Jb", epochs: 1, flops: 1)
    var view = ProgressView(title: "x\ny", items: [item], jobs: 1, style: ascii)
    _ = view.receive(.started(trial: 0, worker: 0), at: 0)
    let lines = view.lines(at: 0, columns: 80, rows: 24)
    #expect(lines[0].hasPrefix("x y:"))
    #expect(lines[2].contains("a [2Jb"))
  }
}
