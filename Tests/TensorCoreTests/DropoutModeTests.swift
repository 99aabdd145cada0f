import Foundation
import TensorCore
import TensorReference
import Testing

/// When dropout acts, and when it must not.
@Suite struct DropoutModeTests {
  static let networks =
    GeneralNetworks.kinds + [
      (
        "fused", FeatureShape(height: 8, width: 8, channels: 1),
        [
          .convolution(16), .pool(.max, before: (.elementWise, 0.3)), .convolution(16),
          .pool(.average, before: (.spatial, 0.2), after: (.elementWise, 0.2)),
          .dense(9, dropout: 0.4), .dense(3),
        ]
      ),
      (
        "batch norm", FeatureShape(height: 8, width: 8, channels: 1),
        [
          .linear(12), .dropout(.spatial, 0.2), .batchNorm(.keras), .activation(.relu),
          .dropout(.gaussian, 0.2), .pool(.max), .dense(3),
        ]
      ),
    ]

  static func schedule(
    _ schedule: DropoutSchedule
  ) -> (inout NetworkDescription) -> Void {
    { network in
      network.layers = network.layers.map { layer in
        guard case .dropout(var dropout) = layer else { return layer }
        dropout.schedule = schedule
        return .dropout(dropout)
      }
    }
  }

  static func strip(_ network: inout NetworkDescription) {
    network.layers.removeAll { if case .dropout = $0 { true } else { false } }
  }

  /// A rate of 0 is a network without the layer, to the bit.
  @Test(arguments: networks.indices, [true, false])
  func rateZeroIsNoLayer(index: Int, fused: Bool) throws {
    let (_, input, parts) = Self.networks[index]
    func train(_ change: (inout NetworkDescription) -> Void) throws -> [[Float]] {
      try TrainingBitsTests.train(parts, steps: 3, fused: fused, input: input, change: change)
    }
    let without = try train(Self.strip)
    #expect(try train(Self.schedule(.late(from: 3))) == without)
    #expect(try train(Self.schedule(.early(until: 0))) == without)
    #expect(try train { _ in } != without)
  }

  @Test func schedulesAreFunctionsOfTheStep() {
    func rates(_ schedule: DropoutSchedule) -> [Double] {
      let dropout = Dropout(kind: .elementWise, rate: 0.4, name: .input, schedule: schedule)
      return (0..<5).map { dropout.rate(at: $0) }
    }
    #expect(rates(.constant) == [0.4, 0.4, 0.4, 0.4, 0.4])
    #expect(rates(.early(until: 2)) == [0.4, 0.4, 0, 0, 0])
    #expect(rates(.late(from: 2)) == [0, 0, 0.4, 0.4, 0.4])
    #expect(
      zip(rates(.linear(until: 4)), [0.4, 0.3, 0.2, 0.1, 0]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(rates(.linear(until: 0)) == [0, 0, 0, 0, 0])
  }

  /// Early dropout trains as with dropout, then as without; linear dropout at its rates.
  @Test func schedulesTrainAsTheySay() throws {
    let (_, input, parts) = try #require(Self.networks.first { $0.0 == "fused" })
    let images = TestImages(count: 16, shape: input, classes: 3)
    let sgd = Optimiser.sgd(SGD(learningRate: 0.05, momentum: 0.9))
    let all = (0..<16).map(Int32.init)
    func network(_ change: (inout NetworkDescription) -> Void) throws -> Network {
      var test = TestNetwork(input: input, parts)
      change(&test.description)
      return try Network(test.description, batch: 16, initialisationSeed: 1, maskSeed: 2)
    }
    func train(_ network: Network, _ steps: Range<Int>) throws {
      for step in steps {
        _ = try images.with {
          try network.train($0, indices: all[...], optimiser: sgd, step: step)
        }
      }
    }
    let early = try network(Self.schedule(.early(until: 3)))
    let constant = try network { _ in }
    let none = try network(Self.strip)
    try train(early, 0..<3)
    try train(constant, 0..<3)
    #expect(early.exportState() == constant.exportState())
    try train(early, 3..<6)
    #expect(try none.importState(constant.exportState(), for: sgd))
    try train(none, 3..<6)
    #expect(early.exportWeights() == none.exportWeights())

    // At update 1 of linear dropout over 4 the rate is three quarters of it.
    let linear = try network(Self.schedule(.linear(until: 4)))
    let reduced = try network { network in
      network.layers = network.layers.map { layer in
        guard case .dropout(var dropout) = layer else { return layer }
        dropout.rate *= 0.75
        return .dropout(dropout)
      }
    }
    try train(linear, 1..<2)
    try train(reduced, 1..<2)
    #expect(linear.exportWeights() == reduced.exportWeights())
  }

  @Test(arguments: networks.indices)
  func evaluationSeesNoMask(index: Int) throws {
    let (_, input, parts) = Self.networks[index]
    var test = TestNetwork(input: input, parts)
    let images = TestImages(count: 20, shape: input, classes: 3)
    let network = try Network(test.description, batch: 10, initialisationSeed: 1, maskSeed: 2)
    Self.strip(&test.description)
    let plain = try Network(test.description, batch: 10, initialisationSeed: 1, maskSeed: 2)
    let sgd = Optimiser.sgd(SGD(learningRate: 0.05))
    let some = (0..<10).map(Int32.init)
    _ = try images.with { try network.train($0, indices: some[...], optimiser: sgd, step: 0) }
    #expect(try plain.importState(network.exportState(), for: sgd))
    let logits = try images.with { try network.logits($0, indices: some) }
    #expect(try images.with { try plain.logits($0, indices: some) } == logits)
    let before = network.exportState()
    let loss = try images.with { try network.evaluate($0, count: 20) }
    #expect(try images.with { try plain.evaluate($0, count: 20) } == loss)
    #expect(network.exportState() == before)
  }

  /// Monte-Carlo evaluation is the cross-entropy of the mean prediction over masks of its own.
  @Test(arguments: networks.indices)
  func monteCarloIsTheMeanPrediction(index: Int) throws {
    let (_, input, parts) = Self.networks[index]
    var test = TestNetwork(input: input, parts)
    // Batches of 16, so that the second is not full.
    let images = TestImages(count: 21, shape: input, classes: 3)
    let network = try Network(test.description, batch: 16, initialisationSeed: 1, maskSeed: 77)
    test.reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    let options = MonteCarlo(samples: 3, epoch: 2, step: 100)
    let state = network.exportState()
    let result = try images.with {
      try network.evaluate($0, count: 21, monteCarlo: options)
    }
    #expect(network.exportState() == state)
    let isNormalised = parts.contains { if case .batchNorm = $0 { true } else { false } }
    // The reference has no mode with masks and running statistics.
    guard !isNormalised else { return }

    var loss = 0.0
    for (batch, rows) in [0..<16, 16..<21].enumerated() {
      // A batch is filled up with black images, which count where a mask is scaled by its batch.
      var pixels = [Double](repeating: 0, count: 16 * input.count)
      for (e, value) in images.pixels[rows.lowerBound * input.count..<rows.upperBound * input.count]
        .enumerated()
      {
        pixels[e] = Double(value)
      }
      var mean = [Double](repeating: 0, count: 16 * 3)
      for sample in 0..<3 {
        let mode = test.mode(
          seed: 77, step: 2 << 12 | sample, stream: 4, part: UInt32(batch))
        let logits = test.reference.forward(pixels, count: 16, mode: mode)
        for row in 0..<16 {
          let exponentials = (0..<3).map { exp(logits[row * 3 + $0]) }
          for c in 0..<3 { mean[row * 3 + c] += exponentials[c] / exponentials.reduce(0, +) / 3 }
        }
      }
      for row in rows {
        loss -= log(mean[(row - rows.lowerBound) * 3 + Int(images.labels[row])])
      }
    }
    #expect(abs(result.sum - loss) < 1e-4)
    #expect(result.count == 21)
    let other = MonteCarlo(samples: 3, epoch: 3, step: 100)
    #expect(
      try images.with { try network.evaluate($0, count: 21, monteCarlo: other) } != result)
  }

  /// Running statistics are part of the state, so that training goes on to the same bits.
  @Test func batchNormGoesOnFromItsState() throws {
    let (_, input, parts) = try #require(Self.networks.last)
    let test = TestNetwork(input: input, parts)
    let images = TestImages(count: 16, shape: input, classes: 3)
    let all = (0..<16).map(Int32.init)
    let sgd = Optimiser.sgd(SGD(learningRate: 0.1, momentum: 0.9))
    func step(_ network: Network, _ step: Int) throws {
      _ = try images.with {
        try network.train($0, indices: all[...], optimiser: sgd, step: step)
      }
    }
    let one = try Network(test.description, batch: 16, initialisationSeed: 1, maskSeed: 2)
    for index in 0..<3 { try step(one, index) }
    let two = try Network(test.description, batch: 16, initialisationSeed: 9, maskSeed: 2)
    #expect(try two.importState(one.exportState(), for: sgd))
    try step(one, 3)
    try step(two, 3)
    #expect(one.exportState() == two.exportState())
    var short = one.exportState()
    short.statistics.removeLast()
    #expect(try !two.importState(short, for: sgd))
    // Gradients reach γ and β and leave the statistics to the batches.
    let weights = one.exportWeights()
    #expect(weights.count == 8)
    #expect(weights[2].contains { $0 != 1 } && weights[3].contains { $0 != 0 })
    #expect(weights[4].contains { $0 != 0 } && weights[5].contains { $0 != 1 })
  }
}
