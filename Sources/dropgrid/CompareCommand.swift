import Analysis
import ArgumentParser
import Console
import ExperimentModel
import Export
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

  @Flag(help: "Replace files that are there, also where they are no earlier comparisons.")
  var force = false

  func run() async throws {
    let junit = junit.map { output($0, .junit) }
    let summary = summary.map { output($0, .markdown) }
    try junit?.check()
    try summary?.check()
    let comparison = try SweepComparison(
      baseline: try read(baseline), candidate: try read(candidate), margin: margin)
    try junit?.write(comparison.junit())
    if let summary {
      let text = comparison.markdown()
      try summary.write(summary.isFile ? OutputKind.markdown(text) : text)
    }
    let styled = ProgressDisplay.style(file: STDOUT_FILENO).colour
    if junit?.isStandardOutput == true || summary?.isStandardOutput == true {
      // A document, and nothing beside it.
    } else if json {
      StandardOutput.json(try comparison.json() + "\n")
    } else {
      StandardOutput.write(comparison.text(styled: styled))
    }
    guard gate else { return }
    switch comparison.verdict {
    case .identical, .noHarm: return
    case .harm, .differentBits: throw ExitCode(UserError.Code.gateFailed.rawValue)
    case .inconclusive: throw ExitCode(UserError.Code.inconclusive.rawValue)
    }
  }

  private func output(_ path: String, _ kind: OutputKind) -> OutputFile {
    OutputFile(path, kind: kind, inputs: [baseline, candidate], replacing: force)
  }

  private func read(_ path: String) throws(UserError) -> ComparedSweep {
    let reader = try ResultsReader.telling(path)
    return ComparedSweep(
      name: path, engine: reader.engine, results: reader.results,
      configurations: TrialConfigurations(plan: reader.planText))
  }
}
