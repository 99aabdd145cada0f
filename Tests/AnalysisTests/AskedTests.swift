import Analysis
import ExperimentModel
import Testing

/// What a sweep can show before it runs, and what is asked of it afterwards.
@Suite struct AskedTests {
  private static func sweep(seeds: ClosedRange<Int64> = 1...8) -> SweepBuilder {
    var builder = SweepBuilder()
    builder.seeds = seeds
    // The rate does the same everywhere, by a little more in some seeds than in others.
    builder.figures = { cell in
      .init(test: 0.8 - cell.rate * (0.01 + 0.0001 * Double(cell.seed)))
    }
    return builder
  }

  private static func plan(_ builder: SweepBuilder) -> Plan {
    let results = builder.build()
    let spec = TrialSpec(
      network: NetworkSpec(name: "n", blocks: [], dense: []), dropout: [],
      optimiser: OptimiserSpec(learningRate: 0.1), batch: 1, epochs: 1, data: DataSpec(name: "d"),
      seed: Seed(1))
    return Plan(
      title: "", question: "", gridText: "",
      trials: results.trialIDs.map { PlannedTrial(id: $0, spec: spec, architecture: 0, flops: 1) },
      trialColumns: results.trialColumns, cells: results.cells, cellColumns: results.cellColumns,
      architectures: [], datasets: [], epochs: 1, metrics: [], weights: .none,
      comparisons: results.comparisons)
  }

  @Test func aPlanSaysWhatItsSeedsCanShow() throws {
    var builder = Self.sweep(seeds: 1...5)
    builder.comparisons = [
      Comparison(factor: "placement", by: ["kind", "rate", "pool"]),
      Comparison(factor: "rate", by: []),
    ]
    let few = try PlannedPower.all(in: Self.plan(builder))
    // Rate 0 is one trial for both placements: 2 kinds × 2 rates × 2 pools are left.
    #expect(few[0].contrasts == 8 && few[0].seeds == 5...5)
    // 2 / 2ⁿ ≤ 0.05 / 8
    #expect(few[0].seedsToReach == 9 && !few[0].canDecide && few[0].detectable == nil)
    #expect(few[0].text == "8 contrasts of 5 seeds: no verdict is possible; it takes 9 seeds")
    #expect(few[1].contrasts == 2 && few[1].seedsToReach == 7 && !few[1].canDecide)

    builder.seeds = 1...24
    let more = try PlannedPower.all(in: Self.plan(builder))
    #expect(more[0].canDecide)
    let shown = try #require(more[0].detectable)
    // As many pairs as the effect needs, the other way round.
    #expect(pairsNeeded(effect: shown * 1.0001, level: 0.05 / 8) == 24)
    #expect(more[0].text == "8 contrasts of 24 seeds: shows 0.8 SD")
    // What a plan says agrees with what the run then can.
    let summary = try Summary(builder.build())
    #expect(summary.comparisons.map(\.familySize) == more.map(\.contrasts))
    #expect(summary.comparisons.map(\.seedsToReach) == more.map(\.seedsToReach))
  }

  @Test func seedsThatDifferBetweenContrastsAreSaid() throws {
    var builder = Self.sweep(seeds: 1...12)
    builder.isPlanned = { $0.pool == "max" || $0.seed <= 3 }
    let power = try PlannedPower.all(in: Self.plan(builder))[0]
    #expect(power.seeds == 3...12 && power.canDecide)
    #expect(
      power.text == "8 contrasts of 3 to 12 seeds: not all can get a verdict; it takes 9 seeds")
  }

  @Test func anotherQuestionIsLabelled() throws {
    let results = Self.sweep().build()
    #expect(try results.comparison("rate") == Comparison(factor: "rate", by: []))
    let by = try results.comparison("rate by placement,  pool")
    #expect(by == Comparison(factor: "rate", by: ["placement", "pool"]))
    for text in [
      "", "by", "rate by", "rate by rate", "rate by pool, pool", "seed",
      "rate by seed", "rate by ", "rate by pool,", "rate by ,pool",
    ] {
      #expect(throws: UserError.self, "\(text)") { try results.comparison(text) }
    }
    let asked = try Summary(results, asked: [try results.comparison("rate")])
    #expect(asked.comparisons.map(\.factor) == ["rate"])
    #expect(asked.answers.first?.hasPrefix("Asked after the run") == true)
    #expect(asked.comparisons[0].contrasts.allSatisfy { $0.isShown })
    let planned = try Summary(results)
    #expect(!planned.answers.contains { $0.hasPrefix("Asked") })
  }

  /// 8 seeds and 16 contrasts show nothing; averaged over the rest the rate is plain.
  @Test func answersAndTheAnalysisOfVarianceDoNotContradictEachOtherSilently() throws {
    var builder = Self.sweep()
    builder.comparisons = [Comparison(factor: "rate", by: ["placement", "kind", "pool"])]
    let summary = try Summary(builder.build())
    #expect(summary.comparisons[0].contrasts.allSatisfy { !$0.isShown })
    let answer = try #require(summary.answers.first)
    #expect(
      answer.contains("Averaged over placement, kind, pool the analysis of variance sees rate (F("),
      "\(answer)")
    #expect(answer.contains("p < 0.001, unadjusted): compare rate alone"), "\(answer)")
    // Where the factor does nothing there is nothing to say.
    builder.comparisons = [Comparison(factor: "placement", by: ["kind", "rate", "pool"])]
    let silent = try Summary(builder.build())
    #expect(silent.answers.allSatisfy { !$0.contains("analysis of") })
  }
}
