import Analysis
import ExperimentModel
import Foundation
import Testing

@Suite struct TrialTableTests {
  private func results() -> SweepResults {
    var builder = SweepBuilder()
    builder.figures = { .init(test: 0.7 + $0.rate / 10 + Double($0.seed) / 100) }
    builder.status = { $0.seed == 10 ? .diverged : $0.seed == 9 ? .pending : .done }
    return builder.build()
  }

  @Test func theBestComeFirst() throws {
    let table = try TrialTable(results())
    #expect(table.rows.count == 180)
    #expect(table.rows[0].settings["seed"] == .integer(8))
    #expect(table.rows[0].settings["rate"] == .real(0.5))
    #expect(table.rows.prefix(144).allSatisfy { $0.status == "done" })
    // Equal figures stand in the file's order.
    #expect(table.rows[0].trial < table.rows[1].trial)
    #expect(table.rows.suffix(36).map(\.trial) == table.rows.suffix(36).map(\.trial).sorted())
  }

  @Test func theFilesOrderIsKept() throws {
    #expect(try TrialTable(results(), order: .file).rows.map(\.trial) == Array(0..<180))
  }

  @Test func rowsAreLimited() throws {
    let table = try TrialTable(results())
    let text = table.text(limit: 3)
    #expect(text.contains("… 177 more, --all shows them"))
    #expect(text.contains("Same in every trial: batch 32."))
    #expect(text.contains("144 of 180 trials are complete; 18 pending, 18 diverged."))
    #expect(text.contains("Every complete trial ran 2 epochs."))
    #expect(text.contains("… 13 more"))
    let lines = text.split(separator: "\n").map(String.init)
    let header = try #require(lines.firstIndex { $0.hasPrefix("trial ") })
    #expect(
      lines[header].split(separator: " ").map(String.init) == [
        "trial", "rate", "kind", "placement", "pool", "seed", "status", "accuracy", "loss",
      ])
    #expect(lines[header + 1].contains("83.00  0.500"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let all = table.text(limit: nil)
    #expect(!all.contains("--all"))
    #expect(all.split(separator: "\n").count > 190)
    #expect(table.text(limit: -1).contains("… 180 more"))
  }

  @Test func jsonHasEveryTrial() throws {
    let text = try TrialTable(results(), order: .file).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == 180)
    #expect((rows[0]["id"] as? String)?.count == 32)
    #expect((rows[0]["settings"] as? [String: Any])?["rate"] as? Double == 0)
    #expect((rows[0]["settings"] as? [String: Any])?["kind"] is NSNull)
    #expect(rows[179]["seconds"] == nil)
    #expect((rows[0]["outcomes"] as? [String: Any])?["test_accuracy"] is Double)
  }

  @Test func whatIsNoNumberIsNullInJSON() throws {
    var results = results()
    for (index, column) in results.trialColumns.enumerated() {
      guard case .real(var values) = column.values else { continue }
      values[0] = .nan
      results.trialColumns[index].values = .real(values)
    }
    results.damaged = 2
    let text = try TrialTable(results, order: .file).json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect((rows[0]["settings"] as? [String: Any])?["rate"] is NSNull)
    #expect((object["trials"] as? [String: Any])?["damaged"] as? Int == 2)
  }

  @Test func stoppedTrialsShowWhatTheyReached() throws {
    var results = results()
    for (row, accuracy) in [(0, 0.25), (1, 0.5)] {
      results.status[row] = .pruned
      results.epochsRun[row] = 1
      results.metrics[.testAccuracy]?[row] = [Float(accuracy)]
      results.metrics[.testLoss]?[row] = [1.5]
    }
    let table = try TrialTable(results)
    #expect(table.rows[0].status == "done")
    let pruned = try #require(table.rows.firstIndex { $0.status == "pruned" })
    #expect(table.rows[pruned].trial == 1 && table.rows[pruned + 1].trial == 0)
    #expect(table.rows[pruned].outcomes[.testAccuracy] == nil)
    // Wide enough for every column to have its place.
    let lines = table.text(limit: nil, width: 200).split(separator: "\n").map(String.init)
    let line = try #require(lines.first { $0.hasPrefix("    1 ") })
    #expect(line.split(separator: " ").suffix(4) == ["pruned", "1", "50.00", "1.500"])
  }

  @Test func whatIsNoColumnIsShownToo() throws {
    var results = results()
    results.constants = [Column(name: "epochs", path: "epochs", values: .integer([12]))]
    #expect(try TrialTable(results).text().contains("Same in every trial: batch 32, epochs 12."))
    #expect(try Summary(results).text().contains("Same in every trial: batch 32, epochs 12."))
    #expect(try TrialDetail(results, named: "0").text.contains("\n  epochs     12\n"))
  }

  @Test func oneTrialFitsEightyColumns() throws {
    var results = results()
    for metric in Metric.allCases { results.metrics[metric] = results.metrics[.testLoss] }
    results.messages[0] = String(repeating: "long ", count: 40)
    let text = try TrialDetail(results, named: "0").text
    for metric in Metric.allCases { #expect(text.contains(metric.rawValue)) }
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
  }

  @Test func figuresThatAreNotNumbersAreMissing() throws {
    var results = results()
    results.metrics[.testLoss]?[0] = [.nan, .infinity]
    results.metrics[.testAccuracy]?[1] = []
    let table = try TrialTable(results, order: .file)
    #expect(table.rows[0].outcomes[.testLoss] == nil)
    #expect(table.rows[1].outcomes[.testAccuracy] == nil)
    #expect(table.rows[1].outcomes[.gap] == nil)
    _ = try table.json()
  }
}
