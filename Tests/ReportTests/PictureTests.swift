import Analysis
import ExperimentModel
import Report
import Testing

/// No picture leaves an arm out in silence.
@Suite struct PictureTests {
  private static func report(rates: [Double], placements: [String], batches: [Int64] = [32]) throws
    -> SweepReport
  {
    var rows: [(rate: Double, placement: String, batch: Int64, seed: Int64)] = []
    for seed in Int64(1)...3 {
      for rate in rates {
        for placement in placements { rows += batches.map { (rate, placement, $0, seed) } }
      }
    }
    var columns = [
      Column(name: "placement", path: "dropout.placement", values: .text(rows.map(\.placement))),
      Column(name: "batch", path: "batch", values: .integer(rows.map(\.batch))),
      Column(name: "seed", path: "seed", values: .integer(rows.map(\.seed))),
    ]
    if rates.count > 1 {
      columns.insert(
        Column(name: "rate", path: "dropout.rate", values: .real(rows.map(\.rate))), at: 0)
    }
    let losses = rows.indices.map { [Float($0 % 17) / 10 + 1, Float($0 % 13) / 10 + 0.5] }
    var results = SweepResults(
      title: "Many arms", question: "",
      trialIDs: rows.indices.map { row in
        TrialID(bytes: (0..<16).map { UInt8(truncatingIfNeeded: row >> (8 * $0)) })
      },
      trialColumns: columns, status: rows.map { _ in .done }, messages: rows.map { _ in "" },
      epochsRun: rows.map { _ in 2 }, durations: rows.map { _ in 1 },
      metrics: [
        .testAccuracy: losses.map { $0.map { 1 - $0 / 4 } }, .testLoss: losses, .trainLoss: losses,
        .trainAccuracy: losses.map { $0.map { 1 - $0 / 5 } },
      ],
      cells: rows.indices.map { PlannedCell(trial: $0, rule: "") }, cellColumns: columns,
      comparisons: [
        rates.count > 1
          ? Comparison(factor: "rate", by: ["placement"]) : Comparison(factor: "batch", by: [])
      ])
    results.constants = [Column(name: "epochs", path: "epochs", values: .integer([2]))]
    return try SweepReport(
      results,
      source: ReportSource(file: "m.h5", engine: "e", gridText: "", datasets: [], sessions: []))
  }

  private func names(in page: String, of plot: String) -> [String] {
    page.components(separatedBy: "<svg").filter { $0.contains("aria-label=\"\(plot)") }.flatMap {
      $0.matches(of: /<text>\s*<tspan[^>]*>([^<]*)<\/tspan>|<text>([^<]*)<\/text>/).map {
        String($0.1 ?? $0.2 ?? "").trimmingPrefix(" ").description
      }
    }
  }

  @Test(arguments: [4, 10])
  func everyArmHasACurve(_ count: Int) throws {
    let rates = (0..<count).map { Double($0) / 20 }
    let places = ["before-norm", "after-norm", "after-pool", "dense"]
    let page = try Self.report(rates: rates, placements: places).html()
    for place in places {
      let found = names(in: page, of: "Test loss by epoch: placement \(place)")
      for rate in rates {
        let name = rate == 0 ? "no dropout" : SettingValue.real(rate).description
        #expect(found.contains { $0.contains(name) }, "\(name) at \(place) is not among \(found)")
      }
    }
    #expect(!page.contains("panels are drawn"))
    #expect(page.contains("epochs 2"), "a constant of the grid")
  }

  @Test func linesBeyondTheColoursAreDashedAndDivided() throws {
    let batches = (1...40).map { Int64($0 * 8) }
    let page = try Self.report(rates: [0.5], placements: ["dense"], batches: batches).html()
    #expect(page.contains("Test loss by epoch: all trials (4 of 4)"))
    let found = names(in: page, of: "Test loss by epoch")
    for batch in batches { #expect(found.contains { $0.contains("batch \(batch)") }) }
    #expect(page.contains("stroke-dasharray"))
  }

  @Test func whatHasNoRoomIsCounted() throws {
    let batches = (1...30).map { Int64($0) }
    let page = try Self.report(rates: [0.1, 0.5], placements: ["dense"], batches: batches).html()
    #expect(page.contains("24 of 30 panels are drawn"))
    let markdown = try Self.report(
      rates: [0.1, 0.2, 0.5], placements: ["dense", "after-pool"], batches: batches
    ).markdown()
    #expect(!markdown.contains("panels are drawn"), "it has no plots")
    // 45 contrasts of rates: each level and each place is drawn.
    let many = try Self.report(
      rates: (0..<24).map { Double($0) / 30 }, placements: ["a", "b"]
    ).html()
    #expect(many.contains("6 contrasts are in the table alone"))
  }
}
