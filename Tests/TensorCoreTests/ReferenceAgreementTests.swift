import TensorCore
import TensorReference
import Testing

/// The fast core against the readable reference: forward, gradients and whole trainings.
@Suite struct ReferenceAgreementTests {
  static let cases: [(String, FeatureShape, [TestNetwork.Part])] = {
    let gray = FeatureShape(height: 10, width: 9, channels: 1)
    let colour = FeatureShape(height: 9, width: 10, channels: 3)
    let many = FeatureShape(height: 8, width: 8, channels: 5)
    return [
      ("same, max", gray, [.convolution(16), .pool(.max), .dense(8), .dense(4)]),
      ("valid, average", colour, [.convolution(16, same: false), .pool(.average), .dense(4)]),
      (
        "two blocks, Winograd", colour,
        [
          .convolution(16), .convolution(32), .pool(.max), .convolution(16), .pool(.average),
          .dense(5),
        ]
      ),
      (
        "odd channel counts", gray,
        [.convolution(10), .convolution(7), .pool(.max), .convolution(20), .dense(9), .dense(3)]
      ),
      ("many input channels", many, [.convolution(8, kernel: 5), .pool(.max, size: 3), .dense(4)]),
      ("pool first", gray, [.pool(.average), .convolution(16), .dense(4)]),
      ("dense only", gray, [.dense(11, dropout: 0.3), .dense(4)]),
      ("1×1 kernels", gray, [.convolution(16, kernel: 1), .pool(.max), .dense(4)]),
      (
        "element-wise before max", gray,
        [.convolution(16), .pool(.max, before: (.elementWise, 0.4)), .dense(4)]
      ),
      (
        "element-wise before average", gray,
        [.convolution(24), .pool(.average, before: (.elementWise, 0.25)), .dense(4)]
      ),
      (
        "element-wise after max, dense", colour,
        [
          .convolution(16), .convolution(16), .pool(.max, after: (.elementWise, 0.5)),
          .dense(20, dropout: 0.5), .dense(4),
        ]
      ),
      (
        "spatial before max", colour,
        [.convolution(20), .pool(.max, before: (.spatial, 0.3)), .convolution(16), .dense(4)]
      ),
      (
        "spatial before average", colour,
        [.convolution(16), .pool(.average, before: (.spatial, 0.3)), .convolution(16), .dense(4)]
      ),
      (
        "spatial after max", colour,
        [.convolution(16), .pool(.max, after: (.spatial, 0.3)), .convolution(16), .dense(4)]
      ),
      (
        "both sides", colour,
        [
          .convolution(16), .pool(.max, before: (.spatial, 0.3), after: (.spatial, 0.4)),
          .convolution(16), .pool(.average, before: (.spatial, 0.2), after: (.elementWise, 0.2)),
          .dense(4),
        ]
      ),
    ] + GeneralNetworks.layers + GeneralNetworks.kinds + SampledNetworks.all
  }()

  @Test(arguments: cases.indices)
  func gradientsAgree(index: Int) throws {
    let (_, input, parts) = Self.cases[index]
    var test = TestNetwork(input: input, parts)
    let classes = test.reference.outputShapes.last?.channels ?? 0
    // An odd batch, so that nothing relies on whole vectors of images.
    let images = TestImages(count: 7, shape: input, classes: classes)
    let seed: UInt64 = 0x1234_5678_9ABC_DEF0
    let network = try Network(
      test.description, batch: 4, initialisationSeed: 3, maskSeed: seed)
    var weights = network.exportWeights()
    // Biases, scales and statistics that matter.
    for (slot, shape) in test.reference.parameterShapes.enumerated() where shape.count == 1 {
      for index in weights[slot].indices { weights[slot][index] += Float(index % 5) * 0.05 - 0.1 }
    }
    network.importWeights(weights)
    test.reference.parameters = weights.map { $0.map(Double.init) }

    // Batch 4 is the network's own; 3 is another set of primitives over the same weights.
    for (step, indices) in [[0, 1, 2, 3], [4, 6, 5], [2, 0, 1, 6]].enumerated() {
      let loss = try images.with {
        try network.gradient($0, indices: indices.map(Int32.init), step: step)
      }
      let batch = indices.flatMap { image in
        images.pixels[image * input.count..<(image + 1) * input.count].map(Double.init)
      }
      let mode = test.mode(seed: seed, step: step)
      let expected = test.reference.lossAndGradients(
        batch, labels: indices.map { Int(images.labels[$0]) }, mode: mode)
      test.reference.follow(batch, count: indices.count, mode: mode)
      #expect(abs(loss.meanLoss - expected.loss) < 1e-5)
      #expect(loss.correct == expected.correct)
      let gradients = network.exportGradients()
      for (value, reference) in zip(gradients, expected.gradients) {
        #expect(relativeError(value, reference) < 1e-4)
      }
      for (value, reference) in zip(network.exportWeights(), test.reference.parameters) {
        #expect(relativeError(value, reference) < 1e-5)
      }

      let logits = try images.with { try network.logits($0, indices: indices.map(Int32.init)) }
      let expectedLogits = test.reference.forward(batch, count: indices.count, mode: .evaluation)
      #expect(relativeError(logits.flatMap { $0 }, expectedLogits) < 1e-5)
    }
  }

  /// A batch that passes in slices has the gradient of its mean loss, whatever the slices' sizes.
  @Test(arguments: cases.indices)
  func slicesAddUp(index: Int) throws {
    let (_, input, parts) = Self.cases[index]
    var test = TestNetwork(input: input, parts)
    let slice = test.description.slice(ofBatch: 71)
    let tiesImages = parts.contains { part in
      switch part {
      case .batchNorm, .dropConnect, .dropout(.shared(batch: true, _, _, _), _): true
      case .dropout(.dropBlock, _): true
      default: false
      }
    }
    #expect(slice == (tiesImages ? 71 : 32))
    let images = TestImages(
      count: 71, shape: input, classes: test.reference.outputShapes.last?.channels ?? 0)
    let network = try Network(test.description, batch: 71, initialisationSeed: 3, maskSeed: 5)
    test.reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    let loss = try images.with {
      try network.gradient($0, indices: (0..<71).map(Int32.init), step: 2)
    }
    let expected = test.reference.lossAndGradients(
      images.pixels.map(Double.init), labels: images.labels.map(Int.init),
      mode: test.mode(seed: 5, step: 2, slice: slice))
    #expect(loss.count == 71)
    #expect(loss.correct == expected.correct)
    #expect(abs(loss.meanLoss - expected.loss) < 1e-5)
    for (value, reference) in zip(network.exportGradients(), expected.gradients) {
      #expect(relativeError(value, reference) < 1e-4)
    }
  }

  @Test(arguments: [SGD.Form.keras, .pytorch], [false, true])
  func twentyUpdatesAgree(form: SGD.Form, nesterov: Bool) throws {
    let input = FeatureShape(height: 10, width: 10, channels: 1)
    var test = TestNetwork(
      input: input,
      [
        .convolution(16), .convolution(16), .pool(.max, before: (.elementWise, 0.2)),
        .dense(12, dropout: 0.3), .dense(4),
      ])
    let images = TestImages(count: 24, shape: input, classes: 4)
    let network = try Network(test.description, batch: 8, initialisationSeed: 1, maskSeed: 9)
    test.reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    let sgd = Optimiser.sgd(
      SGD(
        learningRate: 0.02, schedule: .timeBased(decay: 0.01), momentum: 0.9, nesterov: nesterov,
        form: form))
    var reference = ReferenceSGD(
      form: form == .keras ? .keras : .pyTorch, learningRate: 0.02, momentum: 0.9,
      nesterov: nesterov, decay: 0.01)
    for step in 0..<20 {
      let indices = (0..<8).map { ($0 * 7 + step * 5) % 24 }
      _ = try images.with {
        try network.train($0, indices: indices.map(Int32.init)[...], optimiser: sgd, step: step)
      }
      let batch = indices.flatMap { image in
        images.pixels[image * input.count..<(image + 1) * input.count].map(Double.init)
      }
      let gradients = test.reference.lossAndGradients(
        batch, labels: indices.map { Int(images.labels[$0]) },
        mode: test.mode(seed: 9, step: step)
      ).gradients
      reference.update(&test.reference.parameters, gradients: gradients)
    }
    for (value, expected) in zip(network.exportWeights(), test.reference.parameters) {
      #expect(relativeError(value, expected) < 1e-3)
    }
  }

  @Test func evaluationCoversEveryImageOnce() throws {
    let input = FeatureShape(height: 8, width: 8, channels: 1)
    let test = TestNetwork(
      input: input, [.convolution(16), .pool(.max, after: (.spatial, 0.5)), .dense(3)])
    let images = TestImages(count: 75, shape: input, classes: 3)
    let network = try Network(test.description, batch: 20, initialisationSeed: 1, maskSeed: 1)
    var reference = test.reference
    reference.parameters = network.exportWeights().map { $0.map(Double.init) }
    let expected = reference.loss(
      images.pixels.map(Double.init), labels: images.labels.map(Int.init), mode: .evaluation)
    let result = try images.with { try network.evaluate($0, count: 75) }
    #expect(result.count == 75)
    #expect(result.correct == expected.correct)
    #expect(abs(result.meanLoss - expected.loss) < 1e-5)
  }
}
