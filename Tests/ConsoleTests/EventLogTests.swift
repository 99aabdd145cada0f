import Console
import ExperimentModel
import Foundation
import Synchronization
import Testing

@Suite struct EventLogTests {
  private final class Folder {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "dropgrid-events-\(UInt64.random(in: 0 ... .max))")
    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: url) }
    var log: String { url.appending(path: "log.jsonl").path }

    func lines() throws -> [[String: any Sendable]] {
      try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map {
        try #require(
          JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: any Sendable])
      }
    }
  }

  private static let id = TrialID(bytes: [UInt8](repeating: 0xAB, count: 16))
  private static let plan: Plan = {
    let spec = TrialSpec(
      network: NetworkSpec(name: "test", blocks: [], dense: []), dropout: [],
      optimiser: OptimiserSpec(learningRate: 0.1), batch: 1, epochs: 2,
      data: DataSpec(name: "none"), seed: Seed(1))
    return Plan(
      title: "", question: "", gridText: "",
      trials: [PlannedTrial(id: id, spec: spec, architecture: 0, flops: 1)],
      trialColumns: [
        Column(name: "rate", path: "dropout.rate", values: .real([0.25])),
        Column(name: "place", path: "dropout.place", values: .text([""])),
        Column(name: "seed", path: "seed", values: .integer([3])),
      ], cells: [], cellColumns: [], architectures: [], datasets: [], epochs: 2, metrics: [],
      weights: .none, comparisons: [])
  }()

  private func open(_ path: String) throws -> EventLog {
    try EventLog(path: path, plan: Self.plan) { Issue.record("\($0)") }
  }

  @Test func everyEventIsALine() throws {
    let folder = try Folder()
    let log = try open(folder.log)
    log.begin(title: "a \"b\"\n\u{1}é", results: "r.h5", recorded: 0, toTrain: 1, jobs: 2)
    log.receive(.started(trial: 0, worker: 1))
    log.receive(.progress(trial: 0, worker: 1, epochs: 0.5))
    log.receive(.epoch(trial: 0, worker: 1, epoch: 1, metrics: [.testLoss: 0.1, .fitLoss: .nan]))
    log.receive(.paused(trial: 0, worker: 1))
    let record = TrialRecord(
      id: Self.id, status: .timedOut, message: "late", epochsRun: 2,
      metrics: [.testLoss: [0.1, 0.2]], duration: 1.5)
    log.receive(.finished(trial: 0, worker: 1, record: record))
    log.end(status: [.timedOut, .pending], exitCode: 3)

    let lines = try folder.lines()
    #expect(
      lines.map { $0["event"] as? String } == [
        "sweep_started", "started", "epoch", "paused", "finished", "sweep_ended",
      ])
    let now = Date().timeIntervalSince1970
    #expect(lines.allSatisfy { abs(($0["time"] as? Double ?? 0) - now) < 60 })
    #expect(
      lines[1...4].allSatisfy {
        $0["trial"] as? Int == 0 && $0["worker"] as? Int == 1
          && $0["trial_id"] as? String == "\(Self.id)"
      })
    #expect(lines[0]["title"] as? String == "a \"b\"\n\u{1}é")
    #expect(lines[0]["to_train"] as? Int == 1)
    #expect(lines[1]["rate"] as? Double == 0.25)
    #expect(lines[1]["seed"] as? Int == 3)
    #expect(lines[1]["place"] == nil)
    #expect(lines[2]["test_loss"] as? Double == 0.1)
    #expect(lines[2]["fit_loss"] is NSNull)
    #expect(lines[4]["status"] as? String == "timed_out")
    #expect(lines[4]["test_loss"] as? Double == 0.2)
    #expect(lines[4]["duration"] as? Double == 1.5)
    #expect(lines[5]["timed_out"] as? Int == 1)
    #expect(lines[5]["done"] as? Int == 0)
    #expect(lines[5]["exit_code"] as? Int == 3)
  }

  @Test func aLogIsAddedToAndAnotherFileIsNot() throws {
    let folder = try Folder()
    for _ in 0..<2 { try open(folder.log).end(status: [], exitCode: 0) }
    #expect(try folder.lines().count == 2)
    for text in ["{\"plan\": 1}", "x"] {
      try Data(text.utf8).write(to: URL(filePath: folder.log))
      #expect(throws: UserError.self) { try open(folder.log) }
      #expect(try String(contentsOfFile: folder.log, encoding: .utf8) == text)
    }
    #expect(throws: UserError.self) { try open(folder.url.path) }
  }

  @Test func aLineThatWasNotWrittenToItsEndIsTakenAway() throws {
    let folder = try Folder()
    for text in ["{\"time\": 1, \"event\": \"x\"}\n{\"time\": 2, \"ev", "{\"time\": 1"] {
      try Data(text.utf8).write(to: URL(filePath: folder.log))
      try open(folder.log).end(status: [], exitCode: 0)
      let events = try folder.lines().map { $0["event"] as? String }
      #expect(events == (text.contains("\n") ? ["x", "sweep_ended"] : ["sweep_ended"]))
    }
  }

  /// Its reader has it open and takes nothing, and then has gone.
  @Test func aPipeThatTakesNothingIsGivenUp() throws {
    let folder = try Folder()
    #expect(mkfifo(folder.log, 0o600) == 0)
    #expect(throws: UserError.self, "there is no reader yet") { try open(folder.log) }
    for isGone in [false, true] {
      let reader = Foundation.open(folder.log, O_RDONLY | O_NONBLOCK)
      let complaints = Mutex<[String]>([])
      let log = try EventLog(path: folder.log, plan: Self.plan, patience: 200) { text in
        complaints.withLock { $0.append(text) }
      }
      if isGone { close(reader) }
      // More than any pipe holds.
      for _ in 0..<20_000 { log.receive(.started(trial: 0, worker: 0)) }
      log.end(status: [], exitCode: 0)
      #expect(complaints.withLock { $0.count } == 1)
      if !isGone { close(reader) }
    }
  }

  @Test func aFullDiskIsSaidOnce() throws {
    let complaints = Mutex<[String]>([])
    let log = try EventLog(path: "/dev/full", plan: Self.plan) { text in
      complaints.withLock { $0.append(text) }
    }
    for _ in 0..<3 { log.receive(.started(trial: 0, worker: 0)) }
    log.end(status: [], exitCode: 0)
    #expect(complaints.withLock { $0.count } == 1)
    #expect(complaints.withLock { $0[0].hasPrefix("--log /dev/full: ") })
  }
}
