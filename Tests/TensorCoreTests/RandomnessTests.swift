import CKernels
import Foundation
import TensorCore
import TensorReference
import Testing

@Suite struct RandomnessTests {
  static let tables: [dg_kernels] = ["scalar", "avx2", "avx512"].compactMap { (name: String) in
    dg_kernels_named(name)?.pointee
  }

  static func bits(
    _ table: dg_kernels, threshold: UInt32, words: Int, seed: UInt64 = 7, name: UInt32 = 1,
    step: UInt32 = 0
  ) -> [UInt16] {
    var bits = [UInt16](repeating: 0, count: words)
    table.mask_bits(
      dg_random_key(seed: seed, step: step, name: name, stream: 2, part: 0), threshold, &bits, words
    )
    return bits
  }

  @Test func philoxIsTheReferences() {
    for trial in UInt32(0)..<50 {
      let counter = [trial, trial &* 77, ~trial, trial << 7], key = [trial &* 3, 9 &- trial]
      var words = [UInt32](repeating: 0, count: 4)
      dg_philox(counter, key, &words)
      #expect(words == ReferencePhilox.words(counter: counter, key: key))
    }
  }

  @Test func masksFollowTheirDefinitionOnEveryInstructionSet() {
    for rate in [0.1, 0.25, 0.4999, 0.75] {
      for table in Self.tables {
        let bits = Self.bits(
          table, threshold: dropThreshold(rate: rate), words: 101, seed: 0xABCD_0000_1234,
          name: 0x3001_0000, step: 5)
        for element in 0..<101 * 16 {
          let kept = TestNetwork.kept(
            element: element, rate: rate, seed: 0xABCD_0000_1234, name: 0x3001_0000, step: 5)
          #expect((bits[element / 16] >> (element % 16) & 1 == 1) == kept)
        }
      }
    }
  }

  /// To the bit, in the middle of the distribution and in its tails, whatever the count.
  @Test(arguments: [1, 31, 33, 1024, 1025, 40_000])
  func uniformsAndNormalsFollowTheirDefinitionOnEveryInstructionSet(count: Int) {
    let key = dg_random_key(seed: 0xABCD_0000_1234, step: 5, name: 0x3001_0000, stream: 2, part: 3)
    let words = (0..<UInt64(count)).map { dg_random_word(key, $0) }
    let uniforms = words.map { Float($0 >> 8) * 0x1p-24 }
    let normals = words.map {
      1 + 0.3 * Float(dg_normal_quantile((Double($0) + 0.5) * 0x1p-32))
    }
    for table in Self.tables {
      var values = [Float](repeating: .nan, count: count + 1)
      table.random_uniform(key, &values, count)
      #expect(Array(values.prefix(count)) == uniforms)
      table.random_normal(key, 1, 0.3, &values, count)
      #expect(Array(values.prefix(count)) == normals)
      #expect(values[count].isNaN)
    }
  }

  @Test func higherRatesDropASuperset() {
    let rates = [0.05, 0.1, 0.25, 0.3, 0.5, 0.501, 0.9]
    var last = [UInt16](repeating: .max, count: 4096)
    for rate in rates {
      let bits = Self.bits(Self.tables[0], threshold: dropThreshold(rate: rate), words: 4096)
      #expect(zip(bits, last).allSatisfy { $0 & ~$1 == 0 })
      last = bits
    }
  }

  @Test func everyRateHasAThreshold() {
    #expect(dropThreshold(rate: 0.5) == 1 << 31)
    #expect(dropThreshold(rate: 1e-12) == 0)
    #expect(dropThreshold(rate: 1.0.nextDown) == .max)
  }

  /// Keep rates over 2^20 decisions lie within 4.5 standard errors (p = 7e-6 each).
  @Test(arguments: [0.01, 0.1, 0.25, 0.5, 0.9, 0.99])
  func keepRates(rate: Double) {
    let words = 1 << 16
    let bits = Self.bits(Self.tables[0], threshold: dropThreshold(rate: rate), words: words)
    let kept = bits.reduce(0) { $0 + $1.nonzeroBitCount }
    let n = Double(words * 16)
    let z = (Double(kept) - n * (1 - rate)) / (n * rate * (1 - rate)).squareRoot()
    #expect(abs(z) < 4.5)
  }

  /// Decisions of neighbours, of other steps and of other names do not go together.
  @Test func independence() {
    let threshold = dropThreshold(rate: 0.5)
    let words = 1 << 14
    let base = Self.bits(Self.tables[0], threshold: threshold, words: words)
    let others = [
      Self.bits(Self.tables[0], threshold: threshold, words: words, step: 1),
      Self.bits(Self.tables[0], threshold: threshold, words: words, name: 2),
      Self.bits(Self.tables[0], threshold: threshold, words: words, seed: 8),
      base.map { $0 >> 1 | $0 << 15 }, Array(base.dropFirst() + base.prefix(1)),
    ]
    let n = Double(words * 16)
    for other in others {
      let equal = zip(base, other).reduce(0) { $0 + (~($1.0 ^ $1.1)).nonzeroBitCount }
      #expect(abs((Double(equal) - n / 2) / (n / 4).squareRoot()) < 4.5)
    }
  }

  @Test func namesAreDistinct() {
    var seen = Set<UInt32>()
    var count = 0
    func add(_ name: RandomName) {
      seen.insert(name.rawValue)
      count += 1
    }
    for block in 1...40 {
      for convolution in 1...20 {
        add(.kernel(block: block, convolution: convolution))
        for point in RandomName.ConvolutionPoint.allCases {
          add(.convolution(block: block, convolution: convolution, point))
        }
      }
      add(.kernel(dense: block))
      add(.pool(block: block))
      add(.pool(block: block, second: true))
      add(.dense(block))
      add(.denseInput(block))
    }
    add(.denseInput(0))
    add(.input)
    add(.logitsKernel)
    add(.order)
    #expect(seen.count == count)
  }

  @Test func orderIsAPermutationKeyedBySeedAndEpoch() {
    let order = shuffledOrder(count: 1000, seed: 5, epoch: 1)
    #expect(order.sorted() == Array(0..<1000))
    #expect(order == shuffledOrder(count: 1000, seed: 5, epoch: 1))
    #expect(order != shuffledOrder(count: 1000, seed: 5, epoch: 2))
    #expect(order != shuffledOrder(count: 1000, seed: 6, epoch: 1))
    #expect(shuffledOrder(count: 1, seed: 5, epoch: 1) == [0])
  }

  /// Each of the 24 orders of four images comes equally often: χ² with 23 degrees below 52 (p = 5e-4).
  @Test func ordersAreUniform() {
    var counts: [[Int32]: Int] = [:]
    for seed in UInt64(0)..<4800 {
      counts[shuffledOrder(count: 4, seed: seed, epoch: 1), default: 0] += 1
    }
    let statistic = counts.values.reduce(0.0) { $0 + (Double($1) - 200) * (Double($1) - 200) / 200 }
    #expect(counts.count == 24)
    #expect(statistic < 52)
  }

  @Test func exponentialAndLogarithm() {
    for x in stride(from: -707.0, through: 700, by: 0.377) {
      #expect(abs(dg_exp(x) / exp(x) - 1) < 1e-14)
    }
    #expect(dg_exp(-1000) == 0)
    #expect(dg_exp(.nan).isNaN)
    #expect(dg_exp(1000) == .infinity)
    for x in [1e-300 * 1e-20, 1e-300, 0.1, 0.5, 0.999999, 1, 1.0000001, 2, 10, 1e10, 1e300] {
      #expect(abs(dg_log(x) - log(x)) <= 1e-14 * max(1, abs(log(x))))
    }
    #expect(dg_log(0) == -.infinity)
    #expect(dg_log(-1).isNaN)
    #expect(dg_log(.infinity) == .infinity)
  }
}
