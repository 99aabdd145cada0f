import CKernels
import TensorCore
import TensorReference
import Testing

/// The kernels of the pools that draw, on every instruction set.
@Suite struct PoolKernelTests {
  static let channels = 20
  static let size = 3

  /// Numbers in the blocked layout of `block` lanes.
  static func blocked(_ block: Int, pixels: Int, _ value: (_ pixel: Int, _ c: Int) -> Float)
    -> [Float]
  {
    let blocks = (channels + block - 1) / block
    return (0..<blocks * pixels * block).map { index in
      let c = index / (pixels * block) * block + index % block
      return c < channels ? value(index / block % pixels, c) : 0
    }
  }

  static func plain(_ values: [Float], _ block: Int, pixels: Int) -> [Float] {
    (0..<pixels * channels).map { index in
      let (pixel, c) = (index / channels, index % channels)
      return values[(c / block * pixels + pixel) * block + c % block]
    }
  }

  static func geometry() -> dg_pool {
    var pool = dg_pool()
    pool.size = Int32(size)
    pool.batch = 1
    pool.channels = Int32(channels)
    (pool.in_height, pool.in_width) = (6, 6)
    (pool.out_height, pool.out_width) = (2, 2)
    return pool
  }

  @Test func poolsAreTheSameOnEveryInstructionSet() {
    let values = TestImages(
      count: 1, shape: FeatureShape(height: 6, width: 6, channels: Self.channels), classes: 2
    ).pixels
    let uniforms = TestImages(
      count: 1, shape: FeatureShape(height: 2, width: 2, channels: 32), classes: 2, seed: 3
    ).pixels.map { abs($0) }
    var results: [[[Float]]] = []
    for table in RandomnessTests.tables {
      let block = 16
      let input = Self.blocked(block, pixels: 36) { values[$0 * Self.channels + $1] }
      var pool = Self.geometry()
      var output = Self.blocked(block, pixels: 4) { _, _ in 0 }
      var winner = output.map { _ in UInt8(0) }
      var result: [[Float]] = []
      func keep() { result.append(Self.plain(output, block, pixels: 4)) }
      table.stochastic_forward(&pool, input, uniforms, &output, &winner)
      keep()
      output = winner.map(Float.init)
      keep()
      table.stochastic_forward(&pool, input, nil, &output, nil)
      keep()
      table.expected_max_forward(&pool, 0.3, input, &output)
      keep()
      var maps = dg_tensor(
        layout: dg_layout_blocked, batch: 1, height: 6, width: 6, channels: Int32(Self.channels))
      var rows = [Float](repeating: 0, count: Self.channels)
      table.global_average_forward(&maps, input, &rows)
      var gradient = input
      table.global_average_backward(&maps, rows, &gradient)
      result += [rows, Self.plain(gradient, block, pixels: 36)]
      results.append(result)
    }
    #expect(results.allSatisfy { $0 == results[0] })
    #expect(Set(results[0][1]).count > 4, "several positions win")
  }

  @Test func notANumberAndInfinityPropagate() {
    for table in RandomnessTests.tables {
      let block = 16
      let uniforms = [Float](repeating: 0.5, count: 4 * 32)
      for bad in [Float.nan, .infinity] {
        for position in [0, 1, 14] {
          let input = Self.blocked(block, pixels: 36) { pixel, c in
            pixel == position && c == 3 ? bad : 1
          }
          var pool = Self.geometry()
          var output = Self.blocked(block, pixels: 4) { _, _ in 0 }
          var winner = output.map { _ in UInt8(0) }
          func check() {
            let plain = Self.plain(output, block, pixels: 4)
            #expect(bad.isNaN ? plain[3].isNaN : plain[3] == bad)
            #expect(plain[2] > 0.9 && plain[2] < 1.1 && plain[Self.channels + 3].isFinite)
          }
          table.stochastic_forward(&pool, input, uniforms, &output, &winner)
          check()
          table.stochastic_forward(&pool, input, nil, &output, nil)
          check()
          table.expected_max_forward(&pool, 0.1, input, &output)
          check()
        }
      }
    }
  }

  /// Expected maxima of single windows against the sum over all masks.
  @Test func expectedMaxima() {
    let table = RandomnessTests.tables[0]
    let block = 16
    for (seed, shift) in [(1, 0), (2, 1), (3, -1), (4, -2)] as [(UInt64, Float)] {
      // Coarse numbers, so that some are equal.
      let values = TestImages(
        count: 1, shape: FeatureShape(height: 6, width: 6, channels: Self.channels), classes: 2,
        seed: seed
      ).pixels.map { ($0 * 4).rounded() / 4 + shift }
      let input = Self.blocked(block, pixels: 36) { values[$0 * Self.channels + $1] }
      var pool = Self.geometry()
      var output = Self.blocked(block, pixels: 4) { _, _ in 0 }
      table.expected_max_forward(&pool, 0.4, input, &output)
      let result = Self.plain(output, block, pixels: 4)
      for c in 0..<Self.channels {
        let window = (0..<9).map { Double(values[($0 / 3 * 6 + $0 % 3) * Self.channels + c]) }
        let expected = ReferenceSampling.maxPoolingDropoutMean(window, rate: 0.4).output
        #expect(abs(Double(result[c]) - expected) < 1e-6)
      }
    }
  }
}
