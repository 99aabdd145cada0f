import ArgumentParser
import Console
import ResultsStore

struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Put the finished trials of several results files into one.",
    discussion: """
      The files must come from the same plan, data and engine, as those of `run --shard` do. A \
      trial that several files have must have the same numbers in all of them.
      """)

  @Argument(help: "The results files (HDF5).", completion: .file(extensions: ["h5"]))
  var files: [String]

  @Option(
    name: .shortAndLong, help: "The new results file.", completion: .file(extensions: ["h5"]))
  var output: String

  func run() async throws {
    let report = try ResultsMerge.merge(files, into: output, session: .current)
    for line in report.damage { StandardError.write("dropgrid: \(line)") }
    StandardOutput.line("\(output): \(report.finished) of \(report.trials) trials are finished")
    if report.repeated > 0 {
      StandardOutput.line("  \(report.repeated) were in more than one file, with the same numbers")
    }
  }
}
