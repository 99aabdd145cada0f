import Analysis
import ExperimentModel
import Testing

@Suite struct VarianceTests {
  /// 5 seeds × 2 × 3 × 2 cells.
  private static func grid() -> CrossedGrid {
    var values: [Double] = []
    for i in 0..<2 {
      for j in 0..<3 {
        for k in 0..<2 {
          for s in 0..<5 {
            let mixed = s * 97 + i * 31 + j * 57 + k * 13 + i * j * 5 + s * i * j * 3
            let bend = (s * s * i + s * j * j * k) * 7
            let (x, y, z) = (Double(i), Double(j), Double(k))
            values.append(Double((mixed + bend) % 101) / 1000 + 0.8 + 0.01 * x * y - 0.004 * z)
          }
        }
      }
    }
    return CrossedGrid(
      factors: [
        .init(name: "i", levels: [.integer(0), .integer(1)]),
        .init(name: "j", levels: [.integer(0), .integer(1), .integer(2)]),
        .init(name: "k", levels: [.integer(0), .integer(1)]),
      ], seeds: (0..<5).map { .integer($0) }, values: values)
  }

  // statsmodels 0.15: AnovaRM(df, 'y', 's', within=list('ijk')) for F and p,
  // anova_lm(ols('y ~ C(s) + (C(i) + C(j) + C(k))**2', df).fit()) for the sums of squares.
  @Test func effectsAgreeWithStatsmodels() throws {
    let analysis = VarianceAnalysis(Self.grid())
    let expected: [([String], Int, Double, Double, Double)] = [
      (["i"], 1, 0.0026135999999999, 7.54340139981252, 0.0515582508887909),
      (["j"], 2, 0.00193543333333331, 1.42751249254748, 0.295009932580947),
      (["k"], 1, 0.0009760666666667, 1.49468499164149, 0.288599737078093),
      (["i", "j"], 2, 0.00330910000000003, 1.41400933670906, 0.297964115211949),
      (["i", "k"], 1, 0.000680066666666654, 2.66666666666673, 0.177807808356217),
      (["j", "k"], 2, 0.00165563333333335, 0.847012077881649, 0.463813684108313),
    ]
    let total = 0.06763373333333327
    #expect(analysis.effects.map(\.factors) == expected.map(\.0))
    for (effect, (_, degrees, squares, f, p)) in zip(analysis.effects, expected) {
      #expect(effect.degreesOfFreedom == degrees)
      #expect(abs(effect.sumOfSquares - squares) < 1e-12)
      #expect(abs(effect.share - squares / total) < 1e-10)
      #expect(try abs(#require(effect.f) - f) < 1e-8 * f)
      #expect(try abs(#require(effect.pValue) - p) < 1e-8)
    }
    #expect(abs(analysis.seedShare - 0.00504056666666665 / total) < 1e-10)
    #expect(abs(analysis.residualShare - 0.0514232666666666 / total) < 1e-10)
    #expect(analysis.cells == 12 && analysis.seeds == 5 && analysis.whyNot.isEmpty)
  }

  // The margins' differences by seed, with st.ttest_1samp(d, 0).confidence_interval().
  @Test func marginsAgreeWithPandas() throws {
    let analysis = VarianceAnalysis(Self.grid())
    let margin = try #require(
      analysis.marginal.first { $0.settings == Settings(names: ["j"], values: [.integer(2)]) })
    #expect(abs(margin.effect.mean + 0.00033333333333336325) < 1e-12)
    let interval = try #require(margin.effect.interval)
    #expect(abs(interval.lowerBound + 0.015042015503886277) < 1e-10)
    #expect(abs(interval.upperBound - 0.014375348837219552) < 1e-10)
    let both = try #require(
      analysis.interactions.first {
        $0.settings == Settings(names: ["i", "j"], values: [.integer(1), .integer(2)])
      })
    #expect(abs(both.effect.mean - 0.0105) < 1e-12)
    #expect(try abs(#require(both.effect.interval).upperBound - 0.028024992469191736) < 1e-10)
    #expect(analysis.interactions.count == 6 + 4 + 6)
  }

  @Test func mergedLevelsAreLeftOut() throws {
    var builder = SweepBuilder()
    builder.figures = { .init(test: 0.8 + 0.02 * $0.rate + 0.001 * Double($0.seed % 3)) }
    let grid = try SweepTable(builder.build()).crossedGrid()
    #expect(grid.factors.map(\.name) == ["rate", "kind", "placement", "pool"])
    #expect(grid.factors.map(\.levels.count) == [2, 2, 2, 2])
    #expect(grid.leftOut == Settings(names: ["rate"], values: [.real(0)]))
    let analysis = VarianceAnalysis(grid)
    #expect(analysis.effects.count == 10)
    // Rate and seed explain everything.
    #expect(abs(analysis.effects[0].share + analysis.seedShare - 1) < 1e-6)
    #expect(analysis.residualShare < 1e-6)
  }

  @Test func anUnfinishedSeedIsLeftOut() throws {
    var builder = SweepBuilder()
    builder.status = { $0.seed == 10 && $0.kind == "spatial" ? .pending : .done }
    let grid = try SweepTable(builder.build()).crossedGrid()
    #expect(grid.seeds.count == 9)
    #expect(grid.values.count == 16 * 9)
  }

  @Test func whereNothingIsCrossedItSaysWhy() throws {
    var builder = SweepBuilder()
    builder.status = { _ in .pending }
    let analysis = try Summary(builder.build()).variance
    #expect(analysis.whyNot.contains("no two seeds"))
    #expect(analysis.effects.isEmpty)
    builder = SweepBuilder()
    (builder.rates, builder.kinds) = ([0.5], ["spatial"])
    (builder.placements, builder.pools) = (["before"], ["max"])
    #expect(try Summary(builder.build()).variance.whyNot.contains("nothing but the seed varies"))
  }

  @Test func theoryStandsBesideWhatWasMeasured() throws {
    var builder = SweepBuilder()
    builder.figures = { cell in
      let isSame = cell.kind == "spatial" && (cell.pool == "max" || cell.rate == 0.5)
      return .init(test: cell.placement == "after" && !isSame ? 0.81 : 0.8)
    }
    let predictions = try Summary(builder.build()).predictions
    #expect(predictions.count == 8)
    #expect(predictions.count { $0.outcome == .confirmed } == 7)
    let open = try #require(predictions.first { $0.outcome == .open })
    #expect(open.settings["rate"] == .real(0.25))
    #expect(open.statement.contains("but for rounding"))
    builder.figures = { .init(test: $0.placement == "after" ? 0.81 : 0.8) }
    let wrong = try Summary(builder.build()).predictions
    #expect(wrong.count { $0.outcome == .contradicted } == 3)
  }

  @Test func speedIsAnOutcome() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.seeds = 1...2
    var results = builder.build()
    // The slowest trial gets down to 0.4: both thresholds are that.
    results.metrics[.trainLoss] = results.trialIDs.indices.map {
      $0 == 3 ? [0.9, 0.4] : [0.4, 0.2]
    }
    results.metrics[.testLoss] = results.trialIDs.indices.map { _ in [0.5, 0.7] }
    let table = try SweepTable(results)
    #expect(table.lossTarget == 0.4)
    #expect(table.outcome(.epochsToLoss, of: 3) == 2)
    #expect(table.outcome(.epochsToLoss, of: 0) == 1)
    #expect(table.outcome(.bestEpoch, of: 0) == 1)
    results.metrics[.trainLoss] = nil
    #expect(try SweepTable(results).outcome(.epochsToLoss, of: 0) == nil)
  }

  @Test func equivalenceNeedsAMargin() throws {
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.figures = { cell in
      let wiggle = Double(cell.seed % 3) * 0.001 * (cell.placement == "after" ? 1 : -1)
      return .init(test: 0.8 + (cell.seed % 2 == 0 ? wiggle : -wiggle))
    }
    var results = builder.build()
    let open = try Summary(results)
    #expect(open.comparisons[0].contrasts.allSatisfy { $0.judgement?.verdict == .inconclusive })
    #expect(open.text().contains("needs a margin"))
    results.margin = 0.5
    let summary = try Summary(results)
    for contrast in summary.comparisons[0].contrasts {
      #expect(contrast.judgement?.verdict == .equivalent)
      #expect(contrast.judgement?.equivalenceP == 4.0 / 1024)
      #expect(contrast.judgement?.isWithinMargin == true)
      #expect(contrast.judgement?.moreSeeds == nil)
    }
    #expect(!summary.text().contains("needs a margin"))
    #expect(summary.text().replacing("\n", with: " ").contains("equivalent within the margin in 4"))
    results.margin = 0.05
    let narrow = try Summary(results)
    #expect(narrow.comparisons[0].contrasts.allSatisfy { $0.judgement?.verdict == .inconclusive })
  }
}
