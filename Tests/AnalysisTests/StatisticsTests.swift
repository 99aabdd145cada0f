import Analysis
import Testing

/// Every expected number comes from SciPy 1.17 (`st` is `scipy.stats`, `sp` `scipy.special`).
@Suite struct StatisticsTests {
  // sp.betainc(a, b, x)
  @Test(arguments: [
    (0.3, 4.5, 0.5, 0.001322950584267495), (0.9, 0.5, 4.5, 0.9999914619487767),
    (0.01, 2, 3, 0.0005920299999999999), (0.5, 200, 200.5, 0.5099766683798489),
    (0, 1, 1, 0), (1, 2, 2, 1),
  ])
  func betaAgrees(_ x: Double, _ a: Double, _ b: Double, _ expected: Double) {
    #expect(abs(incompleteBeta(x, a: a, b: b) - expected) <= 1e-12 * expected)
  }

  // st.t.cdf(t, df)
  @Test(arguments: [
    (1, 0.5, 0.6475836176504333), (9, -2.262, 0.025006422751227313),
    (9, 4.781, 0.9995000610384204), (3, -20, 0.0001366016251236558),
    (120, 1, 0.8403386380677895), (5, 0, 0.5),
  ])
  func cumulativeAgrees(_ df: Double, _ t: Double, _ expected: Double) {
    #expect(abs(StudentT(degreesOfFreedom: df).cumulative(t) - expected) <= 1e-12 * expected)
  }

  // st.t.ppf(p, df)
  @Test(arguments: [
    (1, 0.975, 12.706204736174694), (4, 0.975, 2.7764451051977934),
    (9, 0.975, 2.262157162798205), (9, 0.995, 3.249835541592126),
    (29, 0.975, 2.045229642132703), (2, 0.1, -1.8856180831641267),
    (150, 0.999, 3.145452531982356),
  ])
  func quantileAgrees(_ df: Double, _ p: Double, _ expected: Double) {
    #expect(abs(StudentT(degreesOfFreedom: df).quantile(p) - expected) <= 1e-10 * abs(expected))
  }

  // st.norm.ppf(p)
  @Test(arguments: [
    (0.975, 1.959963984540054), (0.8, 0.8416212335729143), (0.0005, -3.2905267314918945),
    (0.5, 0), (0.9999, 3.719016485455709),
  ])
  func normalQuantileAgrees(_ p: Double, _ expected: Double) {
    #expect(abs(normalQuantile(p) - expected) <= 1e-10)
  }

  @Test func pairedEffectAgrees() throws {
    let a = [0.8415, 0.8330, 0.8475, 0.8390, 0.8510, 0.8365, 0.8440, 0.8295, 0.8425, 0.8380]
    let b = [0.8350, 0.8345, 0.8400, 0.8325, 0.8465, 0.8310, 0.8385, 0.8300, 0.8350, 0.8365]
    let effect = try #require(PairedEffect(a: a, b: b))
    let interval = try #require(effect.difference.interval)
    let deviation = try #require(effect.difference.standardDeviation)
    let correlation = try #require(effect.correlation)
    // d = a - b; d.mean(), d.std(ddof=1)
    #expect(abs(effect.difference.mean - 0.0043) < 1e-12)
    #expect(abs(deviation - 0.0032930904093942796) < 1e-12)
    // The 25th smallest and the 25th largest of the means of all 1,023 subsets of d.
    #expect(abs(interval.lowerBound - 0.0018333333333333535) < 1e-12)
    #expect(abs(interval.upperBound - 0.006500000000000061) < 1e-12)
    #expect(effect.difference.method == .signFlip)
    // st.ttest_rel(a, b).confidence_interval(.95)
    let t = try #require(Estimate(zip(a, b).map { $0 - $1 })?.interval)
    #expect(abs(t.lowerBound - 0.001944265033654042) < 1e-12)
    #expect(abs(t.upperBound - 0.006655734966345965) < 1e-12)
    // np.corrcoef(a, b)[0, 1]
    #expect(abs(correlation - 0.8699915950898905) < 1e-12)
    // st.permutation_test((d,), np.mean, permutation_type='samples', n_resamples=np.inf).pvalue
    #expect(effect.pValue == 0.01171875)
    #expect(abs(effect.meanA - effect.meanB - 0.0043) < 1e-12)
    #expect(effect.difference.count == 10)
  }

  @Test func figuresInSinglePrecisionTieAsWritten() throws {
    // The differences 5, -2.5, 5, 7.5, 0, 2.5, 2.5 (in 1/1000) have tied sums, and
    // st.permutation_test gives 0.125; rounding to Float may not break the ties.
    let b = [0.81, 0.8135, 0.8225, 0.80, 0.79, 0.8330, 0.8180]
    let d = [0.005, -0.0025, 0.005, 0.0075, 0, 0.0025, 0.0025]
    let a = zip(b, d).map { Double(Float($0 + $1)) }
    let effect = try #require(PairedEffect(a: a, b: b.map { Double(Float($0)) }))
    #expect(effect.pValue == 0.125)
  }

  @Test func effectsOfFewSeeds() throws {
    #expect(PairedEffect(a: [], b: []) == nil)
    let one = try #require(PairedEffect(a: [0.9], b: [0.8]))
    #expect(one.difference.interval == nil)
    #expect(one.difference.standardDeviation == nil)
    #expect(one.correlation == nil)
    #expect(one.pValue == 1)
    let same = try #require(PairedEffect(a: [0.5, 0.6, 0.7], b: [0.5, 0.6, 0.7]))
    #expect(same.pValue == 1)
    #expect(Moments.correlation([1, 1, 1], [1, 2, 3]) == nil)
  }

  @Test func signFlipAgrees() {
    // d = [((i * 7919) % 41 - 14) / 100 for i in range(20)]
    // st.permutation_test((d,), np.sum, permutation_type='samples', n_resamples=2**20).pvalue
    let twenty = (0..<20).map { Double(($0 * 7919) % 41 - 14) / 100 }
    #expect(SignFlip.pValue(twenty, slack: 1e-9) == 0.14635467529296875)
    #expect(SignFlip.pValue([1, 2, 3, 4, 5]) == 0.0625)
    #expect(SignFlip.pValue([-1, -2, -3, -4, -5]) == 0.0625)
    #expect(SignFlip.pValue([]) == 1)
    #expect(SignFlip.pValue([0, 0, 0]) == 1)
  }

  @Test func signFlipAgreesWithEveryPattern() {
    var noise = Noise(stream: 1)
    for count in 1...9 {
      let values = (0..<count).map { _ in noise.next() + 0.5 }
      let observed = abs(values.reduce(0, +)) - 1e-9
      let hits = (0..<(1 << count)).count { pattern in
        let sum = values.indices.reduce(0.0) {
          $0 + (pattern >> $1 & 1 == 0 ? values[$1] : -values[$1])
        }
        return abs(sum) >= observed
      }
      let expected = Double(hits) / Double(1 << count)
      #expect(SignFlip.pValue(values, slack: 1e-9) == expected)
    }
  }

  @Test func drawnSignFlipIsCloseToExact() {
    // 40 integers, their 2^40 sums counted by convolution: p = 0.005343140484910691.
    let forty = (0..<40).map { Double(($0 * 7919) % 41 - 14) }
    let p = SignFlip.pValue(forty, slack: 1e-9)
    #expect(abs(p - 0.005343140484910691) < 4 * 0.000285)
    #expect(p == SignFlip.pValue(forty, slack: 1e-9))
    let most = SignFlip.pValue((0..<70).map { _ in 1.0 })
    #expect(most == SignFlip.smallestP(count: 70))
  }

  @Test func smallestPossibleP() {
    #expect(SignFlip.smallestP(count: 5) == 0.0625)
    #expect(SignFlip.smallestP(count: 10) == 2.0 / 1024)
    #expect(SignFlip.seeds(reaching: 0.05) == 6)
    #expect(SignFlip.seeds(reaching: 0.05 / 8) == 9)
    #expect(SignFlip.seeds(reaching: 1e-12) == nil)
  }

  @Test func holmAgrees() {
    // multipletests([.01, .04, .03, .005, .5, .04], method='holm')
    let adjusted = holm([0.01, 0.04, 0.03, 0.005, 0.5, 0.04])
    for (value, expected) in zip(adjusted, [0.05, 0.12, 0.12, 0.03, 0.5, 0.12]) {
      #expect(abs(value - expected) < 1e-12)
    }
    #expect(holm([]).isEmpty)
    #expect(holm([0.9, 0.8]) == [1, 1])
  }

  // The smallest n with 80% power of the two-sided paired t test, by st.nct and st.t.
  @Test(arguments: [
    (1.0, 0.05, 10), (0.5, 0.05, 34), (0.8, 0.05 / 8, 24), (2.0, 0.05, 5), (0.2, 0.01, 296),
  ])
  func pairsNeededAgree(_ effect: Double, _ level: Double, _ expected: Int) throws {
    #expect(abs(try #require(pairsNeeded(effect: effect, level: level)) - expected) <= 1)
  }

  @Test func hopelessEffectsNeedNoNumber() {
    #expect(pairsNeeded(effect: 1e-9, level: 0.05) == nil)
  }
}
