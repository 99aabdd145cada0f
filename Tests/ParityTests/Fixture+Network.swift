import TensorCore

/// Dropgrid's form of what a fixture describes.
extension Fixture {
  /// The layers, with those that Dropgrid has as one taken together.
  func description() throws -> NetworkDescription {
    var layers: [NetworkDescription.Layer] = []
    var shape = try Self.shape(network.input)
    var pending: Dropout?
    for layer in network.layers {
      switch layer.layer {
      case "convolution":
        let output = try Self.shape(layer.output)
        layers.append(
          .convolution(
            ConvolutionLayer(
              label: try layer.require(layer.label), name: try layer.randomName(), input: shape,
              output: output, kernel: try layer.require(layer.kernel?.first),
              padding: try layer.require(layer.pads?.first?.first))))
        shape = output
      case "dropout":
        let dropout = Dropout(
          kind: layer.kind == "spatial" ? .spatial : .elementWise,
          rate: try layer.require(layer.rate), name: try layer.randomName())
        switch layers.last {
        case .pool(var pool):
          pool.after = dropout
          layers[layers.count - 1] = .pool(pool)
        case .dense(var dense):
          dense.dropout = dropout
          layers[layers.count - 1] = .dense(dense)
        default: pending = dropout
        }
      case "pool":
        let output = try Self.shape(layer.output)
        layers.append(
          .pool(
            PoolLayer(
              kind: layer.kind == "max" ? .max : .average, size: try layer.require(layer.size),
              input: shape, output: output, before: pending)))
        pending = nil
        shape = output
      case "dense":
        let kernel = try layer.require(layer.kernel)
        layers.append(
          .dense(
            DenseLayer(
              label: try layer.require(layer.label), name: try layer.randomName(),
              inputs: kernel[0], outputs: kernel[1], isLogits: layer.label == "logits")))
      case "activation", "flatten": break
      default: throw FixtureError(what: "no layer \(layer.layer)")
      }
    }
    return NetworkDescription(input: try Self.shape(network.input), layers: layers)
  }

  private static func shape(_ numbers: [Int]) throws -> FeatureShape {
    guard numbers.count == 3 else { throw FixtureError(what: "no shape of maps: \(numbers)") }
    return FeatureShape(height: numbers[0], width: numbers[1], channels: numbers[2])
  }

  func optimiser() throws -> SGD {
    let options = network.optimiser
    return SGD(
      learningRate: options.learningRate, momentum: options.momentum ?? 0,
      nesterov: options.nesterov ?? false, decay: options.decay ?? 0,
      form: options.form == "keras" ? .keras : .pytorch)
  }

  /// Labels of the parameters, in the order of `Network.exportWeights`.
  var parameters: [String] {
    network.layers.flatMap { layer in
      layer.kernel == nil ? [] : ["kernel", "bias"].map { "\(layer.label ?? "").\($0)" }
    }
  }
}

extension Fixture.Layer {
  func require<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw FixtureError(what: "a setting of \(label ?? layer) is missing") }
    return value
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
      default: nil
      }
    guard let result, result.rawValue == packed else {
      throw FixtureError(what: "\(name ?? "") is not the number \(packed ?? 0)")
    }
    return result
  }
}
