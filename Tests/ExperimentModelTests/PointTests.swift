import ExperimentModel
import Testing

@Suite struct PointTests {
  private func points(
    _ blocks: [BlockSpec], dense: [Int] = [5], head: Head = .flatten
  ) throws -> [DropoutPoint] {
    try ResolvedNetwork(
      NetworkSpec(name: "n", blocks: blocks, dense: dense, head: head),
      input: ImageShape(height: 9, width: 8, channels: 1), classes: 3
    ).points
  }

  @Test func everyPlaceHasItsNames() throws {
    let blocks = [BlockSpec(filters: 2, convolutions: 2), BlockSpec(filters: 3, pool: nil)]
    #expect(
      try points(blocks, dense: [5, 4]).map { $0.names.map(\.description) } == [
        ["input", "block1.conv1.input"],
        ["block1.conv1.before-activation"],
        ["block1.conv1.after-activation", "block1.conv2.input"],
        ["block1.conv2.before-activation"],
        ["block1.before-pool", "block1.conv2.after-activation"],
        ["block1.after-pool", "block2.conv1.input"],
        ["block2.conv1.before-activation"],
        ["block2.conv1.after-activation", "dense1.input"],
        ["dense1", "dense2.input"],
        ["dense2", "logits.input"],
      ])
  }

  @Test func normalisationHeadsAndStridesMakePlaces() throws {
    let block = BlockSpec(filters: 2, normalisation: .batch).strided
    let found = try points([block], dense: [], head: .globalAverage)
    #expect(
      found.map { $0.names.map(\.description) } == [
        ["input", "block1.conv1.input"],
        ["block1.conv1.before-norm"],
        ["block1.conv1.before-activation", "block1.conv1.after-norm"],
        ["block1.after-pool", "block1.conv1.after-activation"],
        ["logits.input"],
      ])
    #expect(found.map(\.isRow) == [false, false, false, false, true])
    #expect(found.map(\.isSigned) == [true, true, true, false, false])
    #expect(found[3].shape == ImageShape(height: 5, width: 4, channels: 2))
    #expect(found[4].shape == ImageShape(height: 1, width: 1, channels: 2))
  }

  @Test func everyPointHasItsOwnCanonicalSite() throws {
    for pool in [PoolKind.max, nil] {
      for norm in [Normalisation.batch, nil] {
        let block = BlockSpec(filters: 2, convolutions: 3, pool: pool, normalisation: norm)
        let found = try points([block, block], dense: [3, 3])
        #expect(Set(found.map(\.site)).count == found.count)
        #expect(Set(found.flatMap(\.names)).count == found.flatMap(\.names).count)
      }
    }
  }

  /// TensorFlow's rule: ceil(in / s) outputs.
  @Test(arguments: [(28, 3, 2, 14), (29, 3, 2, 15), (9, 5, 3, 3), (8, 1, 2, 4), (28, 3, 1, 28)])
  func sizesWithStrides(size: Int, kernel: Int, stride: Int, output: Int) throws {
    for padding in Padding.allCases {
      let block = BlockSpec(
        filters: 1, convolutions: 2, kernel: kernel, padding: padding, pool: nil, stride: stride)
      let network = try ResolvedNetwork(
        NetworkSpec(name: "n", blocks: [block], dense: []),
        input: ImageShape(height: size, width: 31, channels: 1), classes: 2)
      let shapes = network.layers.compactMap { layer -> ConvolutionShape? in
        if case .convolution(let shape) = layer { shape } else { nil }
      }
      let loss = padding == .same ? 0 : kernel - 1
      // Only the last convolution of a block is strided.
      #expect(shapes.map(\.stride) == [1, stride])
      #expect(shapes[0].output.height == size - loss)
      #expect(
        shapes[1].output.height
          == (padding == .same ? output : (size - 2 * loss - 1) / stride + 1))
    }
  }

  @Test func batchNormalisationHasFourArrays() throws {
    let network = try ResolvedNetwork(
      NetworkSpec(
        name: "n", blocks: [BlockSpec(filters: 4, normalisation: .batch)], dense: []),
      input: ImageShape(height: 4, width: 4, channels: 1), classes: 2)
    #expect(
      network.parameters.map(\.name) == [
        "block1.conv1.kernel", "block1.conv1.bias", "block1.norm1.gamma", "block1.norm1.beta",
        "block1.norm1.moving_mean", "block1.norm1.moving_variance", "logits.kernel", "logits.bias",
      ])
    #expect(network.parameters[2].shape == [4])
  }

  @Test func whatIsNotTheDefaultIsInTheCanonicalText() {
    let base = TrialSpec(
      network: .small,
      dropout: [DropoutSpec(site: .afterPool(block: 1), kind: .elementWise, rate: 0.1)],
      optimiser: OptimiserSpec(learningRate: 0.1), batch: 32, epochs: 2, data: DataSpec(name: "a"),
      seed: Seed(1))
    var others: [TrialSpec] = []
    func add(_ change: (inout TrialSpec) -> Void) {
      var spec = base
      change(&spec)
      others.append(spec)
    }
    func drop(_ spec: DropoutSpec) { add { $0.dropout = [spec] } }
    add { $0.network.blocks[0].stride = 2 }
    add { $0.network.blocks[1].stride = 2 }
    add { $0.network.blocks[0].normalisation = .batch }
    add { $0.network.blocks[0].normalisation = .batchPyTorch }
    add { $0.network.blocks[0].pool = .stochastic }
    for kind in ActivationKind.allCases.dropFirst() {
      add { $0.network.blocks[0].activation = kind }
      add { $0.network.denseActivation = kind }
    }
    add { $0.network.head = .globalAverage }
    for initialiser in Initialiser.allCases.dropFirst() {
      add { $0.network.initialiser = initialiser }
    }
    for word in SiteWord.allCases where word != .afterPool {
      let site: DropoutSite =
        switch word {
        case .input: .input
        case .convolutionInput: .convolution(block: 1, index: 1, .input)
        case .beforeNorm: .convolution(block: 1, index: 1, .beforeNorm)
        case .afterNorm: .convolution(block: 1, index: 1, .afterNorm)
        case .beforeActivation: .convolution(block: 1, index: 1, .beforeActivation)
        case .afterActivation: .convolution(block: 1, index: 1, .afterActivation)
        case .beforePool: .beforePool(block: 1)
        case .afterPool: .afterPool(block: 1)
        case .denseInput: .denseInput(layer: 1)
        case .dense: .dense(layer: 1)
        case .logitsInput: .logitsInput
        }
      #expect(site.word == word)
      drop(DropoutSpec(site: site, kind: .elementWise, rate: 0.1))
    }
    let site = DropoutSite.afterPool(block: 1)
    for kind in [DropoutKind.spatial, .gaussian, .alpha, .maxPooling] {
      drop(DropoutSpec(site: site, kind: kind, rate: 0.1))
    }
    for noise in NoiseShape.all {
      drop(DropoutSpec(site: site, kind: .noiseShape, rate: 0.1, noise: noise))
      #expect(NoiseShape(rawValue: noise.rawValue) == noise)
    }
    for block in [
      DropBlockShape(size: 2), DropBlockShape(size: 3), DropBlockShape(size: 2, channels: .shared),
      DropBlockShape(size: 2, centres: .full),
    ] {
      drop(DropoutSpec(site: site, kind: .dropBlock, rate: 0.1, block: block))
    }
    for inference in [DropConnectInference.mean, .gaussian(samples: 5), .gaussian(samples: 6)] {
      drop(DropoutSpec(site: site, kind: .dropConnect, rate: 0.1, inference: inference))
    }
    for schedule in [
      RateSchedule.early(epochs: 1), .early(epochs: 2), .late(epochs: 1), .linear(epochs: 1),
    ] {
      drop(DropoutSpec(site: site, kind: .elementWise, rate: 0.1, schedule: schedule))
    }
    add { $0.optimiser.name = .adam }
    add { $0.optimiser.name = .adamW }
    for change: (inout AdamSpec) -> Void in [
      { $0.beta1 = 0.8 }, { $0.beta2 = 0.9 }, { $0.epsilon = 1e-8 }, { $0.weightDecay = 0.1 },
    ] {
      add {
        $0.optimiser.name = .adamW
        change(&$0.optimiser.adam)
      }
    }
    for schedule in [
      LearningRateSpec.step(epochs: 1, factor: 0.1), .step(epochs: 2, factor: 0.1),
      .step(epochs: 1, factor: 0.2), .cosine, .oneCycle,
    ] {
      add { $0.optimiser.schedule = schedule }
    }
    add { $0.labelSmoothing = 0.1 }
    add { $0.monteCarlo = 3 }
    add { $0.trainEvaluation = .last }
    add { $0.testEvaluation = .last }
    add { $0.testEvaluation = .every(3) }
    #expect(Set(others.map(\.canonicalText) + [base.canonicalText]).count == others.count + 1)
  }
}
