internal import Analysis
public import ExperimentModel
import Foundation

extension SweepReport {
  /// The report as one page that needs nothing else: styles and plots are inside, no scripts.
  ///
  /// - Throws: `UserError(.badInput)` with the remedy where gnuplot is missing.
  public func html() throws(UserError) -> String {
    try html(searching: ProcessInfo.processInfo.environment["PATH"] ?? "")
  }

  /// - Parameter path: directories to look for gnuplot in, as in the environment's PATH.
  package func html(searching path: String) throws(UserError) -> String {
    let gnuplot = try Gnuplot(path: path)
    var body = ""
    var drawn = 0
    for section in sections {
      body += "<section>\n" + HTML.element("h2", section.title) + "\n"
      body += (section.paragraphs + section.plotNotes).map { HTML.element("p", $0) + "\n" }.joined()
      if !section.plots.isEmpty {
        body += "<div class=\"\(section.isWide ? "plot" : "plots")\">\n"
        for plot in section.plots {
          drawn += 1
          body += "<figure>" + (try gnuplot.draw(plot, name: "p\(drawn)")) + "</figure>\n"
        }
        body += "</div>\n"
      }
      for (title, table) in section.tables {
        body += title.isEmpty ? "" : HTML.element("h3", title) + "\n"
        body += table.html
      }
      for (title, text) in section.code {
        body += HTML.element("h3", title) + "\n<pre><code>" + HTML.escape(text) + "</code></pre>\n"
      }
      body += "</section>\n"
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="generator" content="Dropgrid">
      <title>\(HTML.escape(summary.title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <main>
      <header>
      \(HTML.element("h1", summary.title))
      \(summary.question.isEmpty ? "" : HTML.element("p", summary.question, class: "question"))
      \(summary.claim.isEmpty ? "" : HTML.element("p", "Claim: \(summary.claim)", class: "question"))
      </header>
      <section class="answer">
      <h2>Answer</h2>
      \(answers.map { HTML.element("p", $0) }.joined(separator: "\n"))
      \(HTML.element("p", summary.trials.sentence, class: "note"))
      </section>
      <div class="facts">
      \(facts.map { "<div>" + HTML.element("b", $0.value) + HTML.element("span", $0.name) + "</div>" }
        .joined(separator: "\n"))
      </div>
      \(body)<footer><p>Made by Dropgrid. Every figure is computed from \(HTML.escape(source.file)).</p></footer>
      </main>
      </body>
      </html>

      """
  }

  /// What the report says first.
  var answers: [String] {
    summary.answers.isEmpty ? ["The grid compares nothing."] : summary.answers
  }

  /// Numbers to see at a glance.
  var facts: [(name: String, value: String)] {
    var facts = [("trials complete", "\(summary.trials.done) of \(summary.trials.total)")]
    facts.append(("arms", "\(summary.arms.count)"))
    if let seeds = summary.arms.map(\.complete).max() { facts.append(("seeds", "\(seeds)")) }
    if let best = summary.best, let accuracy = summary.arms[best].outcomes[.testAccuracy] {
      let place = summary.wording.phrase(summary.arms[best].settings)
      facts.append(
        (
          "best arm" + (place.isEmpty ? "" : ": \(place)"),
          NumberText.estimate(accuracy, of: .testAccuracy) + "%"
        ))
    }
    return facts
  }
}
