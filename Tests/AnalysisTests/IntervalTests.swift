import Analysis
import Testing

/// Expected numbers come from SciPy 1.17 and NumPy.
@Suite struct IntervalTests {
  private static func integers(_ count: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919) % 41 - 14) / 100 }
  }

  // The k-th smallest and largest of the means of all subsets, listed by NumPy.
  @Test(arguments: [
    (12, 0.05, -0.053333333333333344, 0.092), (12, 0.1, -0.04, 0.07857142857142858),
    (6, 0.05, -0.14, 0.16),
  ])
  func invertedSignFlipsAgree(
    _ count: Int, _ level: Double, _ lower: Double, _ upper: Double
  ) throws {
    let interval = try #require(SignFlip.interval(Self.integers(count), level: level))
    #expect(abs(interval.lowerBound - lower) < 1e-12)
    #expect(abs(interval.upperBound - upper) < 1e-12)
  }

  @Test func fiveSignsRejectNothing() throws {
    #expect(SignFlip.interval(Self.integers(5)) == nil)
    #expect(SignFlip.interval([]) == nil)
    #expect(Estimate(differences: Self.integers(5))?.method == .studentT)
    #expect(Estimate(differences: Self.integers(6))?.method == .signFlip)
    #expect(Estimate(differences: Self.integers(19))?.method == .signFlip)
    #expect(Estimate(differences: Self.integers(20))?.method == .bca)
    #expect(Estimate([0.5])?.method == nil)
    #expect(SignFlip.interval([0.25, 0.25, 0.25, 0.25, 0.25, 0.25]) == 0.25...0.25)
  }

  @Test func theIntervalHoldsWhatTheTestAccepts() throws {
    var noise = Noise(stream: 20)
    for _ in 0..<50 {
      let values = (0..<9).map { _ in noise.next() + 0.6 }
      let interval = try #require(SignFlip.interval(values))
      #expect(interval.contains(0) == (SignFlip.pValue(values) > 0.05))
    }
  }

  // st.bootstrap((x,), np.mean, n_resamples=400000, method='BCa') gives 0.00980 to 0.02371 ± 2e-5.
  @Test func bootstrapAgrees() throws {
    let values = Self.integers(24).map { $0 * $0 }
    let interval = try #require(Bootstrap.interval(values))
    #expect(abs(interval.lowerBound - 0.00980) < 0.00025)
    #expect(abs(interval.upperBound - 0.02371) < 0.00035)
    #expect(interval == Bootstrap.interval(values))
    #expect(Bootstrap.interval([1]) == nil)
    #expect(Bootstrap.interval([2, 2, 2]) == 2...2)
  }

  // st.f.sf(f, between, within)
  @Test(arguments: [
    (3.5, 2, 18, 0.05199869781422897), (0.4, 1, 9, 0.5428209573601607),
    (12.25, 6, 54, 1.1986660560721841e-08), (80, 1, 7, 4.4414822465176536e-05), (0, 3, 5, 1),
  ])
  func fAgrees(_ f: Double, _ between: Double, _ within: Double, _ expected: Double) {
    #expect(abs(fTail(f, between: between, within: within) - expected) <= 1e-10 * expected)
  }

  // All 2^10 patterns of the differences as integers, listed in Python.
  @Test func oneSidedPAgrees() {
    let a = [0.8415, 0.8330, 0.8475, 0.8390, 0.8510, 0.8365, 0.8440, 0.8295, 0.8425, 0.8380]
    let b = [0.8350, 0.8345, 0.8400, 0.8325, 0.8465, 0.8310, 0.8385, 0.8300, 0.8350, 0.8365]
    let d = zip(a, b).map { $0 - $1 }
    #expect(SignFlip.positiveP(d.map { $0 + 0.01 }, slack: 1e-9) == 0.0009765625)
    #expect(SignFlip.positiveP(d.map { 0.005 - $0 }, slack: 1e-9) == 0.2734375)
    #expect(SignFlip.positiveP(d.map { -$0 }) == 1)
    #expect(SignFlip.positiveP((0..<40).map { _ in 1 }) == 1.0 / 65536)
  }
}
