import Analysis
import ExperimentModel
import Testing

@Suite struct ContrastTests {
  /// Differs between seeds and is the same for every arm of a seed.
  private static func luck(_ seed: Int64) -> Double { Double(seed * 37 % 11) / 500 }

  private func judged(_ builder: SweepBuilder) throws -> ComparisonResult {
    ComparisonResult(
      try #require(builder.comparisons.first), in: try SweepTable(builder.build()), alpha: 0.05)
  }

  @Test func mergedCellsAreNoContrast() throws {
    let result = try judged(SweepBuilder())
    // 2 kinds × 3 rates × 2 pools; those of rate 0 have the same trial on both sides.
    #expect(result.contrasts.count == 12)
    #expect(result.familySize == 8)
    let same = result.contrasts.filter { $0.judgement?.verdict == .identicalByConstruction }
    #expect(same.count == 4)
    #expect(same.allSatisfy { $0.by["rate"]?.number == 0 && $0.effects.isEmpty })
  }

  @Test func contrastsAreSortedByTheirSettings() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5, 0.25]
    let places = try judged(builder).contrasts.map { "\($0.by.values.map(\.description))" }
    #expect(
      places.prefix(5) == [
        #"["element-wise", "0.25", "max"]"#, #"["element-wise", "0.25", "average"]"#,
        #"["element-wise", "0.5", "max"]"#, #"["element-wise", "0.5", "average"]"#,
        #"["spatial", "0.25", "max"]"#,
      ])
  }

  @Test func mergedPairsAreLeftOutOfAverages() throws {
    var builder = SweepBuilder()
    builder.comparisons = [Comparison(factor: "placement", by: [])]
    builder.figures = { .init(test: $0.placement == "after" ? 0.82 : 0.80) }
    let contrast = try #require(try judged(builder).contrasts.first)
    // Averaged with the zeros of rate 0 it would be two thirds of this.
    let effect = try #require(contrast.effects[.testAccuracy])
    #expect(abs(effect.difference.mean + 0.02) < 1e-6)
    #expect(contrast.identicalPairs == 40)
    #expect(contrast.pairs == 80)
    #expect(contrast.a == .text("before"))
  }

  @Test func ratesPairWithTheUndroppedTrialInEverySetting() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5, 0, 0.25]
    builder.comparisons = [Comparison(factor: "rate", by: ["kind", "placement", "pool"])]
    builder.figures = { .init(test: 0.8 + 0.1 * $0.rate + Self.luck($0.seed), loss: 1 - $0.rate) }
    let result = try judged(builder)
    #expect(result.contrasts.count == 16)
    #expect(result.familySize == 16)
    for contrast in result.contrasts {
      #expect(contrast.b.number == 0)
      let rate = try #require(contrast.a.number)
      let effect = try #require(contrast.effects[.testAccuracy])
      #expect(abs(effect.difference.mean - 0.1 * rate) < 1e-6)
      #expect(effect.pValue == 2.0 / 1024)
      #expect(abs(try #require(effect.correlation) - 1) < 1e-6)
      #expect(contrast.judgement?.verdict == .better)
      #expect(try abs(#require(contrast.effects[.testLoss]).difference.mean + rate) < 1e-6)
    }
    #expect(result.contrasts.prefix(2).map(\.a.number) == [0.25, 0.5])
  }

  @Test func textLevelsComeInOrderOfAppearance() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.placements = ["none", "before", "after"]
    builder.comparisons = [Comparison(factor: "placement", by: ["kind"])]
    let result = try judged(builder)
    let pairs = result.contrasts.prefix(3).map { "\($0.a)-\($0.b)" }
    #expect(pairs == ["none-before", "none-after", "before-after"])
    #expect(result.contrasts.count == 6)
  }

  @Test func equalBitsStayInTheFamilyWithoutAVote() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.figures = { cell in
      let isSame = cell.kind == "spatial" && cell.pool == "max"
      let effect = cell.placement == "after" && !isSame ? 0.01 : 0
      return .init(test: 0.8 + effect + Self.luck(cell.seed))
    }
    let result = try judged(builder)
    #expect(result.familySize == 4)
    let same = result.contrasts.filter { $0.judgement?.verdict == .identicalToTheBit }
    #expect(same.count == 1)
    #expect(same.first?.by["kind"] == .text("spatial"))
    #expect(same.first?.judgement?.adjustedP == 1)
    // The others are adjusted for four, not for three.
    #expect(result.contrasts.first?.judgement?.adjustedP == 4 * 2.0 / 1024)
    #expect(result.contrasts.first?.judgement?.verdict == .worse)
  }

  @Test func equalFinalFiguresAreNotEqualBits() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.figures = { .init(test: 0.8, loss: $0.placement == "after" ? 0.4 : 0.5) }
    let result = try judged(builder)
    #expect(result.contrasts.allSatisfy { $0.judgement?.verdict == .inconclusive })
    // No observed difference: there is nothing to find with more seeds.
    #expect(result.contrasts.allSatisfy { $0.judgement?.moreSeeds == nil })
  }

  @Test func unfinishedPairsAreExcludedAndCounted() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.comparisons = [Comparison(factor: "placement", by: ["pool"])]
    builder.figures = { .init(test: $0.kind == "spatial" ? 0.9 : 0.8 + Self.luck($0.seed)) }
    builder.status = { cell in
      if cell.seed == 10 { return .pending }
      return cell.seed == 3 && cell.kind == "spatial" && cell.placement == "after"
        ? .diverged : .done
    }
    let contrast = try #require(try judged(builder).contrasts.first)
    #expect(contrast.seeds == 9)
    #expect(contrast.plannedSeeds == 10)
    #expect(contrast.incompletePairs == 3)
    #expect(contrast.pairs == 17)
    let effect = try #require(contrast.effects[.testAccuracy])
    // Were the diverged cell dropped on its own, seed 3 would compare spatial with element-wise.
    #expect(effect.difference.interval == 0...0)
  }

  @Test func nothingCompleteIsNoVerdict() throws {
    var builder = SweepBuilder()
    builder.status = { _ in .pending }
    let result = try judged(builder)
    #expect(result.familySize == 8)
    #expect(result.family(of: .noData) == 8)
    #expect(result.contrasts.allSatisfy { $0.effects.isEmpty })
  }

  @Test func tooFewSeedsSayHowManyWouldDo() throws {
    var builder = SweepBuilder()
    builder.seeds = 1...5
    builder.figures = {
      .init(test: $0.placement == "after" ? 0.82 + Self.luck($0.seed) / 9 : 0.80)
    }
    let result = try judged(builder)
    #expect(result.seedsToReach == 9)
    let contrast = try #require(result.contrasts.first { !$0.effects.isEmpty })
    #expect(contrast.judgement?.verdict == .inconclusive)
    #expect(contrast.judgement?.isReachable == false)
    #expect(contrast.judgement?.moreSeeds == 4)
  }

  @Test func seedsNeededFollowTheObservedEffect() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.kinds = ["spatial"]
    builder.pools = ["max"]
    // Differences of mean 0.005 and deviation 0.01 · √(10/9): d = 0.4743.
    builder.figures = { cell in
      guard cell.placement == "before" else { return .init(test: 0.8) }
      return .init(test: 0.805 + (cell.seed % 2 == 0 ? 0.01 : -0.01))
    }
    let contrast = try #require(try judged(builder).contrasts.first)
    // 37 pairs by Guenther's formula ((1.95996 + 0.84162) / 0.4743)² + 1.92 = 36.8.
    #expect(contrast.judgement?.moreSeeds == 27)
    #expect(contrast.judgement?.isReachable == true)
  }

  @Test func sweepsWithoutSeedsHaveOneUnit() throws {
    var builder = SweepBuilder()
    builder.seeds = 1...1
    var results = builder.build()
    results.cellColumns.removeAll { $0.name == "seed" }
    results.trialColumns.removeAll { $0.name == "seed" }
    let table = try SweepTable(results)
    let contrasts = table.contrasts(Comparison(factor: "pool", by: ["rate"]))
    #expect(contrasts.count == 3)
    #expect(contrasts.allSatisfy { $0.seeds == 1 })
  }

  @Test func damagedResultsAreOneError() throws {
    func message(_ change: (inout SweepResults) -> Void) throws -> String {
      var results = SweepBuilder().build()
      change(&results)
      let error = #expect(throws: UserError.self) { try Summary(results) }
      #expect(error?.code == .badFile)
      return try #require(error).message
    }
    #expect(try message { $0.cells[3].trial = 9999 }.contains("cell 3 points to trial 9999"))
    #expect(try message { $0.cells[0].trial = -1 }.contains("trial -1"))
    #expect(try message { $0.status.removeLast() }.contains("status"))
    #expect(try message { $0.durations.removeLast() }.contains("duration"))
    #expect(try message { $0.metrics[.testLoss]?.removeLast() }.contains("test_loss"))
    #expect(
      try message { $0.comparisons = [Comparison(factor: "pol", by: [])] }
        .contains("'pol', which is none of their columns: batch, kind, placement, pool"))
    #expect(
      try message { $0.comparisons = [Comparison(factor: "rate", by: ["rate"])] }
        .contains("once"))
    #expect(
      try message { $0.comparisons = [Comparison(factor: "rate", by: ["seed"])] }
        .contains("seeds"))
  }
}

extension ComparisonResult {
  fileprivate func family(of verdict: Verdict) -> Int {
    contrasts.count { $0.judgement?.verdict == verdict }
  }
}
