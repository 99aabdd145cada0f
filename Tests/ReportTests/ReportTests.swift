import Analysis
import ExperimentModel
import Foundation
import Report
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct ReportTests {
  /// 2 rates × 2 placements × 2 pools × 8 seeds; after is better by a point where the rate is 0.5.
  private static func results(title: String = "A small sweep", pool: String = "max") -> SweepResults
  {
    var rows: [(rate: Double, placement: String, pool: String, seed: Int64)] = []
    for seed in Int64(1)...8 {
      for rate in [0.25, 0.5] {
        for placement in ["before-pool", "after-pool"] {
          for pool in [pool, "average"] { rows.append((rate, placement, pool, seed)) }
        }
      }
    }
    let columns = [
      Column(name: "rate", path: "dropout.rate", values: .real(rows.map(\.rate))),
      Column(name: "placement", path: "dropout.placement", values: .text(rows.map(\.placement))),
      Column(name: "pool", path: "pool", values: .text(rows.map(\.pool))),
      Column(name: "seed", path: "seed", values: .integer(rows.map(\.seed))),
    ]
    let accuracy = rows.map { row -> [Float] in
      let effect = row.placement == "after-pool" && row.rate == 0.5 ? 0.01 : 0
      let luck = Double(row.seed * 37 % 11) / 1000 + (row.pool == "average" ? 0.002 : 0)
      return [0.5, Float(0.8 + effect + luck + Double(row.seed % 3) * row.rate / 1000)]
    }
    var status = rows.map { _ in TrialStatus.done }
    var messages = rows.map { _ in "" }
    status[0] = .diverged
    messages[0] = "loss <not> a number & \(title)"
    return SweepResults(
      title: title, question: "Does \(title) matter?",
      trialIDs: rows.indices.map { index in TrialID(bytes: (0..<16).map { _ in UInt8(index) }) },
      trialColumns: columns, status: status, messages: messages,
      epochsRun: rows.map { _ in 2 }, durations: rows.map { _ in 1 },
      metrics: [
        .testAccuracy: accuracy, .trainAccuracy: accuracy.map { $0.map { $0 + 0.1 } },
        .testLoss: accuracy.map { $0.map { 1 - $0 } },
        .trainLoss: accuracy.map { $0.map { 0.9 - $0 } },
      ],
      cells: rows.indices.map { PlannedCell(trial: $0, rule: "") }, cellColumns: columns,
      comparisons: [Comparison(factor: "placement", by: ["rate", "pool"])])
  }

  private static func report(_ results: SweepResults, grid: String = "seed: 1..8\n") throws
    -> SweepReport
  {
    try SweepReport(
      results,
      source: ReportSource(
        file: "small.h5", engine: "numerics 1", gridText: grid,
        datasets: [.init(name: "random", fingerprint: "00ff")],
        sessions: [
          .init(
            commandLine: "dropgrid run small.yaml", processor: "a processor",
            versions: "dropgrid 0.1", start: 0)
        ]))
  }

  private func parses(_ html: String) -> Bool {
    // The page is well-formed but for the elements that HTML leaves open.
    var text = html.replacing("<!DOCTYPE html>", with: "")
    text.replace(/<meta [^>]*>/, with: "")
    return XMLParser(data: Data(text.utf8)).parse()
  }

  @Test func thePageAnswersAndNeedsNothingElse() throws {
    let report = try Self.report(Self.results())
    let html = try report.html()
    #expect(parses(html))
    #expect(html.contains("<h1>A small sweep</h1>"))
    for answer in report.summary.answers { #expect(html.contains(answer)) }
    // One plot of effects, two panels of rates, two of learning, and the interactions.
    #expect(html.components(separatedBy: "<svg").count - 1 >= 6)
    #expect(html.contains("63 of 64"))
    #expect(html.contains("dropgrid run small.yaml"))
    for outside in ["http://", "https://", "<script", "<link", "url("] {
      let found = html.replacing("http://www.w3.org/", with: "")
      #expect(!found.contains(outside), "\(outside)")
    }
    // Every mark of a colour became the theme's.
    #expect(!html.contains("rgb("))
    #expect(html.contains("var(--series1)"))
    #expect(html.utf8.count < 1_000_000)
  }

  @Test func identifiersAreUnique() throws {
    let html = try Self.report(Self.results()).html()
    let ids = html.matches(of: /\bid=["']([^"']+)["']/).map { String($0.1) }
    #expect(!ids.isEmpty)
    #expect(Set(ids).count == ids.count)
    for use in html.matches(of: /href=["']#([^"']+)["']/) { #expect(ids.contains(String(use.1))) }
  }

  @Test func hostileTextStaysText() throws {
    let hostile = "</title><script>alert('x')</script>\" `touch /tmp/x` $0 | 1 ' \u{1} \\"
    let report = try Self.report(
      Self.results(title: hostile, pool: "'; set output '/tmp/no' # \(hostile)"),
      grid: "</pre>\n```\n" + hostile)
    let html = try report.html()
    #expect(parses(html))
    #expect(!html.contains("<script"))
    #expect(html.contains("&lt;script&gt;"))
    let markdown = report.markdown()
    #expect(markdown.contains("````text\n</pre>"))
    let outside = markdown.components(separatedBy: "````")[0]
    #expect(!outside.contains("<script"))
  }

  @Test func markdownHasTheSameNumbers() throws {
    let report = try Self.report(Self.results())
    let markdown = report.markdown()
    let html = try report.html()
    #expect(markdown.hasPrefix("# A small sweep\n"))
    #expect(!markdown.contains("<svg"))
    let family = report.summary.comparisons[0].family
    #expect(family.count == 4)
    for contrast in family {
      let mean = try #require(contrast.effects[.testAccuracy]).difference.mean
      let text = NumberText.signed(100 * mean, digits: 2)
      #expect(markdown.contains("| \(text) |"))
      #expect(html.contains(">\(text)</td>"))
    }
    #expect(markdown.contains("| 0 | diverged |"))
    #expect(markdown.contains("loss &lt;not&gt; a number"))
  }

  @Test func anEmptySweepHasAReport() throws {
    var results = Self.results()
    results.status = results.status.map { _ in .pending }
    let html = try Self.report(results).html()
    #expect(parses(html))
    #expect(html.contains("no pair of trials is complete yet"))
    #expect(html.contains("No analysis of variance"))
    results.comparisons = []
    #expect(try Self.report(results).markdown().contains("The grid compares nothing."))
  }

  @Test func oneSeedHasNoIntervals() throws {
    var results = Self.results()
    for index in results.status.indices where index >= 8 { results.status[index] = .pending }
    #expect(parses(try Self.report(results).html()))
  }

  @Test func withoutGnuplotThereIsARemedy() throws {
    let error = #expect(throws: UserError.self) {
      try Self.report(Self.results()).html(searching: "/nowhere:/")
    }
    #expect(error?.code == .badInput)
    #expect(error?.message.contains("gnuplot-nox") == true)
    #expect(error?.message.contains("--markdown") == true)
  }

  @Test func damagedResultsAreOneError() {
    var results = Self.results()
    results.status.removeLast()
    #expect(throws: UserError.self) { try Self.report(results) }
  }
}
