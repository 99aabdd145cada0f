import Analysis
import ExperimentModel
import Testing

@Suite struct SimulationTests {
  /// One contrast of ten seeds: the exact test's size is 50/1024 = 4.88%, neither more nor much
  /// less.
  @Test func aSingleNullIsRejectedAsOftenAsTheLevelSays() {
    var noise = Noise(stream: 10)
    let sets = 4000
    let rejected = (0..<sets).count { _ in
      SignFlip.pValue((0..<10).map { _ in noise.next() }) <= 0.05
    }
    // ±3.5 standard errors of 0.34%.
    #expect((0.037...0.061).contains(Double(rejected) / Double(sets)))
  }

  /// Eight contrasts that share half of their noise: any false finding in at most 5%.
  @Test func aFamilyOfNullsIsRejectedAtMostAsOften() {
    var noise = Noise(stream: 11)
    let sets = 2000
    let rejected = (0..<sets).count { _ in
      let common = (0..<10).map { _ in noise.next() }
      let p = (0..<8).map { _ in SignFlip.pValue(common.map { $0 + noise.next() }) }
      return holm(p).contains { $0 <= 0.05 }
    }
    #expect((0.01...0.06).contains(Double(rejected) / Double(sets)))
  }

  /// Four cells that share their seed's luck are one difference, not four: counted as four
  /// independent ones they reject a true null several times as often.
  @Test func theSeedIsTheUnit() throws {
    var noise = Noise(stream: 12)
    let comparison = Comparison(factor: "placement", by: [])
    var builder = SweepBuilder()
    builder.rates = [0.5]
    builder.seeds = 1...8
    builder.comparisons = [comparison]
    var results = builder.build()
    let cells = builder.cells
    let sets = 1500
    var rejected = 0
    for _ in 0..<sets {
      var luck: [String: Double] = [:]
      let rows: [[Float]] = cells.map { cell in
        let key = "\(cell.seed) \(cell.placement)"
        let shared = luck[key] ?? noise.next()
        luck[key] = shared
        return [Float(0.8 + 0.01 * shared + 0.002 * noise.next())]
      }
      results.metrics = [.testAccuracy: rows]
      let result = ComparisonResult(comparison, in: try SweepTable(results), alpha: 0.05)
      let contrast = try #require(result.contrasts.first)
      try #require(result.contrasts.count == 1)
      #expect(contrast.seeds == 8)
      #expect(contrast.pairs == 32)
      if contrast.judgement?.verdict != .inconclusive { rejected += 1 }
    }
    // The size of the exact test at 8 seeds is 12/256 = 4.7%.
    #expect(Double(rejected) / Double(sets) <= 0.06)
    #expect(rejected > 0)
  }

  /// A true difference of exactly the margin is called equivalent no more often than the level says.
  @Test func equivalenceErrsAsOftenAsTheLevelSays() throws {
    var noise = Noise(stream: 14)
    var builder = SweepBuilder()
    (builder.rates, builder.kinds, builder.pools) = ([0.5], ["spatial"], ["max"])
    var results = builder.build()
    results.margin = 2
    let cells = builder.cells
    let sets = 1500
    let found = try (0..<sets).count { _ in
      let rows = cells.map {
        [Float(0.8 + ($0.placement == "after" ? 0.02 : 0) + 0.005 * noise.next())]
      }
      results.metrics = [.testAccuracy: rows]
      let summary = ComparisonResult(
        builder.comparisons[0], in: try SweepTable(results), alpha: 0.05)
      return try #require(summary.contrasts.first?.judgement).isWithinMargin
    }
    // At most 51/1024 = 4.98%, ±3.5 standard errors of 0.56%.
    #expect((0.03...0.07).contains(Double(found) / Double(sets)), "\(found)")
  }

  /// How often 95% intervals of each method hold the truth, and how often a difference of one
  /// deviation is shown by ten seeds (the paired t test: 80.3%, by st.nct).
  @Test func intervalsCoverAndTestsHavePower() throws {
    var noise = Noise(stream: 13)
    func covered(_ count: Int, sets: Int) throws -> Double {
      let hits = try (0..<sets).count { _ in
        let values = (0..<count).map { _ in noise.next() }
        return try #require(Estimate(differences: values)?.interval).contains(0)
      }
      return Double(hits) / Double(sets)
    }
    // Student's t, exact: 95% ± 3.5 standard errors.
    #expect((0.933...0.967).contains(try covered(5, sets: 2000)))
    // Inverted sign flips of 8: 1 - 12/256 = 95.3%.
    #expect((0.936...0.970).contains(try covered(8, sets: 2000)))
    // BCa of 20: known to be a little short.
    #expect((0.90...0.97).contains(try covered(20, sets: 200)))
    let shown = (0..<2000).count { _ in
      SignFlip.pValue((0..<10).map { _ in 1 + noise.next() }) <= 0.05
    }
    #expect((0.75...0.84).contains(Double(shown) / 2000))
  }
}
