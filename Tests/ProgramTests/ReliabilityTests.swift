import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// The commands around a sweep's life: status, verify, merge, one trial, and trials anew.
@Suite struct ReliabilityTests {
  static let grid = """
    data: {name: fashion-mnist-mini, train: 96, test: 64}
    dropout: {rate: [0, 0.5]}
    epochs: 2
    seed: 1..3
    """

  @Test func shardsMergeToTheWholeSweepAndCanBeVerified() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    func run(_ arguments: String...) async throws -> Program.Outcome {
      try await Program.run(arguments, in: workplace)
    }
    #expect(try await run("run", "grid.yaml", "-o", "whole.h5").code == 0)
    for shard in ["1/2", "2/2"] {
      let name = "shard\(shard.prefix(1)).h5"
      #expect(try await run("run", "grid.yaml", "-o", name, "--shard", shard).code == 0)
      #expect(try Recorded(workplace.path(name)).finished == 3)
      let status = try await run("status", name)
      #expect(status.output.contains("3 pending, 3 done"), "\(status.output)")
    }
    let merge = try await run("merge", "shard1.h5", "shard2.h5", "-o", "merged.h5")
    #expect(merge.code == 0, "\(merge.errors)")
    #expect(try Recorded(workplace.path("merged.h5")) == Recorded(workplace.path("whole.h5")))

    let verify = try await run("verify", "merged.h5", "--retrain", "2")
    #expect(verify.code == 0, "\(verify.errors)")
    #expect(verify.output.contains("2 trials trained anew ended in the same bits"))
    let id = try ResultsReader.read(path: workplace.path("merged.h5")).trialIDs[4].description
    let detail = try await run("show", "merged.h5", "--trial", String(id.prefix(8)))
    #expect(detail.output.hasPrefix("trial 4  \(id)\n"), "\(detail.output)")
    #expect(detail.output.contains("\n  momentum                0.9\n"), "\(detail.output)")
    #expect(try await run("show", "merged.h5", "--trial", "6").code == 2)
    let best = try await run("show", "merged.h5", "--trial", "best")
    #expect(best.output.hasPrefix("trial "), "\(best.errors)")

    var data = try Data(contentsOf: workplace.url.appending(path: "merged.h5"))
    data[data.count / 2] ^= 1
    try data.write(to: workplace.url.appending(path: "merged.h5"))
    #expect(try await run("verify", "merged.h5").code == UserError.Code.badFile.rawValue)
  }

  /// The program waits for its grid at a pipe into which nobody ever writes.
  @Test(.timeLimit(.minutes(1))) func oneSignalEndsTheWaitForAGrid() async throws {
    let workplace = try Program.Workplace()
    #expect(mkfifo(workplace.path("grid.yaml"), 0o600) == 0)
    let running = try Program.Running(["run", "grid.yaml", "-o", "out.h5"], in: workplace)
    var pipe: Int32 = -1
    while pipe < 0, running.process.isRunning {
      usleep(1000)
      // Fails until the program reads.
      pipe = open(workplace.path("grid.yaml"), O_WRONLY | O_NONBLOCK)
    }
    defer { close(pipe) }
    kill(running.process.processIdentifier, SIGTERM)
    let code = await running.end()
    #expect(running.process.terminationReason == .exit)
    #expect(code == 128 + SIGTERM)
    #expect(
      try String(contentsOfFile: workplace.path("errors"), encoding: .utf8)
        == "dropgrid: stopped before any trial began\n")
    #expect(!FileManager.default.fileExists(atPath: workplace.path("out.h5")))
  }

  /// A plan of 200,000 trials takes seconds to lay out, and a signal does not wait for that.
  @Test(arguments: [0, 0.5, 2]) func aSignalEndsALargePlanAtOnce(after seconds: Double)
    async throws
  {
    let workplace = try Program.Workplace()
    #expect(mkfifo(workplace.path("grid.yaml"), 0o600) == 0)
    let running = try Program.Running(
      ["run", "grid.yaml", "-o", "out.h5", "--jobs", "1"], in: workplace)
    // Who reads the grid heeds signals already.
    var pipe: Int32 = -1
    while pipe < 0, running.process.isRunning {
      usleep(1000)
      pipe = open(workplace.path("grid.yaml"), O_WRONLY | O_NONBLOCK)
    }
    let grid = """
      data: {name: "random:8x8x1,classes=2,train=8,test=8,seed=1"}
      dropout: {rate: {linspace: [0, 0.9, 10]}}
      epochs: 1
      seed: 1..20000

      """
    #expect(write(pipe, grid, grid.utf8.count) == grid.utf8.count)
    close(pipe)
    try await Task.sleep(for: .seconds(seconds))
    let start = ContinuousClock.now
    kill(running.process.processIdentifier, SIGTERM)
    let code = await running.end()
    #expect(code == 128 + SIGTERM)
    // A second, and slack for the tests beside this one.
    #expect(ContinuousClock.now - start < .seconds(8))
  }

  @Test func aTimeLimitHasItsCodeAndWhatTimedOutCanBeTrainedAnew() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let command = ["run", "grid.yaml", "-o", "out.h5", "--log", "log.jsonl"]
    let none = try await Program.run(command + ["--max-time", "0"], in: workplace)
    #expect(none.code == UserError.Code.budgetSpent.rawValue, "\(none.errors)")
    let late = try await Program.run(command + ["--trial-timeout", "0.0001"], in: workplace)
    #expect(late.code == UserError.Code.trialsFailed.rawValue, "\(late.errors)")
    var status = try ResultsReader.read(path: workplace.path("out.h5")).status
    #expect(status.allSatisfy { $0 == .timedOut })
    let anew = try await Program.run(command + ["--only", "failed"], in: workplace)
    #expect(anew.code == 0, "\(anew.errors)")
    status = try ResultsReader.read(path: workplace.path("out.h5")).status
    #expect(status.allSatisfy { $0 == .done })
    #expect(!FileManager.default.fileExists(atPath: workplace.path("out.h5.d")))

    let log = try String(contentsOfFile: workplace.path("log.jsonl"), encoding: .utf8)
    let ends = try log.split(separator: "\n").compactMap { line in
      let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return event?["exit_code"] as? Int32
    }
    #expect(ends == [none.code, late.code, anew.code])
  }
}
