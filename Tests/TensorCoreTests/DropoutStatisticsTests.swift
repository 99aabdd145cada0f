import CKernels
import Foundation
import TensorCore
import TensorReference
import Testing

/// What chance does: every bound is 4.5 standard errors (p = 7e-6) unless it says otherwise.
///
/// The numbers are the same in every run, so that these tests cannot fail by chance.
@Suite struct DropoutStatisticsTests {
  static let key = dg_random_key(seed: 11, step: 3, name: 0x3001_0000, stream: 2, part: 0)

  static func bits(_ rate: Double, words: Int, _ key: dg_random_key = key) -> [UInt16] {
    var bits = [UInt16](repeating: 0, count: words)
    RandomnessTests.tables[0].mask_bits(key, dropThreshold(rate: rate), &bits, words)
    return bits
  }

  static func normals(_ key: dg_random_key, _ values: inout [Float]) {
    RandomnessTests.tables[0].random_normal(key, 0, 1, &values, values.count)
  }

  /// The first moments of a million normals, and a χ² over 64 equally likely intervals: below 121 at
  /// p = 1e-5 with 63 degrees of freedom.
  @Test func normalsAreNormal() {
    let count = 1 << 20
    var values = [Float](repeating: 0, count: count)
    Self.normals(Self.key, &values)
    var sums = [0.0, 0, 0, 0]
    var bins = [Int](repeating: 0, count: 64)
    for value in values {
      let z = Double(value)
      for power in 0..<4 { sums[power] += pow(z, Double(power + 1)) }
      bins[min(Int(erfc(-z / 2.0.squareRoot()) * 32), 63)] += 1
    }
    // E z^k and its standard error: Var z = 1, Var z² = 2, Var z³ = 15, Var z⁴ = 96.
    for (sum, (mean, variance)) in zip(sums, [(0.0, 1.0), (1, 2), (0, 15), (3, 96)]) {
      #expect(abs(sum / Double(count) - mean) < 4.5 * (variance / Double(count)).squareRoot())
    }
    let expected = Double(count) / 64
    let chi = bins.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    #expect(chi < 121)
  }

  @Test func normalQuantilesAreTheDistributionsInverse() {
    for p in [0x1p-33, 1e-9, 1e-6, 0.001, 0.0749, 0.0751, 0.3, 0.5, 0.7, 0.9251, 0.999, 1 - 1e-9] {
      let z = dg_normal_quantile(p)
      #expect(abs(erfc(-z / 2.0.squareRoot()) / 2 / p - 1) < 1e-5)
    }
  }

  /// Normals of neighbours, steps, names, parts and streams are uncorrelated.
  @Test func normalsAreIndependent() {
    let count = 1 << 16
    func draw(_ change: (inout dg_random_key) -> Void) -> [Double] {
      var key = Self.key
      change(&key)
      var values = [Float](repeating: 0, count: count)
      Self.normals(key, &values)
      return values.map(Double.init)
    }
    let base = draw { _ in }
    let others = [
      draw { $0.step = 4 }, draw { $0.name = 0x3002_0000 }, draw { $0.part = 1 },
      draw { $0.stream = 4 }, draw { $0.seed = 12 }, Array(base.dropFirst() + base.prefix(1)),
      Array(base.dropFirst(16) + base.prefix(16)),
    ]
    for other in others {
      let product = zip(base, other).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(product / Double(count).squareRoot()) < 4.5)
    }
  }

  /// Decisions at a distance of one channel, row, image, site, step or part do not go together, at
  /// rates on either side of a half.
  @Test(arguments: [0.1, 0.3, 0.7])
  func decisionsAreIndependent(rate: Double) {
    let words = 1 << 14
    func changed(_ change: (inout dg_random_key) -> Void) -> [UInt16] {
      var key = Self.key
      change(&key)
      return Self.bits(rate, words: words, key)
    }
    let base = Self.bits(rate, words: words)
    let others = [
      base.map { $0 >> 1 | $0 << 15 }, Array(base.dropFirst() + base.prefix(1)),
      Array(base.dropFirst(64) + base.prefix(64)), changed { $0.name += 1 },
      changed { $0.step += 1 }, changed { $0.part += 1 }, changed { $0.stream = 4 },
    ]
    let count = Double(words * 16)
    for other in others {
      let both = zip(base, other).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
      let p = (1 - rate) * (1 - rate)
      // The masks' own counts vary too, which widens the count of both by at most this.
      let deviation = (count * p * (1 - p) * 3).squareRoot()
      #expect(abs(Double(both) - count * p) < 4.5 * deviation)
    }
  }

  static let tensor = dg_tensor(
    layout: dg_layout_blocked, batch: 400, height: 9, width: 8, channels: 20)

  /// One map of DropBlock's keep decisions, from a mask of the whole tensor.
  static func blocks(
    size: Int32, shared: Bool, valid: Bool, rate: Double
  ) -> (bits: [UInt16], kept: UInt64) {
    var tensor = tensor
    let pixels = Int(tensor.batch * tensor.height * tensor.width)
    let seeds = bits(rate, words: pixels * (shared ? 1 : 2))
    var out = [UInt16](repeating: 0, count: pixels * 2)
    let kept = dg_block_mask(
      &tensor, dg_blocks(size: size, shared: shared, valid: valid), seeds, &out)
    return (out, kept)
  }

  /// The share that DropBlock drops is 1 − mean over pixels of (1 − γ)^(blocks that reach it).
  @Test(arguments: [(3, true), (3, false), (5, true), (5, false), (1, true)])
  func blocksDropWhatTheirGeometrySays(size: Int, valid: Bool) {
    let (height, width) = (Int(Self.tensor.height), Int(Self.tensor.width))
    let gamma =
      Dropout(
        kind: .dropBlock(size: size, channels: .independent, centres: valid ? .valid : .full),
        rate: 0.2, name: .input
      ).decisionRate(FeatureShape(height: height, width: width, channels: 20))
    let mask = Self.blocks(size: Int32(size), shared: false, valid: valid, rate: gamma)
    /// Positions along an axis of length `length` whose block reaches `at`.
    func reaching(_ at: Int, _ length: Int) -> Int {
      let back = valid ? 0 : (size - 1) / 2
      let last = valid ? length - size : length - 1
      return (0...last).count { ($0 - back..<$0 - back + size).contains(at) }
    }
    var kept = 0.0
    for y in 0..<height {
      for x in 0..<width {
        kept += pow(1 - gamma, Double(reaching(y, height) * reaching(x, width)))
      }
    }
    kept /= Double(height * width)
    // Maps are independent, elements of a map are not: a map's share varies by less than 1/2.
    let maps = Double(Self.tensor.batch * Self.tensor.channels)
    let share = Double(mask.kept) / (maps * Double(height * width))
    #expect(abs(share - kept) < 4.5 * 0.25 / maps.squareRoot())
    // The paper's rate holds up to overlaps and, where blocks are cut off, the border.
    #expect(kept > 0.8 - 0.001 && kept < 0.8 + (valid ? 0.03 : 0.08))
  }

  /// Every zero belongs to a block of zeros that lies inside the map, and the count is right.
  @Test(arguments: [true, false])
  func blocksAreWhole(shared: Bool) {
    let mask = Self.blocks(size: 3, shared: shared, valid: true, rate: 0.01)
    let (height, width) = (Int(Self.tensor.height), Int(Self.tensor.width))
    func kept(_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Bool {
      mask.bits[((n * height + y) * width + x) * 2 + c / 16] >> (c % 16) & 1 == 1
    }
    var count = 0
    var whole = true
    var same = true
    for n in 0..<Int(Self.tensor.batch) {
      for c in 0..<Int(Self.tensor.channels) {
        for y in 0..<height {
          for x in 0..<width {
            same = same && kept(n, y, x, c) == kept(n, y, x, 0)
            guard !kept(n, y, x, c) else {
              count += 1
              continue
            }
            let rows = max(y - 2, 0)...min(y, height - 3)
            let columns = max(x - 2, 0)...min(x, width - 3)
            whole =
              whole
              && rows.contains { top in
                columns.contains { left in
                  (0..<9).allSatisfy { !kept(n, top + $0 / 3, left + $0 % 3, c) }
                }
              }
          }
        }
      }
    }
    #expect(whole)
    #expect(count == Int(mask.kept))
    #expect(same == shared)
  }

  /// Higher rates drop a superset, of blocks as of elements.
  @Test func blocksAreNested() {
    let low = Self.blocks(size: 3, shared: false, valid: false, rate: 0.01).bits
    let high = Self.blocks(size: 3, shared: false, valid: false, rate: 0.03).bits
    #expect(zip(low, high).allSatisfy { $1 & ~$0 == 0 })
    #expect(low != high)
  }

  /// Inverted scaling keeps the mean: of masks drawn for whole tensors, kind by kind.
  @Test(arguments: [0.1, 0.3, 0.5])
  func alphaDropoutKeepsMeanAndVariance(rate: Double) {
    let count = 1 << 16
    var input = [Float](repeating: 0, count: count)
    Self.normals(dg_random_key(seed: 5, step: 0, name: 1, stream: 0, part: 0), &input)
    let low = -1.0507009873554805 * 1.6732632423543772
    let a = 1 / ((1 - rate) * (1 + rate * low * low)).squareRoot()
    let b = -a * low * rate
    var output = input
    Self.bits(rate, words: count / 16).withUnsafeBufferPointer { bits in
      var dropout = dg_dropout()
      dropout.tensor = dg_tensor(
        layout: dg_layout_flat, batch: Int32(count / 16), height: 1, width: 1, channels: 16)
      dropout.bits = bits.baseAddress
      (dropout.affine, dropout.scale) = (true, Float(a))
      (dropout.offset, dropout.dropped) = (Float(b), Float(a * low + b))
      RandomnessTests.tables[0].dropout(&dropout, input, &output)
    }
    let mean = output.reduce(0.0) { $0 + Double($1) } / Double(count)
    let square = output.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(count)
    // Variances of the output and of its square, the latter below that of a normal's, 2.
    #expect(abs(mean) < 4.5 / Double(count).squareRoot())
    #expect(abs(square - 1) < 4.5 * (2 / Double(count)).squareRoot())
  }
}

extension DropoutStatisticsTests {
  /// Dropout in front of a max pool raises the mean: by (1 − pᵏ) / (1 − p) over windows of k equal
  /// numbers, and by no more over any others that are not negative; never below 1.
  @Test(arguments: [0.1, 0.3, 0.5, 0.8], [2, 3])
  func maxPoolingShiftsTheMeanWithinItsBound(rate: Double, size: Int) {
    let table = RandomnessTests.tables[0]
    let (images, side) = (60, 6 * size), k = Double(size * size)
    let shape = FeatureShape(height: side, width: side, channels: 16)
    let bits = Self.bits(rate, words: images * side * side)
    let outputs = images * 36 * 16
    func pooled(_ input: [Float], dropped: Bool) -> [Float] {
      bits.withUnsafeBufferPointer { bits in
        var pool = dg_pool()
        pool.kind = dg_pool_max
        pool.size = Int32(size)
        (pool.batch, pool.channels) = (Int32(images), 16)
        (pool.in_height, pool.in_width) = (Int32(side), Int32(side))
        (pool.out_height, pool.out_width) = (6, 6)
        pool.before_bits = dropped ? bits.baseAddress : nil
        pool.before_scale = Float(1 / (1 - rate))
        var output = [Float](repeating: 0, count: outputs)
        table.pool_forward(&pool, input, &output, nil)
        return output
      }
    }
    let bound = (1 - pow(rate, k)) / (1 - rate)
    let equal = pooled([Float](repeating: 1, count: images * shape.count), dropped: true)
    let mean = equal.reduce(0.0) { $0 + Double($1) } / Double(outputs)
    let kept = 1 - pow(rate, k)
    let deviation = (kept * (1 - kept) / Double(outputs)).squareRoot() / (1 - rate)
    #expect(abs(mean - bound) < 4.5 * deviation + 1e-6)

    let random = TestImages(count: images, shape: shape, classes: 2).pixels.map { abs($0) }
    func sum(_ values: [Float]) -> Double { values.reduce(0.0) { $0 + Double($1) } }
    let ratio = sum(pooled(random, dropped: true)) / sum(pooled(random, dropped: false))
    // An output's deviation is below 1 / (1 − p).
    let error = 4.5 / (1 - rate) / Double(outputs).squareRoot()
    #expect(ratio > 1 - error && ratio < bound + error)
  }

  /// A shared decision is one for all along its axes, at the rate that was asked for.
  @Test func sharedDecisionsKeepTheirRate() {
    var tensor = dg_tensor(
      layout: dg_layout_blocked, batch: 500, height: 6, width: 5, channels: 20)
    let axes = dg_shared_axes(batch: false, height: true, width: false, channels: true)
    let decisions = Self.bits(0.3, words: 500 * 5)
    var out = [UInt16](repeating: 0, count: 500 * 30 * 2)
    dg_share_mask(&tensor, axes, decisions, &out)
    var kept = 0
    for n in 0..<500 {
      for x in 0..<5 {
        let keeps = decisions[n * 5 + x] & 1 == 1
        kept += keeps ? 1 : 0
        for y in 0..<6 {
          let words = out[((n * 6 + y) * 5 + x) * 2..<((n * 6 + y) * 5 + x) * 2 + 2]
          #expect(words.allSatisfy { $0 == (keeps ? .max : 0) })
        }
      }
    }
    #expect(abs(Double(kept) - 2500 * 0.7) < 4.5 * (2500 * 0.3 * 0.7).squareRoot())
  }
}
