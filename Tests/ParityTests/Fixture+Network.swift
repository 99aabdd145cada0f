import TensorCore

/// Dropgrid's form of what a fixture describes.
extension Fixture {
  func description() throws -> NetworkDescription {
    let input = try Self.shape(network.input)
    var shape = input
    let layers = try network.layers.compactMap { layer in
      defer { shape = (try? Self.shape(layer.output)) ?? shape }
      return try layer.described(input: shape)
    }
    return NetworkDescription(input: input, layers: layers)
  }

  /// Height, width and channels, or the width of rows.
  private static func shape(_ numbers: [Int]) throws -> FeatureShape {
    switch numbers.count {
    case 1: FeatureShape(height: 1, width: 1, channels: numbers[0])
    case 3: FeatureShape(height: numbers[0], width: numbers[1], channels: numbers[2])
    default: throw FixtureError(what: "no shape: \(numbers)")
    }
  }

  /// Labels of the parameters, in the order of `Network.exportWeights`.
  var parameters: [String] {
    network.layers.flatMap { layer in
      let roles =
        switch layer.layer {
        case "convolution", "dense": ["kernel", "bias"]
        case "batch-norm": ["gamma", "beta", "moving_mean", "moving_variance"]
        default: [String]()
        }
      return roles.map { "\(layer.label ?? "").\($0)" }
    }
  }
}

extension Fixture.Layer {
  func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw FixtureError(what: "a setting of \(label ?? layer) is missing") }
    return value
  }

  /// The layer on an input of this shape; nil for a flattening, which Dropgrid does not write down.
  fileprivate func described(input: FeatureShape) throws -> NetworkDescription.Layer? {
    var maps: FeatureShape {
      get throws {
        guard output.count == 3 else { throw FixtureError(what: "\(layer) has no maps") }
        return FeatureShape(height: output[0], width: output[1], channels: output[2])
      }
    }
    switch layer {
    case "convolution":
      return .convolution(
        ConvolutionLayer(
          label: try require(label), name: try randomName(), input: input, output: try maps,
          kernel: try require(kernel?.first), padding: try require(pads?.first?.first),
          initialiser: try initialised()))
    case "batch-norm":
      return .batchNorm(
        BatchNormLayer(
          label: try require(label), shape: input, form: form == "keras" ? .keras : .pytorch,
          momentum: try require(momentum), epsilon: try require(epsilon)))
    case "activation": return .activation(try activation())
    case "dropout": return .dropout(try dropout())
    case "pool":
      return .pool(
        PoolLayer(
          kind: kind == "max" ? .max : .average, size: try require(size), input: input,
          output: try maps))
    case "dense":
      return .dense(
        DenseLayer(
          label: try require(label), name: try randomName(), inputs: input.count,
          outputs: output[0], initialiser: try initialised()))
    case "flatten": return nil
    default: throw FixtureError(what: "no layer \(layer)")
    }
  }

  private func initialised() throws -> Initialiser {
    switch initialiser {
    case "glorot-uniform": .glorotUniform
    case "glorot-normal": .glorotNormal
    case "he-uniform": .heUniform
    case "he-normal": .heNormal
    default: throw FixtureError(what: "no initialiser \(initialiser ?? "")")
    }
  }

  private func activation() throws -> Activation {
    switch kind {
    case "relu": .relu
    case "leaky-relu": .leakyReLU(slope: try require(slope))
    case "elu": .elu(alpha: try require(alpha))
    case "selu": .selu
    case "gelu": .gelu
    case "tanh": .tanh
    case "sigmoid": .sigmoid
    default: throw FixtureError(what: "no activation \(kind ?? "")")
    }
  }

  func dropout() throws -> Dropout {
    let kind: Dropout.Kind =
      switch kind {
      case "element-wise": .elementWise
      case "spatial": .spatial
      case "shared": try shared()
      case "gaussian": .gaussian
      case "alpha": .alpha
      case "drop-block":
        .dropBlock(
          size: try require(block), channels: channels == "shared" ? .shared : .independent,
          centres: centres == "valid" ? .valid : .full)
      default: throw FixtureError(what: "no dropout \(kind ?? "")")
      }
    return Dropout(
      kind: kind, rate: try require(rate), name: try randomName(), schedule: try scheduled())
  }

  private func shared() throws -> Dropout.Kind {
    let axes = try require(shape).map { $0 == "1" }
    guard axes.count == 4 else { throw FixtureError(what: "no noise shape \(shape ?? "")") }
    return .shared(batch: axes[0], height: axes[1], width: axes[2], channels: axes[3])
  }

  private func scheduled() throws -> DropoutSchedule {
    switch (schedule?.kind, schedule?.updates) {
    case (nil, _): .constant
    case ("early", let updates?): .early(until: updates)
    case ("late", let updates?): .late(from: updates)
    case ("linear", let updates?): .linear(until: updates)
    default: throw FixtureError(what: "no schedule \(schedule?.kind ?? "")")
    }
  }

  /// The random name, which must be the number that the fixture has for it.
  func randomName() throws -> RandomName {
    let words = try require(name).split(separator: " ")
    let numbers = words.dropFirst().compactMap { Int($0) }
    let result: RandomName? =
      switch (words.first, numbers.count) {
      case ("kernel", 2): .kernel(block: numbers[0], convolution: numbers[1])
      case ("dense-kernel", 1): .kernel(dense: numbers[0])
      case ("logits-kernel", 0): .logitsKernel
      case ("pool", 1): .pool(block: numbers[0])
      case ("pool-second", 1): .pool(block: numbers[0], second: true)
      case ("dense", 1): .dense(numbers[0])
      case ("convolution", 3):
        RandomName.ConvolutionPoint(rawValue: numbers[2]).map {
          .convolution(block: numbers[0], convolution: numbers[1], $0)
        }
      case ("dense-input", 1): .denseInput(numbers[0])
      case ("input", 0): .input
      default: nil
      }
    guard let result, result.rawValue == packed else {
      throw FixtureError(what: "\(name ?? "") is not the number \(packed ?? 0)")
    }
    return result
  }
}
