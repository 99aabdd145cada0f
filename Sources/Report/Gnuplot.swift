internal import ExperimentModel
import Foundation

/// Draws with the program gnuplot.
struct Gnuplot {
  private let program: URL

  /// - Throws: `UserError(.badInput)` with the remedy where gnuplot is not on the PATH.
  init(path: String) throws(UserError) {
    let places = path.split(separator: ":").map {
      URL(filePath: String($0)).appending(path: "gnuplot")
    }
    guard let found = places.first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
    else {
      throw UserError(
        .badInput,
        "gnuplot draws the report's plots and is not on the PATH; install it (Debian: apt-get "
          + "install gnuplot-nox), or use --markdown for a report without plots")
    }
    program = found
  }

  /// The SVG that `script` draws, made to stand inside an HTML page.
  ///
  /// - Parameter name: unique in the page.
  /// - Throws: `UserError(.badFile)` with gnuplot's own words where it fails.
  func draw(_ plot: Plot, name: String) throws(UserError) -> String {
    let (output, errors, status) = try run(plot.script(name: name))
    guard status == 0, let start = output.range(of: "<svg"), output.contains("</svg>") else {
      let words = errors.trimmingCharacters(in: .whitespacesAndNewlines)
      throw UserError(
        .badFile, "gnuplot cannot draw a plot: \(words.isEmpty ? "no output" : words)")
    }
    return Self.inlined(String(output[start.lowerBound...]), name: name, plot)
  }

  /// Identifiers that no other plot has, colours that follow the page's theme, words for those
  /// who cannot see it.
  private static func inlined(_ svg: String, name: String, _ plot: Plot) -> String {
    var text =
      svg
      .replacing("'gp", with: "'\(name)").replacing("#gp", with: "#\(name)")
      .replacing("id=\"gnuplot_canvas\"", with: "id=\"\(name)canvas\"")
      .replacing("id='textbox'", with: "id='\(name)textbox'")
      .replacing("id='greybox'", with: "id='\(name)greybox'")
      .replacing("\"black\"", with: "\"var(--ink)\"").replacing("'black'", with: "'var(--ink)'")
      .replacing(
        "<svg",
        with: "<svg role=\"img\" aria-label=\"\(HTML.escape(plot.title))\" "
          + "style=\"min-width:\(plot.width * 3 / 4)px\"",
        maxReplacements: 1)
    text.replace(/<title>[^<]*<\/title>/, with: "")
    text.replace(/<desc>[^<]*<\/desc>/, with: "")
    // A quarter of the page were groups without anything in them and marks that nothing uses.
    text.replace(/<g [^>]*>\s*<\/g>\s*/, with: "")
    text.replace(/\s*<filter [\s\S]*?<\/filter>/, with: "")
    if let marks = text.firstRange(of: /<defs>[\s\S]*?<\/defs>\s*/),
      !text[marks.upperBound...].contains("<use ")
    {
      text.removeSubrange(marks)
    }
    text.replace(/rgb\( *(\d+), *(\d+), *(\d+)\)/) { match in
      guard let red = Int(match.1), let green = Int(match.2), let blue = Int(match.3) else {
        return String(match.0)
      }
      let colour = PlotColour.allCases.first { $0.value == red << 16 | green << 8 | blue }
      return colour.map { "var(--\($0.rawValue))" } ?? String(match.0)
    }
    return text
  }

  /// The operating system's words for an error of Foundation's.
  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    let cause = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard cause.domain == NSPOSIXErrorDomain else { return "it does not start" }
    return String(cString: strerror(Int32(truncatingIfNeeded: cause.code)))
  }

  private func run(_ script: String) throws(UserError) -> (String, String, Int32) {
    let process = Process()
    process.executableURL = program
    // -d: the user's own settings do not change a report.
    process.arguments = ["-d", "-"]
    let input = Pipe(), output = Pipe(), errors = Pipe()
    (process.standardInput, process.standardOutput) = (input, output)
    process.standardError = errors
    do {
      try process.run()
      // The script is short of a pipe's buffer only by luck: write beside the reading.
      let bytes = Data(script.utf8)
      let writer = Thread {
        try? input.fileHandleForWriting.write(contentsOf: bytes)
        try? input.fileHandleForWriting.close()
      }
      writer.start()
      let text = try output.fileHandleForReading.readToEnd() ?? Data()
      let words = try errors.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (
        String(decoding: text, as: UTF8.self), String(decoding: words, as: UTF8.self),
        process.terminationStatus
      )
    } catch {
      throw UserError(
        .badFile, "\(program.path) cannot be run: \(Self.reason(error)); install gnuplot anew")
    }
  }
}
