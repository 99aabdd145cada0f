import ArgumentParser
import ExperimentModel
import Foundation
import Report
import ResultsStore

struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a results file's answer as one page: HTML with plots, or Markdown.",
    discussion: """
      The page needs nothing else: it can be read offline, printed and sent. Plots are drawn by \
      gnuplot (Debian: gnuplot-nox).
      """)

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  @Option(
    name: .shortAndLong,
    help: "Where to write it (default: the file's name, here, with .html or .md; - is stdout).",
    completion: .file(extensions: ["html", "md"]))
  var output: String?

  @Flag(help: "Markdown without plots; so is what goes to a file whose name ends in .md.")
  var markdown = false

  func run() async throws {
    let reader = try ResultsReader(path: file)
    let url = URL(filePath: file)
    let report = try SweepReport(
      reader.completeResults(),
      source: ReportSource(
        file: url.lastPathComponent, engine: reader.engine, gridText: reader.gridText,
        datasets: reader.datasets.map { .init(name: $0.name, fingerprint: $0.fingerprint) },
        sessions: reader.sessions.map {
          .init(
            commandLine: $0.info.commandLine, processor: $0.info.cpu, versions: $0.info.versions,
            start: $0.start)
        }))
    let isMarkdown = markdown || output?.hasSuffix(".md") == true
    let text = isMarkdown ? report.markdown() : try report.html()
    let path =
      output ?? url.deletingPathExtension().lastPathComponent + (markdown ? ".md" : ".html")
    if path == "-" {
      print(text, terminator: "")
    } else {
      try TextFile.write(text, to: path)
      print(path)
    }
  }
}

/// A text file that is written whole or not at all.
enum TextFile {
  static func write(_ text: String, to path: String) throws(UserError) {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw UserError(
        .badFile, "\(path) cannot be written: \((error as NSError).localizedDescription)")
    }
  }
}
