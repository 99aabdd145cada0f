import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// What a reader leaves out for damage, every command says.
@Suite struct ToldDamageTests {
  private static let commands = [
    "show a.h5", "show a.h5 --json", "show a.h5 --answer", "show a.h5 --trial 1", "status a.h5",
    "status a.h5 --json", "report a.h5 --markdown -o -", "compare a.h5 whole.h5",
    "compare whole.h5 a.h5", "plan grid.yaml --against a.h5", "merge a.h5 -o merged.h5",
    "export json a.h5", "export csv a.h5 -o tables", "export tensorboard a.h5 -o runs",
    "run grid.yaml -o a.h5", "run grid.yaml seed=1..4 --extend -o a.h5",
  ]

  /// A sweep of six trials as `a.h5`, changed, and as it was as `whole.h5`.
  private func workplace(
    _ change: (inout Data, SweepResults) throws -> Void
  ) async throws -> Program.Workplace {
    let workplace = try Program.Workplace()
    _ = try workplace.write(LostOutputTests.grid, as: "grid.yaml")
    let run = try await Program.run(["run", "grid.yaml", "-o", "whole.h5"], in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    var data = try Data(contentsOf: workplace.url.appending(path: "whole.h5"))
    try change(&data, try ResultsReader.read(path: workplace.path("whole.h5")))
    try data.write(to: workplace.url.appending(path: "a.h5"))
    return workplace
  }

  private func expectTold(_ message: String, in workplace: Program.Workplace) async throws {
    let damaged = try Data(contentsOf: workplace.url.appending(path: "a.h5"))
    for command in Self.commands {
      let outcome = try await Program.shell("\"$dropgrid\" \(command)", in: workplace)
      let told = outcome.errors.split(separator: "\n").filter { $0.contains(message) }
      #expect(told.count == 1, "\(command): \(outcome.errors)")
      try damaged.write(to: workplace.url.appending(path: "a.h5"))
    }
  }

  @Test func aFlippedFigureIsToldByEveryCommand() async throws {
    let workplace = try await workplace { data, results in
      let loss = try #require(results.metrics[.testLoss]?[2].last)
      let bytes = withUnsafeBytes(of: loss.bitPattern.littleEndian) { Data($0) }
      let place = try #require(data.range(of: bytes))
      data[place.lowerBound] ^= 1
    }
    try await expectTold("1 trial ", in: workplace)
    for command in ["status a.h5 --json", "show a.h5 --json", "show a.h5 --answer --json"] {
      let outcome = try await Program.shell("\"$dropgrid\" \(command)", in: workplace)
      #expect(outcome.output.contains("\"damaged\" : 1"), "\(command): \(outcome.output)")
    }
  }

  @Test func aMissingSealIsToldByEveryCommand() async throws {
    let workplace = try await workplace { data, _ in data.removeLast() }
    try await expectTold("has no seal", in: workplace)
    let status = try await Program.shell("\"$dropgrid\" status a.h5 --json", in: workplace)
    #expect(status.output.contains("\"sealed\" : false"))
  }
}
