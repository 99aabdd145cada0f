import CKernels
import TensorCore
import TensorReference
import Testing

/// Adam, AdamW, learning-rate schedules and label smoothing against the readable reference.
@Suite struct OptimiserTests {
  static let input = FeatureShape(height: 10, width: 10, channels: 1)
  static let parts: [TestNetwork.Part] = [
    .convolution(16), .convolution(16), .pool(.max, before: (.elementWise, 0.2)),
    .dense(12, dropout: 0.3), .dense(4),
  ]
  static let images = TestImages(count: 24, shape: input, classes: 4)

  static func indices(step: Int) -> [Int32] { (0..<8).map { Int32(($0 * 7 + step * 5) % 24) } }

  static func train(_ network: Network, _ optimiser: Optimiser, steps: Range<Int>) throws {
    for step in steps {
      _ = try images.with {
        try network.train($0, indices: indices(step: step)[...], optimiser: optimiser, step: step)
      }
    }
  }

  /// With kernels under which no number lies so near to the edge of a ReLU or between two numbers of a
  /// pool that rounding decides.
  static func network() throws -> Network {
    try Network(
      TestNetwork(input: input, parts).description, batch: 8, initialisationSeed: 3, maskSeed: 9)
  }

  @Test(arguments: [Adam.Form.keras, .pytorch], [0, 0.1])
  func twentyUpdatesOfAdamAgree(form: Adam.Form, weightDecay: Double) throws {
    var test = TestNetwork(input: Self.input, Self.parts)
    let network = try Self.network()
    test.reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    // A larger ε than usual, so that its place in the formula matters.
    let adam = Adam(
      learningRate: 0.003, schedule: .oneCycle(total: 20), epsilon: 1e-3,
      weightDecay: weightDecay, form: form)
    var reference = ReferenceAdam(
      form: form == .keras ? .keras : .pyTorch, epsilon: 1e-3, weightDecay: weightDecay)
    for step in 0..<20 {
      try Self.train(network, .adam(adam), steps: step..<step + 1)
      let indices = Self.indices(step: step).map(Int.init)
      let batch = indices.flatMap { image in
        Self.images.pixels[image * 100..<(image + 1) * 100].map(Double.init)
      }
      let gradients = test.reference.lossAndGradients(
        batch, labels: indices.map { Int(Self.images.labels[$0]) },
        mode: test.mode(seed: 9, step: step)
      ).gradients
      reference.update(
        &test.reference.parameters, gradients: gradients,
        learningRate: ReferenceSchedule.oneCycle(0.003, total: 20, t: step))
    }
    for (value, expected) in zip(network.exportWeights(), test.reference.parameters) {
      #expect(relativeError(value, expected) < 1e-3)
    }
  }

  @Test func usualEpsilons() {
    #expect(Adam(learningRate: 1).epsilon == 1e-7)
    #expect(Adam(learningRate: 1, form: .pytorch).epsilon == 1e-8)
  }

  @Test func adamIsTheSameOnEveryInstructionSet() throws {
    let shape = FeatureShape(height: 1, width: 1, channels: 333)
    let start = TestImages(count: 1, shape: shape, classes: 2).pixels
    let gradient = TestImages(count: 1, shape: shape, classes: 2, seed: 5).pixels
    let options = dg_adam(
      first_share: 0.1, second_share: 0.001, keep: 0.999, step_size: 0.3, root_scale: 1.7,
      epsilon: 1e-7)
    var results: [[Float]] = []
    for table in RandomnessTests.tables {
      var weights = start, first = start, second = start.map { $0 * $0 }
      for _ in 0..<3 {
        #expect(table.adam(options, &weights, &first, &second, gradient, 333))
      }
      results.append(weights + first + second)
      // The square of the last overflows while every weight stays finite.
      for (place, bad) in [(0, Float.infinity), (40, .nan), (332, -.infinity), (100, 1e20)] {
        var (w, m, v, g) = (start, start, start.map { $0 * $0 }, gradient)
        g[place] = bad
        #expect(!table.adam(options, &w, &m, &v, g, 333))
      }
    }
    #expect(results.allSatisfy { $0 == results[0] })
  }

  /// What the gradient of Adam's first updates overflows is named.
  @Test func overflowingSecondMomentsAreNamed() throws {
    let network = try Self.network()
    var weights = network.exportWeights()
    let last = weights.count - 2
    weights[last] = weights[last].map { $0 * 1e22 }
    network.importWeights(weights)
    #expect {
      try Self.train(network, .adam(Adam(learningRate: 0.1)), steps: 0..<1)
    } throws: { error in
      "\(error)".contains("'s second moment, at step 0")
    }
  }

  /// A network that takes on the state of another goes on to the same bits.
  @Test(arguments: [
    Optimiser.sgd(SGD(learningRate: 0.05, momentum: 0.9)),
    .adam(Adam(learningRate: 0.003, weightDecay: 0.01)),
  ])
  func statesCarryOn(optimiser: Optimiser) throws {
    let whole = try Self.network()
    try Self.train(whole, optimiser, steps: 0..<9)
    let begun = try Self.network()
    try Self.train(begun, optimiser, steps: 0..<5)
    let state = begun.exportState()
    let resumed = try Self.network()
    #expect(try resumed.importState(state, for: optimiser))
    try Self.train(resumed, optimiser, steps: 5..<9)
    #expect(resumed.exportWeights() == whole.exportWeights())
    #expect(resumed.exportState() == whole.exportState())

    // Without what the optimiser remembers it would not be the same: each part matters.
    var changed = state
    changed.velocities = changed.velocities.map { _ in 0 }
    #expect(try resumed.importState(changed, for: optimiser))
    try Self.train(resumed, optimiser, steps: 5..<9)
    #expect(resumed.exportWeights() != whole.exportWeights())
  }

  @Test func statesOfAnotherSizeAreRefused() throws {
    let network = try Self.network()
    let sgd = Optimiser.sgd(SGD(learningRate: 0.1)), adam = Optimiser.adam(Adam(learningRate: 0.1))
    let plain = network.exportState()
    try Self.train(network, adam, steps: 0..<1)
    let full = network.exportState()
    #expect(plain.secondMoments.isEmpty && full.secondMoments.count == full.weights.count)
    #expect(full.secondMoments.allSatisfy { $0 >= 0 } && full.secondMoments.contains { $0 > 0 })
    #expect(try !network.importState(plain, for: adam))
    #expect(try !network.importState(full, for: sgd))
    var short = full
    short.secondMoments.removeLast()
    #expect(try !network.importState(short, for: adam))
    #expect(network.exportState() == full, "nothing changes")
    #expect(try network.importState(full, for: adam))
  }

  @Test(arguments: [1, 2, 3, 7, 10, 100, 1875])
  func schedulesAgree(total: Int) {
    var cases: [(LearningRateSchedule, (Int) -> Double)] = [
      (.constant, { _ in 0.3 }),
      (.timeBased(decay: 1e-3), { ReferenceSchedule.timeBased(0.3, decay: 1e-3, t: $0) }),
      (.cosine(total: total), { ReferenceSchedule.cosine(0.3, total: total, t: $0) }),
      (.oneCycle(total: total), { ReferenceSchedule.oneCycle(0.3, total: total, t: $0) }),
    ]
    cases.append(
      (
        .step(every: total, factor: 0.3),
        { ReferenceSchedule.step(0.3, every: total, factor: 0.3, t: $0) }
      ))
    for (schedule, expected) in cases {
      for t in 0..<total + 20 {
        let rate = schedule.rate(0.3, update: t)
        #expect(abs(rate - expected(t)) <= 1e-13 * 0.3, "\(schedule) at \(t)")
      }
    }
  }

  @Test func smoothedLossAndGradientAgree() throws {
    let shape = ReferenceShape(height: 1, width: 1, channels: 7)
    let logits = TestImages(
      count: 5, shape: FeatureShape(height: 1, width: 1, channels: 7), classes: 7)
    let z = logits.pixels.map { $0 * 6 }
    for smoothing in [0, 0.1, 0.9] {
      let expected = ReferenceLoss.evaluate(
        logits: ReferenceTensor(batch: 5, shape: shape, values: z.map(Double.init)),
        labels: logits.labels.map(Int.init), smoothing: smoothing)
      var gradient = [Float](repeating: 1, count: 42)
      let result = dg_softmax_cross_entropy(z, logits.labels, 5, 6, 7, smoothing, 5, &gradient)
      #expect(abs(result.loss / 5 - expected.loss) < 1e-12)
      #expect(result.correct == expected.correct)
      #expect(relativeError(Array(gradient.prefix(35)), expected.gradient.values) < 1e-6)
      #expect(gradient.suffix(7).allSatisfy { $0 == 0 })
      var broken = z
      broken[9] = .nan
      let spoilt = dg_softmax_cross_entropy(broken, logits.labels, 5, 6, 7, smoothing, 5, nil)
      #expect(spoilt.loss.isNaN)
    }
  }

  /// Without smoothing the loss has the bits of numerics version 1: its sum in this very order.
  @Test func plainLossKeepsItsBits() {
    let z = TestImages(
      count: 200, shape: FeatureShape(height: 1, width: 1, channels: 10), classes: 10)
    for row in 0..<200 {
      let logits = z.pixels[row * 10..<(row + 1) * 10].map { $0 * 7 }
      let largest = Double(logits.max() ?? 0)
      let sum = logits.reduce(0.0) { $0 + dg_exp(Double($1) - largest) }
      let loss = dg_log(sum) + largest - Double(logits[Int(z.labels[row])])
      let result = dg_softmax_cross_entropy(logits, [z.labels[row]], 1, 1, 10, 0, 1, nil)
      #expect(result.loss == loss)
    }
  }

  /// Training sees the smoothed target, evaluation the label alone.
  @Test func smoothingIsForTrainingOnly() throws {
    var test = TestNetwork(input: Self.input, Self.parts)
    let network = try Self.network()
    test.reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    let batch = Self.images.pixels.prefix(800).map(Double.init)
    let labels = Self.images.labels.prefix(8).map(Int.init)
    let expected = test.reference.lossAndGradients(
      batch, labels: labels, mode: test.mode(seed: 9, step: 0), smoothing: 0.2)
    let loss = try Self.images.with {
      try network.gradient($0, indices: (0..<8).map(Int32.init), step: 0, labelSmoothing: 0.2)
    }
    #expect(abs(loss.meanLoss - expected.loss) < 1e-5)
    for (value, reference) in zip(network.exportGradients(), expected.gradients) {
      #expect(relativeError(value, reference) < 1e-4)
    }
    let plain = test.reference.loss(batch, labels: labels, mode: .evaluation)
    let evaluated = try Self.images.with { try network.evaluate($0, count: 8) }
    #expect(abs(evaluated.meanLoss - plain.loss) < 1e-5)
  }
}
