import ArgumentParser
import Console
import ExperimentModel
import Export
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

  @Flag(help: "Replace a file that is there, also where it is no earlier report.")
  var force = false

  func validate() throws {
    // What is no file has a name that says nothing.
    guard let output, OutputFile(output).isFile else { return }
    switch ending {
    case "md", "markdown", "": return
    case "html", "htm":
      guard markdown else { return }
      throw ValidationError("--markdown writes Markdown, and \(output) has the name of a page")
    default:
      guard !markdown else { return }
      throw ValidationError(
        "a report is a page (.html) or Markdown (.md, or any name with --markdown), and not what "
          + "\(output) is named; a browser prints the page as PDF")
    }
  }

  /// How the output's name ends.
  private var ending: String { URL(filePath: output ?? "").pathExtension.lowercased() }

  func run() async throws {
    let reader = try ResultsReader.telling(file)
    let url = URL(filePath: file)
    let isMarkdown = markdown || ["md", "markdown"].contains(ending)
    let output = OutputFile(
      output ?? url.deletingPathExtension().lastPathComponent + (markdown ? ".md" : ".html"),
      kind: isMarkdown ? .markdown : .page, inputs: [file], replacing: force)
    // Before the plots are drawn.
    try output.check()
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
    let text = isMarkdown ? report.markdown() : try report.html()
    guard output.isFile else { return try output.write(text) }
    try output.write(isMarkdown ? OutputKind.markdown(text) : text)
    StandardOutput.line(output.path)
  }
}
