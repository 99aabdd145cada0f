import Console
import ExperimentModel
import Foundation
import Testing

@Suite(.timeLimit(.minutes(5))) struct ProgressDisplayTests {
  private let items = (0..<2).map { ProgressItem(label: "n=\($0)", epochs: 1, flops: 1) }
  private let record = TrialRecord(
    id: TrialID(bytes: [UInt8](repeating: 0, count: 16)), status: .done, duration: 1)

  private func view(isLive: Bool) -> ProgressView {
    ProgressView(
      title: "t", items: items, jobs: 1,
      style: ProgressStyle(isLive: isLive, colour: false, unicode: false))
  }

  @Test func plainLinesAndMessagesArriveInOrder() async throws {
    let pipe = Pipe()
    let display = ProgressDisplay(
      view(isLive: false), file: pipe.fileHandleForWriting.fileDescriptor)
    display.message("one\ntwo\u{7}")
    display.receive(.started(trial: 0, worker: 0))
    display.receive(.finished(trial: 0, worker: 0, record: record))
    await display.finish()
    await display.finish()
    display.message("too late")
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(text.hasPrefix("one\ntwo \n[1/2] n=0  done (1.0 s) ETA "))
    #expect(text.split(separator: "\n").count == 3)
    #expect(!text.contains("\u{1B}"))
  }

  @Test func aLiveDisplayClearsItselfAndKeepsMessages() async throws {
    let pipe = Pipe()
    let display = ProgressDisplay(
      view(isLive: true), file: pipe.fileHandleForWriting.fileDescriptor)
    display.receive(.started(trial: 0, worker: 0))
    try await Task.sleep(for: .milliseconds(150))
    display.message("stays")
    await display.finish()
    try pipe.fileHandleForWriting.close()
    let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    #expect(text.contains("elapsed 0:00"))
    let screen = screen(after: text)
    #expect(screen == ["stays", ""])
  }

  @Test func aReaderThatLeftDoesNotKillTheSweep() async throws {
    let pipe = Pipe()
    try pipe.fileHandleForReading.close()
    let display = ProgressDisplay(
      view(isLive: false), file: pipe.fileHandleForWriting.fileDescriptor)
    display.message("nobody reads this")
    await display.finish()
  }

  @Test func aReaderThatStandsStillBlocksNoEvents() async throws {
    let pipe = Pipe()
    let display = ProgressDisplay(
      view(isLive: false), file: pipe.fileHandleForWriting.fileDescriptor)
    let long = String(repeating: "x", count: 1_000)
    // Far more than a pipe holds.
    for _ in 0..<1_000 {
      display.message(long)
      display.receive(.started(trial: 0, worker: 0))
    }
    let reader = Thread { while !pipe.fileHandleForReading.availableData.isEmpty {} }
    reader.start()
    await display.finish()
    try pipe.fileHandleForWriting.close()
  }

  /// What a terminal that knows the few sequences in use shows.
  private func screen(after text: String) -> [String] {
    var rows = [""]
    var row = 0
    var rest = text.replacing("\r", with: "")[...]
    while let character = rest.first {
      if let match = rest.prefixMatch(of: /\u{1B}\[([0-9]*)([AJK])/) {
        if match.2 == "A" { row -= Int(match.1) ?? 1 }
        if match.2 == "J" { rows = Array(rows[..<row]) + [""] }
        rest = rest[match.range.upperBound...]
      } else if character == "\n" {
        row += 1
        if row == rows.count { rows.append("") }
        rest = rest.dropFirst()
      } else {
        let line = rest.prefix { $0 != "\n" && $0 != "\u{1B}" }
        rows[row] = String(line)
        rest = rest.dropFirst(line.count)
      }
    }
    return rows
  }
}
