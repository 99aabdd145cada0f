import Analysis
import ExperimentModel
import Foundation
import Testing

@Suite struct SummaryTests {
  /// After is better by 0.8 points for element-wise before max pooling, spatial with max is the
  /// same to the bit, the rest is noise.
  static func firstLook() -> SweepBuilder {
    var builder = SweepBuilder()
    builder.comparisons.append(
      Comparison(factor: "rate", by: ["kind", "placement", "pool"]))
    builder.figures = { cell in
      let isSpatialMax = cell.kind == "spatial" && cell.pool == "max"
      let arm =
        UInt64(cell.rate * 100) * 8 + (cell.pool == "max" ? 4 : 0)
        + (cell.kind == "spatial" ? 2 : 0)
        + (cell.placement == "after" && !isSpatialMax ? 1 : 0)
      var noise = Noise(stream: UInt64(cell.seed) * 1000 + arm)
      var luck = Noise(stream: UInt64(cell.seed) * 1000 + 999)
      let shared = 0.004 * luck.next()
      let effect =
        cell.kind == "element-wise" && cell.pool == "max" && cell.placement == "after" ? 0.008 : 0
      let test = 0.842 + 0.03 * cell.rate + effect * (cell.rate > 0 ? 1 : 0)
      let loss = 0.72 - 0.4 * cell.rate + 0.01 * noise.next()
      let train = 0.999 - 0.08 * cell.rate + 0.001 * noise.next()
      return .init(
        test: ((test + shared + 0.002 * noise.next()) * 2000).rounded() / 2000, train: train,
        loss: loss)
    }
    return builder
  }

  private func longest(_ text: String) -> Int {
    text.split(separator: "\n").map(\.count).max() ?? 0
  }

  @Test func theAnswerComesFirst() throws {
    let text = try Summary(Self.firstLook().build()).text()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    #expect(lines[0] == "First look")
    #expect(lines[1] == "Should dropout stand before or after pooling?")
    #expect(lines[2] == "All 180 trials are complete.")
    #expect(lines[3] == "Same in every trial: batch 32.")
    #expect(lines[5] == "Answer")
    let flat = text.replacing("\n", with: " ")
    #expect(
      flat.contains(
        "Dropout after pooling is better than dropout before pooling in 2 of 8 settings "
          + "(element-wise dropout, max pooling); no difference shown in 4 (average pooling); "
          + "identical to the bit in 2 (spatial dropout, max pooling)."))
    #expect(flat.contains("Rate: better than no dropout in 16 of 16. The largest: rate 0.5 is"))
    #expect(flat.contains("Without dropout (max pooling): 99."))
    #expect(flat.contains("Without dropout (average pooling): 99."))
    #expect(longest(text) <= 80)
    #expect(!text.contains("\u{1B}"))
  }

  /// What accuracy does not show, the same pairs may in loss and gap; rates have a block of their own.
  @Test func thePairsAreDescribedInOtherFigures() throws {
    var builder = Self.firstLook()
    let accurate = builder.figures
    builder.figures = { cell in
      var figures = accurate(cell)
      if cell.placement == "before" { figures.testLoss += 0.25 }
      return figures
    }
    let text = try Summary(builder.build()).text()
    let blocks = text.components(separatedBy: "\n\n")
    let pairs = blocks.filter { $0.contains("the same pairs in test loss") }
    #expect(pairs.count == 1)
    let rows = try #require(pairs.first).split(separator: "\n").dropFirst(3)
    #expect(rows.count == 8)
    #expect(rows.allSatisfy { $0.contains(/\+0\.2\d\d ±0\.0\d\d/) })
    #expect(longest(text) <= 80)
  }

  @Test func contrastsAreLinedUp() throws {
    let text = try Summary(Self.firstLook().build()).text()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let start = try #require(lines.firstIndex { $0.hasPrefix("placement: before - after") })
    let table = lines[(start + 1)...].prefix(9)
    #expect(
      table.first?.split(separator: " ").map(String.init)
        == ["kind", "rate", "pool", "difference", "p", "verdict"])
    let ends = table.dropFirst().compactMap { $0.range(of: " ±").map { $0.upperBound } }
    #expect(ends.count == 8)
    #expect(table.dropFirst().count { $0.hasSuffix("after better") } == 2)
    #expect(table.dropFirst().count { $0.hasSuffix("identical bits") } == 2)
    #expect(table.dropFirst().count { $0.contains("not shown") } == 4)
    #expect(text.contains("4 more compare a trial with itself and are left out."))
  }

  @Test func stylesAreEscapesAlone() throws {
    let summary = try Summary(Self.firstLook().build())
    var styled = summary.text(styled: true)
    #expect(styled.contains("\u{1B}[1mAnswer\u{1B}[0m"))
    for code in ["[0m", "[1m", "[2m", "[1;32m"] {
      styled = styled.replacing("\u{1B}\(code)", with: "")
    }
    #expect(styled == summary.text())
  }

  @Test func oneContrastIsOneSentence() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.kinds = ["element-wise"]
    builder.pools = ["max"]
    builder.figures = { cell in
      let luck = Double(cell.seed % 3 - 1) / 1000
      return .init(test: cell.placement == "after" ? 0.85 + luck : 0.842)
    }
    let flat = try Summary(builder.build()).text().replacing("\n", with: " ")
    // d = 0.008 + (seed % 3 - 1) / 1000 for seeds 1 … 10; st.ttest_1samp(d, 0)
    //   .confidence_interval(.95) = 0.7416 to 0.8584 points.
    #expect(
      flat.contains(
        "Dropout after pooling is better than dropout before pooling (element-wise dropout, "
          + "rate 0.5, max pooling) by 0.80 points of test accuracy (95% interval 0.74 to 0.86, "
          + "10 seeds, p = 0.002)."))
  }

  @Test func aSingleContrastNeedsSixSeeds() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.kinds = ["spatial"]
    builder.pools = ["average"]
    builder.seeds = 1...5
    builder.figures = { .init(test: $0.placement == "after" ? 0.82 : 0.8) }
    let flat = try Summary(builder.build()).text().replacing("\n", with: " ")
    #expect(
      flat.contains(
        "No verdict on placement is possible with 5 seeds and 1 contrast: it takes at least 6 "
          + "seeds."))
    builder.seeds = 1...6
    #expect(
      try Summary(builder.build()).text().contains("Dropout after pooling is better than"))
  }

  @Test func comparisonsWithoutAPairAreSaid() throws {
    var builder = SweepBuilder()
    builder.pools = ["max"]
    builder.comparisons = [Comparison(factor: "pool", by: [])]
    #expect(try Summary(builder.build()).text().contains("Nothing to compare: no two levels of"))
    builder.rates = [0]
    builder.comparisons = [Comparison(factor: "kind", by: [])]
    #expect(
      try Summary(builder.build()).text().contains(
        "All levels of kind are the same experiment in every setting."))
  }

  @Test func aDifferenceThatIsNotShownIsSaidWithItsInterval() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.kinds = ["element-wise"]
    builder.pools = ["max"]
    builder.figures = { cell in
      guard cell.placement == "before" else { return .init(test: 0.8) }
      return .init(test: 0.805 + (cell.seed % 2 == 0 ? 0.01 : -0.01))
    }
    let flat = try Summary(builder.build()).text().replacing("\n", with: " ")
    // d = [-0.5, 1.5] * 5; the 25th smallest and largest of the means of all subsets: -0.5 and 1.5.
    #expect(
      flat.contains(
        "No difference between dropout before pooling and dropout after pooling is shown "
          + "(element-wise dropout, rate 0.5, max pooling): the first minus the second is 0.50 "
          + "points of test accuracy (95% interval -0.50 to 1.50, 10 seeds). About 27 more seeds "
          + "would show a difference as large."))
    #expect(flat.contains("not shown (+27)"))
  }

  @Test func partialSweepsSayWhatIsMissing() throws {
    var builder = Self.firstLook()
    builder.status = { cell in
      if cell.seed > 4 { return .pending }
      return cell.seed == 2 && cell.rate == 0.5 && cell.kind == "spatial" ? .diverged : .done
    }
    let text = try Summary(builder.build()).text()
    let flat = text.replacing("\n", with: " ")
    #expect(flat.contains("68 of 180 trials are complete; 108 pending, 4 diverged."))
    #expect(flat.contains("With 4 seeds the smallest p is 0.125: it cannot reach 0.05/8"))
    #expect(flat.contains("9 seeds can"))
    #expect(
      flat.contains(
        "No verdict on placement is possible with 4 seeds and 8 contrasts: it takes at least "
          + "9 seeds. Identical to the bit in 2 of 8. The largest difference so far: dropout before pooling minus dropout after "
          + "pooling (element-wise dropout, rate 0.25, max pooling) is -0.74 points of test "
          + "accuracy (95% interval -0.89 to -0.59, 4 seeds)."))
    #expect(!flat.contains("No difference"))
    #expect(flat.contains("50 of 80 pairs are incomplete and left out."))
    #expect(flat.contains("the training loss is not a number"))
    #expect(longest(text) <= 80)
  }

  @Test func nothingCompleteIsSaid() throws {
    var builder = Self.firstLook()
    builder.status = { _ in .pending }
    let summary = try Summary(builder.build())
    #expect(summary.best == nil)
    let text = summary.text()
    #expect(text.contains("0 of 180 trials are complete; 180 pending."))
    #expect(text.contains("Placement: no pair of trials is complete yet: nothing can be said."))
    #expect(!text.contains("Best arm"))
    #expect(try !summary.json().isEmpty)
  }

  @Test func emptyResultsDoNotTrap() throws {
    let results = SweepResults(
      title: "", question: "", trialIDs: [], trialColumns: [], status: [], messages: [],
      epochsRun: [], durations: [], metrics: [:], cells: [], cellColumns: [], comparisons: [])
    #expect(try Summary(results).text() == "There are no trials.\n")
    #expect(try TrialTable(results).text() == "There are no trials.\n")
  }

  @Test func armsHaveTheirMeans() throws {
    let summary = try Summary(Self.firstLook().build())
    // 2 pools × (no dropout + 2 rates × 2 placements × 2 kinds)
    #expect(summary.arms.count == 18)
    let best = summary.arms[try #require(summary.best)]
    #expect(best.settings["rate"]?.number == 0.5)
    #expect(best.settings["placement"] == .text("after"))
    #expect(best.settings["pool"] == .text("max"))
    #expect(summary.dropoutEffects.count == 16)
    #expect(summary.dropoutEffects.allSatisfy { $0.judgement == nil })
    #expect(best.outcomes[.testAccuracy]?.count == 10)
  }

  /// A grid that lists rate 0 once, with any kind and place, says what dropout changes in all.
  @Test func oneBaselineServesEveryKindAndPlace() throws {
    var builder = Self.firstLook()
    builder.isPlanned = { $0.rate > 0 || ($0.kind == "spatial" && $0.placement == "after") }
    let effects = try Summary(builder.build()).dropoutEffects
    #expect(effects.count == 16)
    #expect(effects.allSatisfy { $0.seeds == 10 && $0.b.number == 0 })
    #expect(Set(effects.map(\.by)).count == 8)
    // The pool is no matter of dropout: each has a baseline of its own.
    builder.isPlanned = { $0.rate > 0 || ($0.pool == "max" && $0.kind == "spatial") }
    let half = try Summary(builder.build()).dropoutEffects
    #expect(half.count == 8)
    #expect(half.allSatisfy { $0.by["pool"] == .text("max") })
  }

  @Test func rateZeroBesideASecondRateIsNotWithoutDropout() throws {
    var results = Self.firstLook().build()
    results.trialColumns.append(
      Column(
        name: "dense_rate", path: "dense.rate", values: .real(results.trialIDs.map { _ in 0.5 })))
    let text = try Summary(results).text()
    #expect(!text.contains("Without dropout"))
    #expect(text.contains("Rate: better than rate 0 in 16 of 16"))
  }

  @Test func jsonHasFullPrecision() throws {
    let summary = try Summary(Self.firstLook().build())
    let text = try summary.json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let comparisons = try #require(object["comparisons"] as? [[String: Any]])
    let contrast = try #require((comparisons[0]["contrasts"] as? [[String: Any]])?.last)
    let effects = try #require(contrast["effects"] as? [String: Any])
    let effect = try #require(effects["test_accuracy"] as? [String: Any])
    let difference = try #require(effect["difference"] as? [String: Any])
    let expected = summary.comparisons[0].contrasts.last?.effects[.testAccuracy]?.difference.mean
    #expect(difference["mean"] as? Double == expected)
    #expect((difference["interval"] as? [Double])?.count == 2)
    #expect((contrast["by"] as? [String: Any])?["pool"] as? String == "average")
    #expect((object["trials"] as? [String: Any])?["total"] as? Int == 180)
    #expect(try summary.json() == text)
  }

  @Test func seedsThatWereAddedLaterAreLabelled() throws {
    var results = Self.firstLook().build()
    #expect(try Summary(results).additions.isEmpty)
    let seeds = try #require(results.trialColumns.first { $0.name == "seed" })
    let late = (0..<seeds.count).map { (Int64(seeds.text(at: $0)) ?? 0) > 6 }
    results.generations = late.map { $0 ? 1 : 0 }
    let before = late.count { !$0 }
    func extended(finished: Int) -> SweepExtension {
      SweepExtension(earlierGrid: "seed: 1..6\n", trials: before, finished: finished, time: 1e9)
    }
    // Nobody can have looked where nothing had ended.
    results.extensions = [extended(finished: 0)]
    #expect(try Summary(results).additions.isEmpty)
    results.extensions = [extended(finished: 5)]
    let summary = try Summary(results)
    let label =
      "Added after the first look, when 5 of \(before) trials had ended: "
      + "\(late.count - before) trials (seed 7 to 10)."
    #expect(summary.answers.last?.hasPrefix(label) == true, "\(summary.answers)")
    #expect(summary.text(width: 400).contains(label))
    results.generations.removeLast()
    #expect(throws: UserError.self) { try Summary(results) }
  }
}
