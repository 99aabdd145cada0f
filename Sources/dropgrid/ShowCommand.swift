import Analysis
import ArgumentParser
import Console
import Export
import Foundation
import ResultsStore

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the trials of a results file, the best first.")

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  @Flag(help: "Print the answer to the grid's question, as at the end of a run.")
  var answer = false

  @Option(
    help: """
      Print the answer to another question of the same trials: 'rate', averaged over the other \
      axes, or 'rate by placement, kind'. More than once for several.
      """)
  var compare: [String] = []

  @Flag(help: "List every trial.")
  var all = false

  @Flag(help: "Print as JSON.")
  var json = false

  @Option(
    help: """
      Show one trial in full: its row, its id or the beginning of it, or 'best', as for `export`.
      """)
  var trial: String?

  func validate() throws {
    guard trial == nil || !(answer || all || !compare.isEmpty) else {
      throw ValidationError("--trial shows one trial; leave out --answer, --compare and --all")
    }
  }

  func run() async throws {
    let reader = try ResultsReader.telling(file)
    if let trial {
      let row =
        trial == "best"
        ? try TrialChoice.best.row(in: reader) : try reader.results.row(named: trial)
      let detail = try TrialDetail(reader.completeResults(row: row), named: "\(row)")
      return json
        ? StandardOutput.json(try detail.json() + "\n") : StandardOutput.write(detail.text)
    }
    let results = reader.completeResults()
    let styled = ProgressDisplay.style(file: STDOUT_FILENO).colour
    if answer || !compare.isEmpty {
      let asked = try compare.map { try results.comparison($0) }
      let summary = try Summary(results, asked: asked.isEmpty ? nil : asked)
      json
        ? StandardOutput.json(try summary.json())
        : StandardOutput.write(summary.text(styled: styled))
    } else {
      let table = try TrialTable(results)
      json
        ? StandardOutput.json(try table.json())
        : StandardOutput.write(table.text(limit: all ? nil : 20, styled: styled))
    }
  }
}
