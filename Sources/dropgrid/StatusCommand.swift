import ArgumentParser
import Console
import ExperimentModel
import Foundation
import ResultsStore

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Say how far a sweep is, while it runs or afterwards.",
    discussion: "Reads the results file and its lock; a run that is under way is not disturbed.")

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  @Flag(help: "Print as JSON.")
  var json = false

  func run() async throws {
    let progress = try SweepProgress.read(path: file)
    for line in progress.damage { StandardError.write("dropgrid: \(line)") }
    guard json else {
      return StandardOutput.write(progress.text)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    StandardOutput.json(String(decoding: try encoder.encode(progress), as: UTF8.self) + "\n")
  }
}
