import CKernels
import Dispatch
import TensorCore
import Testing

/// What must be the same to the bit, and what must be noticed.
@Suite struct TrainingBitsTests {
  static let input = FeatureShape(height: 12, width: 12, channels: 1)

  static func train(
    _ parts: [TestNetwork.Part], steps: Int = 12, maskSeed: UInt64 = 2, fused: Bool = true,
    input: FeatureShape = input, change: (inout NetworkDescription) -> Void = { _ in }
  ) throws -> [[Float]] {
    var test = TestNetwork(input: input, parts)
    change(&test.description)
    let images = TestImages(
      count: 40, shape: input, classes: test.reference.outputShapes.last?.channels ?? 0)
    let network = try Network(
      test.description, batch: 16, initialisationSeed: 1, maskSeed: maskSeed, fused: fused)
    let sgd = Optimiser.sgd(SGD(learningRate: 0.05, momentum: 0.9, nesterov: true))
    for step in 0..<steps {
      let order = shuffledOrder(count: 40, seed: 3, epoch: step)
      _ = try images.with {
        try network.train($0, indices: order.prefix(16), optimiser: sgd, step: step)
      }
    }
    return network.exportWeights()
  }

  /// Whatever is computed together gives the bits of what it was put together from.
  @Test(arguments: ReferenceAgreementTests.cases.indices)
  func fusionChangesNoBit(index: Int) throws {
    let (_, input, parts) = ReferenceAgreementTests.cases[index]
    let fused = try Self.train(parts, steps: 5, input: input)
    #expect(try Self.train(parts, steps: 5, fused: false, input: input) == fused)
  }

  static func parts(_ pool: TestNetwork.Part) -> [TestNetwork.Part] {
    [.convolution(16), .convolution(32), pool, .dense(10), .dense(4)]
  }

  @Test func trainingTwiceGivesTheSameBits() throws {
    let parts = Self.parts(.pool(.max, before: (.elementWise, 0.3)))
    let first = try Self.train(parts)
    #expect(try Self.train(parts) == first)
    #expect(try Self.train(parts, maskSeed: 3) != first)
  }

  @Test(arguments: [0.1, 0.25, 0.4, 0.5])
  func spatialDropoutCommutesWithMaxPooling(rate: Double) throws {
    let before = try Self.train(Self.parts(.pool(.max, before: (.spatial, rate))))
    let after = try Self.train(Self.parts(.pool(.max, after: (.spatial, rate))))
    #expect(before == after)
  }

  @Test func elementWiseDropoutDoesNot() throws {
    let before = try Self.train(Self.parts(.pool(.max, before: (.elementWise, 0.25))))
    let after = try Self.train(Self.parts(.pool(.max, after: (.elementWise, 0.25))))
    #expect(before != after)
  }

  @Test func initialWeightsDependOnSeedAndNameAlone() throws {
    func weights(_ parts: [TestNetwork.Part], seed: UInt64) throws -> [[Float]] {
      let test = TestNetwork(input: Self.input, parts)
      return try Network(test.description, batch: 4, initialisationSeed: seed, maskSeed: 0)
        .exportWeights()
    }
    let plain = try weights(Self.parts(.pool(.max)), seed: 1)
    let dropped = try weights(
      Self.parts(.pool(.average, before: (.spatial, 0.5), after: (.elementWise, 0.5))), seed: 1)
    #expect(plain == dropped)
    #expect(try weights(Self.parts(.pool(.max)), seed: 2)[0] != plain[0])
    // Glorot: uniform in ±√(6 / (9 · 16 + 9 · 32)), so the variance is a third of its square.
    let limit = (6.0 / (9 * 16 + 9 * 32)).squareRoot()
    let kernel = plain[2].map(Double.init)
    #expect(kernel.allSatisfy { abs($0) <= limit })
    let variance = kernel.reduce(0) { $0 + $1 * $1 } / Double(kernel.count)
    #expect(abs(variance / (limit * limit / 3) - 1) < 0.1)
    #expect(plain[1].allSatisfy { $0 == 0 })
  }

  @Test func twoThreadsDoNotDisturbEachOther() async throws {
    let parts = Self.parts(.pool(.max, after: (.elementWise, 0.25)))
    let alone = try Self.train(parts)
    try await withThrowingTaskGroup(of: [[Float]].self) { group in
      for _ in 0..<4 { group.addTask { try Self.train(parts) } }
      for try await weights in group { #expect(weights == alone) }
    }
  }

  @Test func divergenceIsNoticedAndNamed() throws {
    let test = TestNetwork(input: Self.input, Self.parts(.pool(.max)))
    let images = TestImages(count: 8, shape: Self.input, classes: 4)
    let sgd = Optimiser.sgd(SGD(learningRate: 0.1))
    let all = (0..<8).map(Int32.init)

    // Weights and biases of every layer; the slots are the arrays of `exportWeights`.
    for (slot, place) in [
      (0, "the output of block1.conv1"), (2, "the output of block1.conv2"),
      (3, "the output of block1.conv2"), (4, "the output of dense1"), (6, "the output of logits"),
    ] {
      let network = try Network(test.description, batch: 8, initialisationSeed: 1, maskSeed: 0)
      var weights = network.exportWeights()
      weights[slot][3] = .nan
      network.importWeights(weights)
      #expect(throws: TensorError.diverged(place: place, step: 7)) {
        try images.with { try network.train($0, indices: all[...], optimiser: sgd, step: 7) }
      }
    }
    // Numbers that overflow in the middle of the network.
    let overflowing = try Network(test.description, batch: 8, initialisationSeed: 1, maskSeed: 0)
    var weights = overflowing.exportWeights()
    weights[2] = weights[2].map { _ in 3e38 }
    overflowing.importWeights(weights)
    let place = "the output of block1.conv2"
    #expect(throws: TensorError.diverged(place: place, step: 3)) {
      try images.with { try overflowing.train($0, indices: all[...], optimiser: sgd, step: 3) }
    }
    // A pixel.
    var spoilt = images
    spoilt.pixels[5 * Self.input.count + 7] = .nan
    let network = try Network(test.description, batch: 8, initialisationSeed: 1, maskSeed: 0)
    #expect(throws: TensorError.diverged(place: "the output of block1.conv1", step: 0)) {
      try spoilt.with { try network.train($0, indices: all[...], optimiser: sgd, step: 0) }
    }
    // A step that is far too large.
    let explosive = try Network(test.description, batch: 8, initialisationSeed: 1, maskSeed: 0)
    #expect(throws: TensorError.self) {
      for step in 0..<50 {
        _ = try images.with {
          try explosive.train(
            $0, indices: all[...], optimiser: .sgd(SGD(learningRate: 1e18)), step: step)
        }
      }
    }
  }

  @Test func nanPropagatesThroughMaxPooling() {
    for table in RandomnessTests.tables {
      var pool = dg_pool()
      pool.kind = dg_pool_max
      pool.size = 2
      pool.batch = 1
      pool.channels = 8
      (pool.in_height, pool.in_width, pool.out_height, pool.out_width) = (2, 2, 1, 1)
      let block = 16
      for position in 0..<4 {
        var input = [Float](repeating: 1, count: 4 * block)
        input[position * block] = .nan
        var output = [Float](repeating: 0, count: block)
        table.pool_forward(&pool, input, &output, nil)
        #expect(output[0].isNaN)
        #expect(output[1] == 1)
      }
    }
  }

  @Test func optimiserAndReLUAreTheSameOnEveryInstructionSet() {
    let images = TestImages(
      count: 1, shape: FeatureShape(height: 1, width: 1, channels: 333), classes: 2)
    let more = TestImages(
      count: 1, shape: FeatureShape(height: 1, width: 1, channels: 333), classes: 2, seed: 5)
    var results: [[Float]] = []
    for table in RandomnessTests.tables {
      for keras in [false, true] {
        var weights = images.pixels, velocity = more.pixels, gradient = more.pixels
        let options = dg_sgd(learning_rate: 0.1, momentum: 0.9, nesterov: true, keras: keras)
        #expect(table.sgd(options, &weights, &velocity, gradient, 333))
        table.relu_backward(&gradient, weights, 1.5, 333)
        results.append(weights + velocity + gradient)
        gradient[332] = .infinity
        #expect(!table.sgd(options, &weights, &velocity, gradient, 333))
      }
    }
    for (index, result) in results.enumerated() { #expect(result == results[index % 2]) }
  }
}
