import Analysis
import ExperimentModel
import Testing

/// What fits on a terminal, what is said once, and what two seeds can say.
@Suite struct SummaryLayoutTests {
  private func longest(_ text: String) -> Int {
    text.split(separator: "\n").map(\.count).max() ?? 0
  }

  @Test func manyLongColumnsFitAndNothingIsCut() throws {
    var builder = SummaryTests.firstLook()
    builder.kinds = ["element-wise with a long name", "spatial"]
    builder.placements = ["before-the-pooling-layer", "after-the-pooling-layer"]
    builder.comparisons.append(Comparison(factor: "kind", by: ["rate", "placement", "pool"]))
    for width in [72, 80, 100] {
      let text = try Summary(builder.build()).text(width: width)
      #expect(longest(text) <= width, "\(text)")
      #expect(!text.contains("…"))
    }
    // The name goes on below itself.
    let lines = try Summary(builder.build()).text(width: 72).split(separator: "\n")
    let row = try #require(
      lines.firstIndex { $0.hasPrefix("element-wise with") && $0.contains("before-the-") })
    #expect(lines[row + 1].contains("name") && lines[row + 1].contains("layer"))
    // Where not even the words fit side by side, the settings share a column.
    let narrow = try Summary(builder.build()).text(width: 46)
    #expect(longest(narrow) <= 46, "\(narrow)")
    #expect(narrow.contains("settings"))
    #expect(narrow.contains("rate 0.25, "))
    #expect(!narrow.contains("kind spatial"))
    // A word that two columns have says which of them it stands in.
    builder.placements[0] = "spatial"
    let shared = try Summary(builder.build()).text(width: 46)
    #expect(shared.contains("placement spatial") && shared.contains("kind spatial"))
  }

  @Test func notesAreSaidOnce() throws {
    let text = try Summary(SummaryTests.firstLook().build()).text()
    #expect(text.components(separatedBy: "Not shown is not equal").count == 2)
  }

  @Test func twoSeedsSayNothing() throws {
    var builder = SweepBuilder()
    builder.seeds = 1...2
    builder.rates = [0.5]
    builder.figures = {
      .init(test: $0.placement == "after" ? 0.82 + Double($0.seed) / 100 : 0.8)
    }
    let summary = try Summary(builder.build())
    let text = summary.text()
    #expect(!text.contains("±"), "\(text)")
    #expect(text.contains("Two seeds say next to nothing"))
    #expect(!text.contains("(+"), "a spread of two seeds tells no number of seeds")
    #expect(summary.arms.allSatisfy { $0.outcomes[.testAccuracy]?.interval == nil })
  }

  @Test func intervalsEndWhereAccuraciesDo() throws {
    var builder = SweepBuilder()
    builder.seeds = 1...3
    builder.rates = [0, 0.5]
    builder.figures = { cell in
      .init(test: cell.seed == 1 ? 0.2 : cell.placement == "after" ? 0.9 : 1, loss: 2)
    }
    let summary = try Summary(builder.build())
    let arms = summary.arms.compactMap { $0.outcomes[.testAccuracy]?.interval }
    #expect(arms.count == summary.arms.count)
    // Student's t alone would give 0.73 ± 1.15.
    #expect(arms.contains(0...1))
    let effects = summary.dropoutEffects.compactMap {
      $0.effects[.testAccuracy]?.difference.interval
    }
    #expect(effects.allSatisfy { $0.lowerBound >= -1 && $0.upperBound <= 1 })
    // Equal seeds show no spread, and that is no certainty.
    #expect(summary.arms.allSatisfy { $0.outcomes[.testLoss]?.interval == nil })
  }
}
