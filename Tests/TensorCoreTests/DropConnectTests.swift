import TensorCore
import TensorReference
import Testing

/// Masks of weights, and the normal distribution that stands for them at evaluation.
@Suite struct DropConnectTests {
  static let inputs = 120
  static let units = 12

  /// A dense layer with DropConnect whose activations are the logits.
  static func network(
    _ inference: DropConnect.Inference, activation: Activation = .relu, batch: Int = 3,
    block: Int = 1
  ) throws -> Network {
    let network = try Network(
      NetworkDescription(
        input: FeatureShape(height: 1, width: 1, channels: inputs),
        layers: [
          .dense(
            DenseLayer(
              label: "dense1", name: .kernel(dense: 1), inputs: inputs, outputs: units,
              dropConnect: DropConnect(
                rate: 0.4, name: .convolution(block: block, convolution: 1, .input),
                inference: inference))),
          .activation(activation),
          .dense(
            DenseLayer(label: "logits", name: .logitsKernel, inputs: units, outputs: units)),
        ]), batch: batch, initialisationSeed: 4, maskSeed: 5)
    var weights = network.exportWeights()
    for unit in 0..<units { weights[1][unit] = Float(unit) * 0.1 - 0.5 }
    weights[2] = (0..<units * units).map { $0 / units == $0 % units ? 1 : 0 }
    network.importWeights(weights)
    return network
  }

  static let images = TestImages(
    count: 3, shape: FeatureShape(height: 1, width: 1, channels: inputs), classes: units)

  static func logits(_ network: Network, step: Int? = nil) throws -> [Float] {
    try images.with { try network.logits($0, indices: [0, 1, 2], step: step) }.flatMap { $0 }
  }

  /// Against the exact mean of the activation over the normal distribution.
  @Test(arguments: [Activation.relu, .tanh, .elu(alpha: 1)])
  func gaussianInferenceIsTheMeanOverTheNormalDistribution(activation: Activation) throws {
    let network = try Self.network(.gaussian(samples: 1000), activation: activation)
    let weights = network.exportWeights().map { $0.map(Double.init) }
    let result = try Self.logits(network)
    let connect = ReferenceDropConnect(site: "", rate: 0.4)
    let reference = ReferenceActivation(activation)
    for n in 0..<3 {
      for unit in 0..<Self.units {
        let terms =
          (0..<Self.inputs).map {
            Double(Self.images.pixels[n * Self.inputs + $0]) * weights[0][$0 * Self.units + unit]
          } + [weights[1][unit]]
        let expected = connect.gaussianMean(of: terms, reference.value)
        #expect(abs(Double(result[n * Self.units + unit]) - expected) < 2e-3)
      }
    }
  }

  /// The mean over 3,000 masks lies within 4.5 standard errors of it, and the normal distribution's
  /// own error, below 0.003 here; that of the mean weights does not.
  @Test func gaussianInferenceIsCloseToTheMeanOverMasks() throws {
    let network = try Self.network(.gaussian(samples: 1000))
    let gaussian = try Self.logits(network).map(Double.init)
    let plain = try Self.logits(Self.network(.mean)).map(Double.init)
    let steps = 3000
    var sum = gaussian.map { _ in 0.0 }
    var squares = sum
    for step in 0..<steps {
      for (index, value) in try Self.logits(network, step: step).enumerated() {
        sum[index] += Double(value)
        squares[index] += Double(value) * Double(value)
      }
    }
    var plainIsFar = 0
    for index in gaussian.indices {
      let mean = sum[index] / Double(steps)
      let variance = squares[index] / Double(steps) - mean * mean
      let allowed = 4.5 * (variance / Double(steps)).squareRoot() + 0.003
      #expect(abs(mean - gaussian[index]) < allowed)
      if abs(mean - plain[index]) > allowed { plainIsFar += 1 }
    }
    #expect(plainIsFar > gaussian.count / 2)
  }

  /// Without an activation the mean over the normal distribution is that of the weights.
  @Test func withoutActivationInferenceIsTheMean() throws {
    let gaussian = try Self.logits(Self.network(.gaussian(samples: 7), activation: .linear))
    #expect(gaussian == (try Self.logits(Self.network(.mean, activation: .linear))))
  }

  /// The inference changes no bit of training.
  @Test func trainingDoesNotDependOnTheInference() throws {
    var results: [[[Float]]] = []
    for inference in [DropConnect.Inference.mean, .gaussian(samples: 10)] {
      let network = try Self.network(inference)
      for step in 0..<5 {
        _ = try Self.images.with {
          try network.train(
            $0, indices: [0, 1, 2], optimiser: .sgd(SGD(learningRate: 0.1)), step: step)
        }
      }
      results.append(network.exportWeights())
    }
    #expect(results[0] == results[1])
  }

  /// The gradient of a dropped weight is exactly 0, so gradients show the mask.
  static func mask(block: Int, step: Int) throws -> [Bool] {
    // A slope everywhere, so that only the mask makes zeros.
    let network = try network(.mean, activation: .leakyReLU(slope: 0.5), block: block)
    _ = try images.with { try network.gradient($0, indices: [0, 1, 2], step: step) }
    let gradients = network.exportGradients()
    return (gradients[0] + gradients[1]).map { $0 != 0 }
  }

  /// Kernels and biases are kept at the rate, and each step and layer decides on its own: every
  /// count lies within 4.5 standard errors (p = 7e-6 each).
  @Test func keepRatesAndIndependence() throws {
    let masks = try (0..<12).map { try Self.mask(block: $0 / 6 + 1, step: $0 % 6) }
    let kernel = Self.inputs * Self.units
    func check(_ count: Int, of n: Int, _ p: Double) {
      let z = (Double(count) - Double(n) * p) / (Double(n) * p * (1 - p)).squareRoot()
      #expect(abs(z) < 4.5)
    }
    let kept = masks.flatMap { $0.prefix(kernel) }.filter { $0 }.count
    check(kept, of: 12 * kernel, 0.6)
    let biases = masks.flatMap { $0.suffix(Self.units) }.filter { $0 }.count
    check(biases, of: 12 * Self.units, 0.6)
    for (a, b) in [(0, 1), (1, 2), (0, 6), (3, 9), (5, 6)] {
      let equal = zip(masks[a], masks[b]).filter { $0 == $1 }.count
      check(equal, of: masks[a].count, 0.6 * 0.6 + 0.4 * 0.4)
    }
  }

  /// The mask of a weight depends on neither the batch size nor the other weights' layout.
  @Test func masksDoNotDependOnTheBatch() throws {
    let one = try Self.network(.mean, batch: 3)
    let other = try Self.network(.mean, batch: 64)
    for step in 0..<3 {
      #expect(
        relativeError(
          try Self.logits(one, step: step), try Self.logits(other, step: step).map(Double.init))
          < 1e-6)
    }
    #expect(try Self.logits(one, step: 0) != Self.logits(one, step: 1))
  }

  /// Early DropConnect: a mask until update 2, the weights themselves from then on.
  @Test func schedules() throws {
    func network(_ dropConnect: DropConnect?) throws -> Network {
      try Network(
        NetworkDescription(
          input: FeatureShape(height: 1, width: 1, channels: Self.inputs),
          layers: [
            .dense(
              DenseLayer(
                label: "logits", name: .logitsKernel, inputs: Self.inputs, outputs: Self.units,
                dropConnect: dropConnect))
          ]), batch: 3, initialisationSeed: 4, maskSeed: 5)
    }
    let early = try network(
      DropConnect(rate: 0.4, name: .denseInput(0), schedule: .early(until: 2)))
    let plain = try network(nil)
    func gradients(_ network: Network, step: Int) throws -> [Float] {
      _ = try Self.images.with { try network.gradient($0, indices: [0, 1, 2], step: step) }
      return network.exportGradients()[0]
    }
    for step in [1, 2, 0, 5] {
      let isMasked = step < 2
      #expect(try (Self.logits(early, step: step) != Self.logits(plain)) == isMasked)
      #expect(try gradients(early, step: step).contains(0) == isMasked)
      #expect(try (gradients(early, step: step) != gradients(plain, step: step)) == isMasked)
    }
    #expect(try Self.logits(early) == Self.logits(plain))
  }

  /// Monte-Carlo evaluation draws masks of weights too, others for each sample and epoch.
  @Test func monteCarloDrawsMasks() throws {
    let network = try Self.network(.mean)
    func loss(_ monteCarlo: MonteCarlo?) throws -> Double {
      try Self.images.with { try network.evaluate($0, count: 3, monteCarlo: monteCarlo) }.sum
    }
    let one = try loss(MonteCarlo(samples: 1, epoch: 1, step: 0))
    #expect(try loss(MonteCarlo(samples: 1, epoch: 1, step: 9)) == one)
    #expect(try loss(MonteCarlo(samples: 1, epoch: 2, step: 0)) != one)
    #expect(try loss(MonteCarlo(samples: 2, epoch: 1, step: 0)) != one)
    #expect(try loss(nil) != one)
  }
}
