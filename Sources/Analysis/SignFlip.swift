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
    let low = signedSums(differences[..<half])
    let high = signedSums(differences[half...])
    var hits = 0
    var next = high.count
    for sum in low {
      while next > 0, sum + high[next - 1] >= threshold { next -= 1 }
      hits += high.count - next
    }
    // The sums are symmetric about 0: as many lie at or below -threshold.
    return 2 * Double(hits) / Double(low.count * high.count)
  }

  /// The sums of all patterns of signs, ascending.
  private static func signedSums(_ differences: ArraySlice<Double>) -> [Double] {
    differences.reduce([0]) { sums, difference in
      merged(sums, adding: -abs(difference), and: abs(difference))
    }
  }

  /// Each of the ascending `sums` plus `first`, and each plus `second`, in one ascending list.
  static func merged(_ sums: [Double], adding first: Double, and second: Double) -> [Double] {
    [Double](unsafeUninitializedCapacity: 2 * sums.count) { buffer, count in
      var (i, j) = (0, 0)
      while i < sums.count, j < sums.count {
        let (a, b) = (sums[i] + first, sums[j] + second)
        let isFirst = a <= b
        buffer[i + j] = isFirst ? a : b
        if isFirst { i += 1 } else { j += 1 }
      }
      while i < sums.count {
        buffer[i + j] = sums[i] + first
        i += 1
      }
      while j < sums.count {
        buffer[i + j] = sums[j] + second
        j += 1
      }
      count = 2 * sums.count
    }
  }

  /// Of 64 differences at a time eight tables hold the sums of every pattern of eight signs, so that
  /// the 64 signs of a draw are eight look-ups.
  private static func sampled(_ differences: [Double], _ threshold: Double) -> Double {
    let words = (differences.count + 63) / 64
    var sums = [Double](repeating: 0, count: draws)
    for word in 0..<words {
      let members = differences[(64 * word)..<min(64 * (word + 1), differences.count)]
      let tables = signTables(Array(members))
      for draw in sums.indices {
        let signs = bits(UInt64(draw * words + word))
        var low = tables[Int(signs & 255)] + tables[256 + Int(signs >> 8 & 255)]
        low += tables[512 + Int(signs >> 16 & 255)] + tables[768 + Int(signs >> 24 & 255)]
        var high = tables[1024 + Int(signs >> 32 & 255)] + tables[1280 + Int(signs >> 40 & 255)]
        high += tables[1536 + Int(signs >> 48 & 255)] + tables[1792 + Int(signs >> 56)]
        sums[draw] += low + high
      }
    }
    let hits = sums.count { abs($0) >= threshold }
    return Double(1 + hits) / Double(1 + draws)
  }

  /// For each eight of up to 64 values 256 sums: bit i of the index makes the i-th negative.
  private static func signTables(_ values: [Double]) -> [Double] {
    (0..<8).flatMap { part -> [Double] in
      values.dropFirst(8 * part).prefix(8).reversed().reduce([0]) { sums, value in
        sums.flatMap { [$0 + value, $0 - value] }
      }.padded(to: 256)
    }
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

extension [Double] {
  /// The list over and over, so that bits beyond its own do not matter.
  fileprivate func padded(to length: Int) -> [Double] {
    (0..<length).map { self[$0 % count] }
  }
}
