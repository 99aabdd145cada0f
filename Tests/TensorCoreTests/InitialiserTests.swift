import CKernels
import Foundation
import TensorCore
import TensorReference
import Testing

/// Initial weights: each by its definition, and their distribution as a whole.
@Suite struct InitialiserTests {
  /// Kernels of a network with one hidden dense layer of 200 × 150, and the layer's key.
  static func kernels(_ initialiser: Initialiser, seed: UInt64 = 5) throws -> [[Float]] {
    let hidden = RandomName.kernel(dense: 1)
    let description = NetworkDescription(
      input: FeatureShape(height: 10, width: 10, channels: 2),
      layers: [
        .dense(
          DenseLayer(
            label: "dense1", name: hidden, inputs: 200, outputs: 150,
            initialiser: initialiser)),
        .dense(
          DenseLayer(
            label: "logits", name: .logitsKernel, inputs: 150, outputs: 10,
            initialiser: initialiser)),
      ])
    return try Network(description, batch: 2, initialisationSeed: seed, maskSeed: 0)
      .exportWeights()
  }

  static func words(_ name: RandomName, count: Int) -> [UInt32] {
    let key = RandomKey(seed: 5, stream: .initialisation, name: name)
    return (0..<UInt64(count)).map(key.word)
  }

  static let cases = Array(zip(Initialiser.allCases, ReferenceInitializer.allCases))

  @Test(arguments: cases)
  func everyWeightIsAFunctionOfItsWord(
    initialiser: Initialiser, reference: ReferenceInitializer
  ) throws {
    let isUniform = initialiser == .glorotUniform || initialiser == .heUniform
    for (slot, name, shape) in [
      (0, RandomName.kernel(dense: 1), [200, 150]), (2, .logitsKernel, [150, 10]),
    ] {
      let expected = Self.words(name, count: shape[0] * shape[1]).map { word in
        reference.weight(
          uniform: isUniform ? Double(word >> 8) * 0x1p-24 : (Double(word) + 0.5) * 0x1p-32,
          kernelShape: shape)
      }
      let kernels = try Self.kernels(initialiser)
      #expect(relativeError(kernels[slot], expected) < 1e-6)
      #expect(kernels[slot + 1].allSatisfy { $0 == 0 }, "biases start at 0")
    }
  }

  /// The bits of numerics version 1.
  @Test func glorotUniformKeepsItsBits() throws {
    let limit = Float((6 / Double(350)).squareRoot())
    let expected = Self.words(.kernel(dense: 1), count: 30_000).map { word in
      (2 * (Float(word >> 8) * 0x1p-24) - 1) * limit
    }
    #expect(try Self.kernels(.glorotUniform)[0] == expected)
  }

  /// Mean and variance lie within 4.5 standard errors (p = 7e-6 each), and the distribution passes
  /// Kolmogorov and Smirnov's test at 1e-4.
  @Test(arguments: cases)
  func distributions(initialiser: Initialiser, reference: ReferenceInitializer) throws {
    let variance = reference.variance(kernelShape: [200, 150])
    let x = try Self.kernels(initialiser)[0].map { Double($0) / variance.squareRoot() }.sorted()
    let n = Double(x.count)
    let mean = x.reduce(0, +) / n
    let square = x.reduce(0) { $0 + $1 * $1 } / n
    let fourth = x.reduce(0) { $0 + $1 * $1 * $1 * $1 } / n
    #expect(abs(mean) < 4.5 / n.squareRoot())
    #expect(abs(square - 1) < 4.5 * ((fourth - 1) / n).squareRoot())
    let isUniform = initialiser == .glorotUniform || initialiser == .heUniform
    let tail = ReferenceInitializer.normalShare(below: -2)
    func share(below x: Double) -> Double {
      if isUniform { return (x / 3.0.squareRoot() + 1) / 2 }
      let cut = 0.87962566103423978
      return (ReferenceInitializer.normalShare(below: x * cut) - tail) / (1 - 2 * tail)
    }
    var distance = 0.0
    for (index, value) in x.enumerated() {
      let expected = share(below: value)
      distance = max(distance, expected - Double(index) / n, Double(index + 1) / n - expected)
    }
    #expect(distance * n.squareRoot() < 2.225)
    #expect(share(below: x[0]) > -1e-6 && share(below: x[x.count - 1]) < 1 + 1e-6)
  }

  @Test func normalQuantiles() {
    for exponent in 1...50 {
      let p = Foundation.pow(2, -Double(exponent)) * 0.9
      let expected = ReferenceInitializer.normalQuantile(p)
      #expect(abs(dg_normal_quantile(p) / expected - 1) < 1e-13)
    }
    for p in stride(from: 0.001, to: 1, by: 0.0013) {
      #expect(abs(dg_normal_quantile(p) - ReferenceInitializer.normalQuantile(p)) < 1e-12)
      #expect(abs(dg_normal_quantile(p) + dg_normal_quantile(1 - p)) < 1e-12)
    }
    #expect(dg_normal_quantile(0.5) == 0)
    #expect(dg_normal_quantile(0) == -.infinity && dg_normal_quantile(1) == .infinity)
    #expect(dg_normal_quantile(-0.1).isNaN && dg_normal_quantile(.nan).isNaN)
  }

  @Test func cosine() {
    for step in 0...4096 {
      let x = Double(step) / 4096
      #expect(abs(dg_cos_pi(x) - cos(Double.pi * x)) < 1e-15)
    }
    #expect(dg_cos_pi(0) == 1 && dg_cos_pi(0.5) == 0 && dg_cos_pi(1) == -1)
    #expect(dg_cos_pi(-0.1).isNaN && dg_cos_pi(1.1).isNaN && dg_cos_pi(.nan).isNaN)
  }
}
