import ExperimentModel
import Foundation
import ResultsStore
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reports, comparisons and the gate, as a user and a nightly job call them.
@Suite struct AnsweringTests {
  static let grid = """
    title: Two arms
    question: Does it help?
    data: {name: fashion-mnist-mini, train: 96, test: 96}
    dropout: {rate: [0, 0.5]}
    epochs: 2
    seed: 1..3
    """

  private static func sweep(_ seeds: String, as name: String, in workplace: Program.Workplace)
    async throws
  {
    _ = try workplace.write(grid, as: "grid.yaml")
    let outcome = try await Program.run(
      ["run", "grid.yaml", "seed=\(seeds)", "-o", name], in: workplace)
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  private static func text(_ name: String, in workplace: Program.Workplace) throws -> String {
    try String(contentsOfFile: workplace.path(name), encoding: .utf8)
  }

  @Test func aReportHoldsTheFiguresOfTheFile() async throws {
    let workplace = try Program.Workplace()
    try await Self.sweep("1..3", as: "out.h5", in: workplace)
    for arguments in [["report", "out.h5"], ["report", "out.h5", "--markdown"]] {
      let outcome = try await Program.run(arguments, in: workplace)
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    let html = try Self.text("out.html", in: workplace)
    #expect(html.contains("Does it help?") && html.contains("<svg"))
    #expect(!html.contains("<script src") && !html.contains("<link"), "one file is all of it")
    // The mean accuracy of each arm, computed here from the file.
    let results = try ResultsReader.read(path: workplace.path("out.h5"))
    let accuracies = try #require(results.metrics[.testAccuracy]).compactMap(\.last)
    let rates = try #require(results.trialColumns.first { $0.name == "rate" })
    let markdown = try Self.text("out.md", in: workplace)
    for rate in ["0", "0.5"] {
      let arm = accuracies.indices.filter { rates.text(at: $0) == rate }.map { accuracies[$0] }
      #expect(arm.count == 3)
      let mean = 100 * arm.reduce(0) { $0 + Double($1) } / 3
      #expect(markdown.contains(String(format: "%.2f", mean)), "rate \(rate): \(mean)")
    }
    let nowhere = try await Program.run(["report", "out.h5", "-o", "no/page.html"], in: workplace)
    #expect(nowhere.code == UserError.Code.badFile.rawValue)
  }

  @Test func theGateJudgesByItsExitCode() async throws {
    let workplace = try Program.Workplace()
    try await Self.sweep("1..3", as: "good.h5", in: workplace)
    try await Self.sweep("1..3", as: "same.h5", in: workplace)
    let same = try await Program.run(["compare", "good.h5", "same.h5", "--gate"], in: workplace)
    #expect(same.code == 0, "\(same.output)")
    #expect(same.output.contains("Identical to the bit in 2 arms"))

    // Two fresh seeds of so small a network show nothing either way.
    try await Self.sweep("8..9", as: "fresh.h5", in: workplace)
    let fresh = try await Program.run(
      [
        "compare", "good.h5", "fresh.h5", "--gate", "--margin", "0.1", "--junit", "junit.xml",
        "--summary", "summary.md",
      ], in: workplace)
    #expect(fresh.code == UserError.Code.inconclusive.rawValue, "\(fresh.output)")
    let junit = try XMLDocument(contentsOf: workplace.url.appending(path: "junit.xml"))
    #expect(try junit.nodes(forXPath: "//testcase").count == 3)
    #expect(try junit.nodes(forXPath: "//testcase/skipped").count >= 1)
    #expect(try junit.nodes(forXPath: "//testcase/failure").isEmpty)
    #expect(try Self.text("summary.md", in: workplace).contains("`fresh.h5` against `good.h5`"))

    // Without --gate the judgement is printed and nothing more.
    let told = try await Program.run(["compare", "good.h5", "fresh.h5"], in: workplace)
    #expect(told.code == 0)
    #expect(told.output.contains("Inconclusive"))
  }

  @Test func sweepsOfDifferentGridsAreNotCompared() async throws {
    let workplace = try Program.Workplace()
    try await Self.sweep("1..3", as: "good.h5", in: workplace)
    let other = try await Program.run(
      ["run", "grid.yaml", "epochs=1", "-o", "other.h5"], in: workplace)
    #expect(other.code == 0, "\(other.errors)")
    let outcome = try await Program.run(
      ["compare", "good.h5", "other.h5", "--gate"], in: workplace)
    #expect(outcome.code == UserError.Code.badInput.rawValue, "\(outcome.output)")
    #expect(outcome.errors.hasPrefix("dropgrid: other.h5"))
  }
}
