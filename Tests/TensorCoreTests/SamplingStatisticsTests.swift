import TensorCore
import TensorReference
import Testing

/// What the pools that draw do in the long run. Every test fails by chance in fewer than 1 of 10,000
/// choices of the seeds, which are fixed.
@Suite struct SamplingStatisticsTests {
  /// A pool of one window of 2 × 2 whose output is the only logit but for a constant one.
  struct Window {
    let network: Network
    let values: [Float]

    init(_ kind: PoolLayer.Kind, _ values: [Float]) throws {
      self.values = values
      network = try Network(
        NetworkDescription(
          input: FeatureShape(height: 2, width: 2, channels: 1),
          layers: [
            .pool(
              PoolLayer(
                kind: kind, size: 2, input: FeatureShape(height: 2, width: 2, channels: 1),
                output: FeatureShape(height: 1, width: 1, channels: 1))),
            .dense(DenseLayer(label: "logits", name: .logitsKernel, inputs: 1, outputs: 2)),
          ]), batch: 16, initialisationSeed: 1, maskSeed: 77)
      network.importWeights([[1, 0], [0, 0]])
    }

    /// Outputs of 16 windows at each of `steps` updates; at evaluation without `steps`.
    func outputs(steps: Int?) throws -> [Float] {
      let pixels = (0..<16).flatMap { _ in values }
      return try pixels.withUnsafeBufferPointer { pixels in
        try [Int32](repeating: 0, count: 16).withUnsafeBufferPointer { labels in
          guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else { return [] }
          let images = Network.Images(pixels: pixels, labels: labels)
          return try (0..<(steps ?? 1)).flatMap { step in
            try network.logits(
              images, indices: (0..<16).map(Int32.init), step: steps == nil ? nil : step
            ).map { $0[0] }
          }
        }
      }
    }
  }

  /// χ² with 2 degrees of freedom below 18.4 (p = 1e-4).
  @Test func stochasticPoolingTakesEachByItsShare() throws {
    let window = try Window(.stochastic(.stochasticPool(block: 1)), [0.1, 0.4, 0, 0.5])
    let outputs = try window.outputs(steps: 2000)
    var statistic = 0.0
    for value in [Float(0.1), 0.4, 0.5] {
      let expected = Double(value) * Double(outputs.count)
      let count = Double(outputs.filter { $0 == value }.count)
      statistic += (count - expected) * (count - expected) / expected
    }
    #expect(outputs.allSatisfy { $0 > 0 }, "what is 0 is never taken")
    #expect(statistic < 18.4)
    let mean = try window.outputs(steps: nil)[0]
    #expect(abs(mean - (0.01 + 0.16 + 0.25)) < 1e-6)
    // Neighbouring windows and updates decide on their own: equal pairs come by chance.
    let chance = 0.01 + 0.16 + 0.25
    for shift in [1, 16] {
      let pairs = zip(outputs, outputs.dropFirst(shift))
      let equal = Double(pairs.filter { $0 == $1 }.count)
      let n = Double(outputs.count - shift)
      #expect(abs(equal - n * chance) < 4.5 * (n * chance * (1 - chance)).squareRoot())
    }
  }

  /// The mean over masks lies within 4 standard errors of the probabilistic pooling (p = 6e-5).
  @Test(arguments: [0.1, 0.5, 0.8])
  func maxPoolingDropoutIsItsExpectationOnAverage(rate: Double) throws {
    let dropout = Dropout(kind: .elementWise, rate: rate, name: .pool(block: 1))
    let window = try Window(.maxPoolingDropout(dropout), [0.7, 2, 0, 1.1])
    let outputs = try window.outputs(steps: 1500).map(Double.init)
    let n = Double(outputs.count)
    let mean = outputs.reduce(0, +) / n
    let variance = outputs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
    let expected = Double(try window.outputs(steps: nil)[0])
    let paper = (1 - rate) * (2 + rate * (1.1 + rate * 0.7))
    #expect(abs(expected - paper) < 1e-6)
    #expect(abs(mean - expected) < 4 * (variance / n).squareRoot())
    // Kept numbers are not scaled.
    #expect(Set(outputs.map(Float.init)).isSubset(of: [0, 0.7, 1.1, 2]))
  }
}
