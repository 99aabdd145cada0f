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
          kernel: try require(kernel?.first), stride: try require(stride),
          padding: padding == "same" ? .same : .valid, dropConnect: try connected(),
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
          kind: try pooled(), size: try require(size), input: input,
          output: try maps))
    case "dense":
      return .dense(
        DenseLayer(
          label: try require(label), name: try randomName(), inputs: input.count,
          outputs: output[0], dropConnect: try connected(), initialiser: try initialised()))
    case "global-average": return .globalAverage(input)
    case "flatten": return nil
    default: throw FixtureError(what: "no layer \(layer)")
    }
  }

  private func pooled() throws -> PoolLayer.Kind {
    switch kind {
    case "max": .max
    case "average": .average
    case "stochastic": .stochastic(try randomName())
    case "max-pooling-dropout":
      .maxPoolingDropout(
        Dropout(kind: .elementWise, rate: try require(rate), name: try randomName()))
    default: throw FixtureError(what: "no pool \(kind ?? "")")
    }
  }

  private func connected() throws -> DropConnect? {
    guard let dropConnect else { return nil }
    return DropConnect(
      rate: dropConnect.rate, name: try randomName(),
      inference: dropConnect.samples == 0 ? .mean : .gaussian(samples: dropConnect.samples),
      schedule: try dropConnect.schedule?.dropout() ?? .constant)
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
      case ("stochastic-pool", 1): .stochasticPool(block: numbers[0])
      default: nil
      }
    guard let result, result.rawValue == packed else {
      throw FixtureError(what: "\(name ?? "") is not the number \(packed ?? 0)")
    }
    return result
  }
}
