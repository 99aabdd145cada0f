import Analysis
import ArgumentParser
import Console
import ExperimentModel
import Foundation
import ResultsStore

struct CompareCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Judge a results file against a baseline, arm by arm.",
    discussion: """
      With --gate the exit code is the judgement: 0 no harm, 8 a loss beyond the margin is shown \
      or the same engine gave other bits, 9 neither harm nor its absence is shown.
      """)

  @Argument(help: "The baseline's results file.", completion: .file(extensions: ["h5"]))
  var baseline: String

  @Argument(help: "The candidate's results file.", completion: .file(extensions: ["h5"]))
  var candidate: String

  @Option(help: "The loss that still passes, in points of test accuracy.")
  var margin = 2.0

  @Flag(help: "Leave with the judgement as exit code.")
  var gate = false

  @Option(help: "Write JUnit XML here.", completion: .file(extensions: ["xml"]))
  var junit: String?

  @Option(
    help: "Write Markdown here, for a CI step's summary.", completion: .file(extensions: ["md"]))
  var summary: String?

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let comparison = try SweepComparison(
      baseline: try read(baseline), candidate: try read(candidate), margin: margin)
    if let junit { try TextFile.write(comparison.junit(), to: junit) }
    if let summary { try TextFile.write(comparison.markdown(), to: summary) }
    let styled = ProgressDisplay.style(file: STDOUT_FILENO).colour
    if json {
      print(try comparison.json())
    } else {
      print(comparison.text(styled: styled), terminator: "")
    }
    guard gate else { return }
    switch comparison.verdict {
    case .identical, .noHarm: return
    case .harm, .differentBits: throw ExitCode(UserError.Code.gateFailed.rawValue)
    case .inconclusive: throw ExitCode(UserError.Code.inconclusive.rawValue)
    }
  }

  private func read(_ path: String) throws(UserError) -> ComparedSweep {
    let reader = try ResultsReader(path: path)
    return ComparedSweep(
      name: path, engine: reader.engine, results: reader.results,
      configurations: TrialConfigurations(plan: reader.planText))
  }
}
