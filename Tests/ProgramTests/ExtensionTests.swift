import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// A grid that changes after its sweep has begun.
@Suite struct ExtensionTests {
  static let grid = """
    title: Extended
    data: {name: fashion-mnist-mini, train: 96, test: 64}
    dropout: {rate: [0, 0.5]}
    epochs: 2
    seed: 1..2
    """

  private func workplace() throws -> Program.Workplace {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    return workplace
  }

  /// What two files have of a trial that both have done, by its id.
  private func trials(_ path: String) throws -> [TrialID: Kept] {
    let recorded = try Recorded(path)
    let pairs = recorded.ids.indices.filter { recorded.status[$0] == .done }.map { row in
      (
        recorded.ids[row],
        Kept(metrics: recorded.metrics.mapValues { $0[row] }, weights: recorded.weights[row])
      )
    }
    return Dictionary(uniqueKeysWithValues: pairs)
  }

  private struct Kept: Equatable {
    var metrics: [Metric: [UInt32]]
    var weights: [[UInt32]]
  }

  @Test func moreSeedsAreOneOverrideAndEndInTheSameBits() async throws {
    let workplace = try workplace()
    func run(_ arguments: String...) async throws -> Program.Outcome {
      try await Program.run(["run", "grid.yaml"] + arguments, in: workplace)
    }
    #expect(try await run("seed=1..4", "-o", "whole.h5").code == 0)
    #expect(try await run("-o", "out.h5").code == 0)
    let refused = try await run("seed=1..4", "-o", "out.h5")
    #expect(refused.code == UserError.Code.mismatch.rawValue)
    #expect(refused.errors.contains("4 of the grid's 8 are not in it"), "\(refused.errors)")
    #expect(refused.errors.contains("--extend"))

    let extended = try await run("seed=1..4", "-o", "out.h5", "--extend")
    #expect(extended.code == 0, "\(extended.errors)")
    #expect(extended.output.contains("out.h5: 4 trials are there, 4 to go"))
    #expect(extended.output.contains("Added after the first look, when 4 of 4 trials had ended"))
    #expect(extended.output.contains("seed 3, 4"), "\(extended.output)")
    #expect(try Recorded(workplace.path("out.h5")) == Recorded(workplace.path("whole.h5")))
    let reader = try ResultsReader(path: workplace.path("out.h5"))
    #expect(reader.sessions.count == 2)
    #expect(reader.results.cells.count == 8)

    // The grid that is in the file now goes on without the word, and its trials can be verified.
    let again = try await run("seed=1..4", "-o", "out.h5")
    #expect(again.code == 0, "\(again.errors)")
    #expect(again.output.contains("8 trials are there, 0 to go"))
    let verify = try await Program.run(["verify", "out.h5", "--retrain", "8"], in: workplace)
    #expect(verify.code == 0, "\(verify.errors)")
    let report = try await Program.run(["report", "out.h5", "-o", "out.md"], in: workplace)
    #expect(report.code == 0, "\(report.errors)")
    #expect(
      try String(contentsOfFile: workplace.path("out.md"), encoding: .utf8)
        .contains("Added after the first look"))
  }

  @Test func aGridThatAsksForOtherCellsLeavesTheOldOnes() async throws {
    let workplace = try workplace()
    func run(_ arguments: String...) async throws -> Program.Outcome {
      try await Program.run(["run", "grid.yaml", "-o", "out.h5"] + arguments, in: workplace)
    }
    #expect(try await run("--max-time", "0").code == UserError.Code.budgetSpent.rawValue)
    #expect(try await run("--only", "0").code == 0)
    // No longer rate 0, other epochs for the rest; a pool that the old cells do not mention.
    let changed = ["dropout.rate=0.5", "pool=max,average", "--extend"]
    let outcome = try await run(changed[0], changed[1], changed[2])
    #expect(outcome.code == 0, "\(outcome.errors)")
    let results = try ResultsReader.read(path: workplace.path("out.h5"))
    // 2 rates × 2 seeds before; rate 0.5 with an average pool is new.
    #expect(results.trialIDs.count == 6)
    #expect(results.status.count { $0 == .done } == 5)
    let cells = try #require(results.cellColumns.first { $0.name == "pool" })
    // Two old cells of rate 0 say nothing of a pool; those of rate 0.5 are the new grid's.
    let pools = (0..<cells.count).map(cells.text).sorted()
    #expect(pools == ["", "", "average", "average", "max", "max"])
    #expect(outcome.output.contains("1 trial of earlier grids is not trained"), "\(outcome.output)")
    // The old grid has its turn again.
    let back = try await run("--extend")
    #expect(back.code == 0, "\(back.errors)")
    #expect(try Recorded(workplace.path("out.h5")).finished == 6)
    // Other epochs are other trials, and none of the old ones is reused.
    let longer = try await run("epochs=3", "--extend")
    #expect(longer.code == 0, "\(longer.errors)")
    let last = try ResultsReader.read(path: workplace.path("out.h5"))
    #expect(last.trialIDs.count == 10)
    #expect(last.epochsRun.sorted() == [2, 2, 2, 2, 2, 2, 3, 3, 3, 3])
    // What has nothing to add is no extension.
    #expect(last.extensions.count == 2)
  }

  @Test func aGridThatIsThereIsNeverRefusedAndAddsNothing() async throws {
    let workplace = try workplace()
    func run(_ arguments: String...) async throws -> Program.Outcome {
      try await Program.run(["run", "grid.yaml", "-o", "out.h5"] + arguments, in: workplace)
    }
    #expect(try await run("seed=1..4").code == 0)
    let before = try ResultsReader(path: workplace.path("out.h5"))
    // Fewer seeds, the values in another order, another comparison: all the trials are there.
    for arguments in [
      ["--extend"], [], ["dropout.rate=0.5,0"], ["dropout.rate=0.5", "--extend"],
    ] {
      let outcome = try await Program.run(
        ["run", "grid.yaml", "-o", "out.h5"] + arguments, in: workplace)
      #expect(outcome.code == 0, "\(arguments): \(outcome.errors)")
      #expect(outcome.output.contains("8 trials are there, 0 to go"), "\(outcome.output)")
      let after = try ResultsReader(path: workplace.path("out.h5"))
      #expect(after.gridText == before.gridText)
      #expect(after.results.cells == before.results.cells)
      #expect(after.results.extensions.isEmpty)
      let plan = try await Program.run(
        ["plan", "grid.yaml", "--against", "out.h5"] + arguments.filter { $0 != "--extend" },
        in: workplace)
      #expect(!plan.output.contains("does not continue"), "\(plan.output)")
    }
    #expect(try await run("seed=1..4").code == 0)
    // It trains what is missing of it, and nothing else.
    #expect(try await run("seed=1..6", "--extend", "--max-time", "0").code != 0)
    let one = try await run("seed=5")
    #expect(one.code == 0, "\(one.errors)")
    #expect(try Recorded(workplace.path("out.h5")).finished == 10)
    // What it would record otherwise is refused, in `plan` as in `run`.
    let margin = try await run("seed=1..2", "margin=1")
    #expect(margin.code == UserError.Code.mismatch.rawValue)
    let plan = try await Program.run(
      ["plan", "grid.yaml", "margin=1", "--against", "out.h5"], in: workplace)
    #expect(plan.output.contains("does not continue out.h5 with this grid: its equivalence margin"))
  }

  @Test func aRefusalNamesTheSettingsThatDiffer() async throws {
    let workplace = try workplace()
    #expect(try await Program.run(["run", "grid.yaml", "-o", "out.h5"], in: workplace).code == 0)
    let changed = ["grid.yaml", "epochs=3", "dropout.rate=0,0.25"]
    let lines = "  dropout.rate: 0, 0.5 there and 0, 0.25 here\n  epochs: 2 there and 3 here\n"
    let refused = try await Program.run(["run", "-o", "out.h5"] + changed, in: workplace)
    #expect(refused.code == UserError.Code.mismatch.rawValue)
    #expect(refused.errors.contains(lines), "\(refused.errors)")
    let plan = try await Program.run(["plan", "--against", "out.h5"] + changed, in: workplace)
    #expect(plan.output.contains(lines), "\(plan.output)")
  }

  @Test func plansExtendAndShardsDoNot() async throws {
    let workplace = try workplace()
    func dropgrid(_ arguments: String...) async throws -> Program.Outcome {
      try await Program.run(arguments, in: workplace)
    }
    #expect(try await dropgrid("run", "grid.yaml", "-o", "out.h5").code == 0)
    #expect(try await dropgrid("plan", "grid.yaml", "seed=1..3", "-o", "p.json").code == 0)
    let extended = try await dropgrid("run", "--plan", "p.json", "-o", "out.h5", "--extend")
    #expect(extended.code == 0, "\(extended.errors)")
    #expect(try Recorded(workplace.path("out.h5")).finished == 6)
    let shard = try await dropgrid("run", "grid.yaml", "--shard", "1/2", "--extend")
    #expect(shard.code == UserError.Code.badInput.rawValue)
    #expect(shard.errors.contains("merge"))
    // Without a file it makes one.
    #expect(try await dropgrid("run", "grid.yaml", "-o", "new.h5", "--extend").code == 0)
    #expect(try Recorded(workplace.path("new.h5")).finished == 4)
  }

  /// Killed at many of the calls that change a file, skipped, or with half of the bytes written.
  @Test func aKilledExtensionLosesNothing() async throws {
    guard let shim = try await Self.shim() else { return }
    let workplace = try workplace()
    let whole = try await Program.run(
      ["run", "grid.yaml", "seed=1..3", "-o", "whole.h5", "--jobs", "1"], in: workplace)
    #expect(whole.code == 0, "\(whole.errors)")
    let reference = try trials(workplace.path("whole.h5"))
    #expect(reference.count == 6)
    let first = try await Program.run(
      ["run", "grid.yaml", "-o", "first.h5", "--jobs", "1"], in: workplace)
    #expect(first.code == 0, "\(first.errors)")

    let extend = ["run", "grid.yaml", "seed=1..3", "-o", "out.h5", "--jobs", "1", "--extend"]
    func start() throws {
      for name in ["out.h5", "out.h5.dropgrid-tmp", "out.h5.dropgrid-lock", "out.h5.d"] {
        try? FileManager.default.removeItem(atPath: workplace.path(name))
      }
      try FileManager.default.copyItem(
        atPath: workplace.path("first.h5"), toPath: workplace.path("out.h5"))
    }
    func broken(_ faults: [String: String]) async throws -> Int32 {
      try await Program.Running(
        extend, in: workplace, environment: faults.merging(["LD_PRELOAD": shim]) { $1 }
      ).end()
    }
    try start()
    #expect(try await broken(["FAULT_COUNT": workplace.path("count")]) == 0)
    #expect(try trials(workplace.path("out.h5")) == reference)
    let text = try String(contentsOfFile: workplace.path("count"), encoding: .utf8)
    let calls = try #require(text.split(separator: " ").first.flatMap { Int($0) })
    // The extension itself comes first, the two trials after it. `scripts/check-faults` takes more.
    var renamed = 0
    for call in stride(from: 1, through: calls, by: max(1, calls / 9)) {
      try start()
      let faults = ["FAULT_KILL_AT": "\(call)", call % 2 == 0 ? "FAULT_HALF" : "NONE": "1"]
      #expect(try await broken(faults) == SIGKILL, "call \(call) of \(calls)")
      // A whole file, the old one or the new one, with everything that was finished.
      let left = try trials(workplace.path("out.h5"))
      #expect(left.count >= 4)
      #expect(left.allSatisfy { reference[$0.key] == $0.value })
      if try Recorded(workplace.path("out.h5")).ids.count == 6 { renamed += 1 }
      let goesOn = try await Program.run(extend, in: workplace)
      #expect(goesOn.code == 0, "call \(call): \(goesOn.errors)")
      #expect(try trials(workplace.path("out.h5")) == reference)
      #expect(!FileManager.default.fileExists(atPath: workplace.path("out.h5.dropgrid-tmp")))
    }
    #expect(renamed > 0)
  }

  /// The library that breaks a program; nil where there is no C compiler.
  private static func shim() async throws -> String? {
    let source = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Faults/shim.c").path
    let output = FileManager.default.temporaryDirectory
      .appending(path: "dropgrid-shim-\(ProcessInfo.processInfo.processIdentifier).so").path
    let compiler = Process()
    compiler.executableURL = URL(filePath: "/usr/bin/env")
    compiler.arguments = [
      "sh", "-c",
      "${CC:-$(command -v cc || command -v clang)} -O1 -shared -fPIC -o \"$1\" \"$0\" -ldl", source,
      output,
    ]
    try compiler.run()
    compiler.waitUntilExit()
    return compiler.terminationStatus == 0 ? output : nil
  }
}
