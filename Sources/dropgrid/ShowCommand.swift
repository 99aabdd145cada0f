import Analysis
import ArgumentParser
import Console
import Foundation
import ResultsStore

struct ShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print the trials of a results file, the best first.")

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  @Flag(help: "Print the answer to the grid's question, as at the end of a run.")
  var answer = false

  @Flag(help: "List every trial.")
  var all = false

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let results = try ResultsReader.read(path: file)
    let styled = ProgressDisplay.style(file: STDOUT_FILENO).colour
    if answer {
      let summary = try Summary(results)
      print(json ? try summary.json() : summary.text(styled: styled), terminator: "")
    } else {
      let table = try TrialTable(results)
      print(
        json ? try table.json() : table.text(limit: all ? nil : 20, styled: styled),
        terminator: "")
    }
  }
}
