/// What initialisation and import need to know of a layer with parameters.
struct TrainableLayer {
  /// Its arrays and how many numbers each has, in the order of `Network.exportWeights`.
  var arrays: [(role: ParameterRole, count: Int)]
  /// Keys the kernel's initial values; nil where there is none.
  private var name: RandomName?
  private var fanIn = 0
  private var fanOut = 0
  private var initialiser = Initialiser.glorotUniform

  init(
    kernel name: RandomName, area: Int, inputs: Int, outputs: Int, initialiser: Initialiser
  ) {
    arrays = [(.kernel, area * inputs * outputs), (.bias, outputs)]
    self.name = name
    fanIn = area * inputs
    fanOut = area * outputs
    self.initialiser = initialiser
  }

  init(batchNorm channels: Int) {
    arrays = [.gamma, .beta, .movingMean, .movingVariance].map { ($0, channels) }
  }

  /// The kernel's initial values under `seed`.
  func kernel(seed: UInt64) -> [Float] {
    guard let name, let count = arrays.first?.count else { return [] }
    let key = RandomKey(seed: seed, stream: .initialisation, name: name)
    return initialiser.weights(key, count: count, fanIn: fanIn, fanOut: fanOut)
  }
}

extension NetworkDescription {
  /// The layers that have parameters, in order.
  var trainable: [TrainableLayer] {
    layers.compactMap { layer in
      switch layer {
      case .convolution(let layer):
        TrainableLayer(
          kernel: layer.name, area: layer.kernel * layer.kernel, inputs: layer.input.channels,
          outputs: layer.output.channels, initialiser: layer.initialiser)
      case .dense(let layer):
        TrainableLayer(
          kernel: layer.name, area: 1, inputs: layer.inputs, outputs: layer.outputs,
          initialiser: layer.initialiser)
      case .batchNorm(let layer): TrainableLayer(batchNorm: layer.shape.channels)
      case .activation, .dropout, .pool, .globalAverage: nil
      }
    }
  }
}
