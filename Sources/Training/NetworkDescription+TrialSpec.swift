public import ExperimentModel
public import TensorCore

extension NetworkDescription {
  /// The tensor core's network for `network`, with the dropout that `dropout` asks for.
  ///
  /// Random names follow the block and layer numbers, so that two trials share the weights and
  /// masks of every layer that both have.
  /// - Parameter updates: updates in an epoch, which schedules of the rate count in.
  public init(_ network: ResolvedNetwork, dropout: [DropoutSpec], updates: Int) {
    let placed = PlacedDropouts(network, dropout)
    let initialiser = TensorCore.Initialiser(network.spec.initialiser)
    var layers: [Layer] = []
    var point = 0
    var dense = 0
    for layer in network.layers {
      // Every layer reads a point where dropout can stand, but for dense layers' activations.
      var here: (spec: DropoutSpec, name: RandomName)?
      if case .activation = layer, dense > 0 {
      } else {
        here = placed[point]
        point += 1
      }
      if let (spec, name) = here, let kind = Dropout.Kind(spec) {
        layers.append(.dropout(Dropout(kind, spec, name: name, updates: updates)))
      }
      switch layer {
      case .convolution(let shape):
        let name = RandomName.kernel(block: shape.block, convolution: shape.index)
        layers.append(
          .convolution(
            ConvolutionLayer(
              label: shape.label, name: name, input: FeatureShape(shape.input),
              output: FeatureShape(shape.output), kernel: shape.kernel, stride: shape.stride,
              padding: shape.padding == .same ? .same : .valid,
              dropConnect: here.flatMap { DropConnect($0.spec, name: name, updates: updates) },
              initialiser: initialiser)))
      case .normalisation(let block, let index, let shape):
        layers.append(
          .batchNorm(
            BatchNormLayer(
              label: "block\(block).norm\(index)", shape: FeatureShape(shape),
              form: network.spec.blocks[block - 1].normalisation == .batchPyTorch
                ? .pytorch : .keras)))
      case .activation(let kind, _): layers.append(.activation(Activation(kind)))
      case .pool(let block, let kind, let size, let input, let output):
        layers.append(
          .pool(
            PoolLayer(
              kind: PoolLayer.Kind(kind, block: block, here, updates: updates), size: size,
              input: FeatureShape(input), output: FeatureShape(output))))
      case .globalAverage(let input): layers.append(.globalAverage(FeatureShape(input)))
      case .dense(let label, let inputs, let outputs, let isLogits):
        dense += 1
        let name = isLogits ? RandomName.logitsKernel : .kernel(dense: dense)
        layers.append(
          .dense(
            DenseLayer(
              label: label, name: name, inputs: inputs, outputs: outputs,
              dropConnect: here.flatMap { DropConnect($0.spec, name: name, updates: updates) },
              initialiser: initialiser)))
      }
    }
    self.init(input: FeatureShape(network.input), layers: layers)
  }
}

extension FeatureShape {
  init(_ shape: ImageShape) {
    self.init(height: shape.height, width: shape.width, channels: shape.channels)
  }
}

extension TensorCore.Initialiser {
  init(_ kind: ExperimentModel.Initialiser) {
    switch kind {
    case .glorotUniform: self = .glorotUniform
    case .glorotNormal: self = .glorotNormal
    case .heUniform: self = .heUniform
    case .heNormal: self = .heNormal
    }
  }
}

extension Activation {
  init(_ kind: ActivationKind) {
    switch kind {
    case .relu: self = .relu
    case .leakyReLU: self = .leakyReLU(slope: ActivationKind.leakySlope)
    case .elu: self = .elu(alpha: 1)
    case .selu: self = .selu
    case .tanh: self = .tanh
    case .sigmoid: self = .sigmoid
    }
  }
}
