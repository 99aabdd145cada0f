/// The sign-flip test of paired differences: under the null each difference is as likely as its
/// negative, so every pattern of signs is equally likely (Fisher 1935, §21; Pitman 1937).
package enum SignFlip {
  /// The most differences whose 2ⁿ patterns are all counted; above it patterns are drawn.
  package static let mostExact = 30
  /// Patterns drawn for more than `mostExact` differences.
  package static let draws = 65_535

  /// The smallest two-sided p that `count` differences can give: 2 / 2ⁿ, where all patterns count.
  package static func smallestP(count: Int) -> Double {
    if count < 1 { return 1 }
    return count <= mostExact ? 1 / Double(1 << (count - 1)) : 1 / Double(draws + 1)
  }

  /// The smallest number of differences that can reach p ≤ `level`; nil where none can.
  package static func seeds(reaching level: Double) -> Int? {
    (1...mostExact + 1).first { smallestP(count: $0) <= level }
  }

  /// The two-sided p: the share of sign patterns with |Σ ±d| at least as large as |Σ d|.
  ///
  /// Exact up to `mostExact` differences. Above, `draws` patterns are taken from a fixed generator
  /// and the observed one counts as one more: p = (1 + hits) / (1 + draws), which keeps the test
  /// valid (Phipson & Smyth 2010).
  ///
  /// - Parameter slack: sums closer than this are ties, and ties count as "at least as large".
  ///   Figures are recorded in single precision, so that equal sums may differ by rounding.
  /// - Complexity: O(2^(n/2)) time and memory where exact: the sums of both halves are listed and
  ///   merged.
  package static func pValue(_ differences: [Double], slack: Double = 0) -> Double {
    let threshold = abs(differences.reduce(0, +)) - slack
    guard threshold > 0 else { return 1 }
    return differences.count <= mostExact
      ? exact(differences, threshold) : sampled(differences, threshold)
  }

  private static func exact(_ differences: [Double], _ threshold: Double) -> Double {
    let half = differences.count / 2
    let low = signedSums(differences[..<half]).sorted()
    let high = signedSums(differences[half...]).sorted()
    var hits = 0
    var next = high.count
    for sum in low {
      while next > 0, sum + high[next - 1] >= threshold { next -= 1 }
      hits += high.count - next
    }
    // The sums are symmetric about 0: as many lie at or below -threshold.
    return 2 * Double(hits) / Double(low.count * high.count)
  }

  private static func signedSums(_ differences: ArraySlice<Double>) -> [Double] {
    differences.reduce([0]) { sums, difference in
      sums.map { $0 + difference } + sums.map { $0 - difference }
    }
  }

  private static func sampled(_ differences: [Double], _ threshold: Double) -> Double {
    let words = (differences.count + 63) / 64
    var hits = 0
    for draw in 0..<draws {
      var sum = 0.0
      for word in 0..<words {
        var signs = bits(UInt64(draw * words + word))
        for index in (64 * word)..<min(64 * (word + 1), differences.count) {
          sum += signs & 1 == 0 ? differences[index] : -differences[index]
          signs >>= 1
        }
      }
      if abs(sum) >= threshold { hits += 1 }
    }
    return Double(1 + hits) / Double(1 + draws)
  }

  /// 64 random bits for each counter: output `counter` of SplitMix64 started at 0 (Steele, Lea &
  /// Flood 2014), a pure function, so that a p is the same on every machine.
  package static func bits(_ counter: UInt64) -> UInt64 {
    var z = (counter &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
