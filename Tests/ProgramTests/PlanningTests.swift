import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Plans, parts of them, and the proof that merged cells are one.
@Suite struct PlanningTests {
  static let grid = """
    data: {name: fashion-mnist-mini, train: 96, test: 32}
    pool: [max, average]
    dropout: {rate: 0.5, kind: [element-wise, spatial], placement: [before-pool, after-pool]}
    epochs: 2
    seed: 1..3
    """

  private func workplace() throws -> Program.Workplace {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    return workplace
  }

  @Test func mergedCellsAreTheSameToTheLastBit() async throws {
    let workplace = try workplace()
    let outcome = try await Program.run(["audit", "grid.yaml", "--pairs", "4"], in: workplace)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("spatial dropout before a max pool"))
    #expect(outcome.output.contains("spatial dropout before an average pool"))
    #expect(outcome.output.hasSuffix("4 of 4 pairs are identical to the last bit.\n"))
    let none = try await Program.run(
      ["audit", "grid.yaml", "dropout.kind=element-wise"], in: workplace)
    #expect(none.code == 0)
    #expect(none.output.contains("there is nothing to compare"))
    let zero = try await Program.run(["audit", "grid.yaml", "dropout.rate=0"], in: workplace)
    #expect(zero.output.contains("merged because nothing in the training differs"))
  }

  @Test func shardsOfAKeptPlanAreThePlan() async throws {
    let workplace = try workplace()
    let planned = try await Program.run(
      ["plan", "grid.yaml", "seed=1..2", "-o", "plan.json"], in: workplace)
    #expect(planned.code == 0, "\(planned.errors)")
    let whole = try await Program.run(
      ["run", "--plan", "plan.json", "-o", "whole.h5"], in: workplace)
    #expect(whole.code == 0, "\(whole.errors)")
    let reference = try Recorded(workplace.path("whole.h5"))
    #expect(reference.finished == 12)
    var rows: Set<Int> = []
    for shard in 1...2 {
      let outcome = try await Program.run(
        ["run", "--plan", "plan.json", "--shard", "\(shard)/2"], in: workplace)
      #expect(outcome.code == 0, "\(outcome.errors)")
      let part = try Recorded(workplace.path("plan-\(shard)-of-2.h5"))
      #expect(part.ids == reference.ids)
      #expect(part.finished == 6)
      for row in part.ids.indices where part.status[row] == .done {
        #expect(rows.insert(row).inserted)
        #expect(part.weights[row] == reference.weights[row])
      }
    }
    let progress = try await Program.run(
      ["plan", "grid.yaml", "--against", "plan-1-of-2.h5"], in: workplace)
    #expect(
      progress.output.hasPrefix("6 trials pending\n6 trials done\n6 trials not in plan-1-of-2.h5\n")
    )
    #expect(progress.output.contains("  seed: 1, 2 there and 1..3 here\n"), "\(progress.output)")
  }

  @Test func plansAreShownInManyWays() async throws {
    let workplace = try workplace()
    for (arguments, part) in [
      (["--count"], "cells: 24\n"), (["--count", "seed=1..1000000000"], "at most"),
      (["--explain"], "spatial-max, bitwise"), (["--csv", "--where", "seed == 2"], "trial,id,"),
      (["--json"], "\"trialTable\""), (["--no-merge"], "24, one for each cell"),
    ] {
      let outcome = try await Program.run(["plan", "grid.yaml"] + arguments, in: workplace)
      if arguments.last == "seed=1..1000000000" {
        #expect(outcome.code == UserError.Code.badInput.rawValue)
        #expect(outcome.errors.hasPrefix("dropgrid: command line: seed: "))
      } else {
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains(part), "\(outcome.output)")
      }
    }
    let schema = try await Program.run(["schema"], in: workplace)
    #expect(try JSONSerialization.jsonObject(with: Data(schema.output.utf8)) is [String: Any])
  }

  @Test(arguments: [
    ["run"], ["run", "grid.yaml", "--plan", "plan.json"], ["run", "grid.yaml", "--shard", "3/2"],
    ["run", "grid.yaml", "dropout.rte=0"], ["plan", "grid.yaml", "--where", "sed == 1"],
    ["plan", "grid.yaml", "--csv", "--json"], ["audit", "grid.yaml", "--pairs", "0"],
  ])
  func mistakesOfTheCommandLine(arguments: [String]) async throws {
    let workplace = try workplace()
    let outcome = try await Program.run(arguments, in: workplace)
    #expect(outcome.code == UserError.Code.badInput.rawValue, "\(outcome.errors)")
    #expect(!outcome.errors.isEmpty)
  }

  @Test func aPlanThatIsNoneIsABadFile() async throws {
    let workplace = try workplace()
    for name in ["grid.yaml", "missing.json"] {
      let outcome = try await Program.run(["run", "--plan", name], in: workplace)
      #expect(outcome.code == UserError.Code.badFile.rawValue, "\(outcome.errors)")
    }
  }
}
