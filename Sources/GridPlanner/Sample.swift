/// A choice of some arms of a grid. Seeds are not sampled: every arm has them all.
struct Sample: Sendable {
  enum Method: String, Sendable, CaseIterable {
    /// Without replacement, each subset as likely as any other.
    case random
    /// Each axis is covered evenly (McKay, Beckman and Conover, Technometrics 1979).
    case latinHypercube = "latin-hypercube"
    /// Sobol's sequence (1967), shifted at random digit by digit: even on all axes together.
    case sobol
  }

  var method: Method
  /// The most arms to choose.
  var count: Int
  /// The time that they may take; nil where `count` is given. Until it is turned into a count, the
  /// grid cannot be laid out.
  var seconds: Double?
  /// What the choice depends on besides the grid.
  var seed: UInt64
  var position: GridPosition
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same numbers everywhere.
struct SplitMix64 {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number from 0 to `count` - 1, without bias (Lemire, ACM TOMACS 2019).
  mutating func below(_ count: Int) -> Int {
    let count = UInt64(count)
    var product = next().multipliedFullWidth(by: count)
    if product.low < count {
      let least = (0 &- count) % count
      while product.low < least { product = next().multipliedFullWidth(by: count) }
    }
    return Int(product.high)
  }

  /// In [0, 1).
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}

/// The points of a sample in the unit cube, one after the other; it ends when more would not help.
struct PointSequence {
  private let method: Sample.Method
  private let dimensions: Int
  private var random: SplitMix64
  private var number = 0
  private let most: Int
  /// Of a Latin hypercube: for each axis, the stratum of each point.
  private var strata: [[Int]] = []
  private var sobol = Sobol(dimensions: 0)
  private var shift: [UInt32] = []

  init(_ sample: Sample, dimensions: Int) {
    method = sample.method
    self.dimensions = dimensions
    random = SplitMix64(seed: sample.seed)
    most = method == .latinHypercube ? sample.count : 64 * sample.count + 4096
    switch method {
    case .random: break
    case .latinHypercube:
      for _ in 0..<dimensions {
        var order = Array(0..<sample.count)
        for place in order.indices {
          order.swapAt(place, place + random.below(sample.count - place))
        }
        strata.append(order)
      }
    case .sobol:
      sobol = Sobol(dimensions: dimensions)
      shift = (0..<dimensions).map { _ in UInt32(truncatingIfNeeded: random.next() >> 32) }
    }
  }

  mutating func next() -> [Double]? {
    guard number < most else { return nil }
    defer { number += 1 }
    switch method {
    case .random: return (0..<dimensions).map { _ in random.unit() }
    case .latinHypercube:
      let count = Double(most)
      return strata.map { (Double($0[number]) + random.unit()) / count }
    case .sobol: return zip(sobol.next(), shift).map { Double($0 ^ $1) * 0x1p-32 }
    }
  }
}

/// Sobol's low-discrepancy sequence in Gray-code order (Antonov and Saleev 1979) with the direction
/// numbers of Joe and Kuo (SIAM J. Sci. Comput. 2008, `new-joe-kuo-6.21201`).
struct Sobol {
  /// Degree, coefficients and first direction numbers of the second dimension and those after it.
  private static let table: [(degree: Int, coefficients: UInt32, first: [UInt32])] = [
    (1, 0, [1]), (2, 1, [1, 3]), (3, 1, [1, 3, 1]), (3, 2, [1, 1, 1]), (4, 1, [1, 1, 3, 3]),
    (4, 4, [1, 3, 5, 13]), (5, 2, [1, 1, 5, 5, 17]), (5, 4, [1, 1, 5, 5, 5]),
    (5, 7, [1, 1, 7, 11, 19]), (5, 11, [1, 1, 5, 1, 1]), (5, 13, [1, 1, 1, 3, 11]),
    (5, 14, [1, 3, 5, 5, 31]), (6, 1, [1, 3, 3, 9, 7, 49]), (6, 13, [1, 1, 1, 15, 21, 21]),
    (6, 16, [1, 3, 1, 13, 27, 49]), (6, 19, [1, 1, 1, 15, 7, 5]), (6, 22, [1, 3, 1, 15, 13, 25]),
    (6, 25, [1, 1, 5, 5, 19, 61]), (7, 1, [1, 3, 7, 11, 23, 15, 103]),
    (7, 4, [1, 3, 7, 13, 13, 15, 69]),
  ]

  static let mostDimensions = table.count + 1

  private var directions: [[UInt32]] = []
  private var state: [UInt32]
  private var number: UInt32 = 0

  init(dimensions: Int) {
    precondition(dimensions <= Self.mostDimensions)
    state = Array(repeating: 0, count: dimensions)
    for dimension in 0..<dimensions {
      var v = (0..<32).map { UInt32(1) << (31 - UInt32($0)) }
      if dimension > 0 {
        let (degree, coefficients, first) = Self.table[dimension - 1]
        for i in 0..<degree { v[i] = first[i] << (31 - UInt32(i)) }
        for i in degree..<32 {
          v[i] = v[i - degree] ^ (v[i - degree] >> UInt32(degree))
          for k in 1..<degree where coefficients >> UInt32(degree - 1 - k) & 1 == 1 {
            v[i] ^= v[i - k]
          }
        }
      }
      directions.append(v)
    }
  }

  /// The next point, in units of 2^-32; the first is the origin.
  mutating func next() -> [UInt32] {
    defer {
      let bit = (~number).trailingZeroBitCount
      for dimension in state.indices { state[dimension] ^= directions[dimension][min(bit, 31)] }
      number &+= 1
    }
    return state
  }
}
