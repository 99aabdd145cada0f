public import ExperimentModel
public import TensorCore

extension NetworkDescription {
  /// The tensor core's network for `network`, with the dropout that `dropout` asks for.
  ///
  /// Random names follow the block and layer numbers, so that two trials share the weights and
  /// masks of every layer that both have.
  public init(_ network: ResolvedNetwork, dropout: [DropoutSpec]) {
    let placed = PlacedDropouts(network, dropout)
    var layers: [Layer] = []
    var point = 0
    var dense = 0
    for layer in network.layers {
      // Every layer reads a point where dropout can stand, but for dense layers' activations.
      var isDenseActivation = false
      if case .activation = layer, dense > 0 { isDenseActivation = true }
      if !isDenseActivation {
        if let (spec, name) = placed[point] { layers.append(.dropout(Dropout(spec, name: name))) }
        point += 1
      }
      switch layer {
      case .convolution(let shape):
        layers.append(.convolution(ConvolutionLayer(shape, network.spec.initialiser)))
      case .normalisation(let block, let index, let shape):
        layers.append(
          .batchNorm(
            BatchNormLayer(
              label: "block\(block).norm\(index)", shape: FeatureShape(shape),
              form: network.spec.blocks[block - 1].normalisation == .batchPyTorch
                ? .pytorch : .keras)))
      case .activation(let kind, _): layers.append(.activation(Activation(kind)))
      case .pool(_, let kind, let size, let input, let output):
        layers.append(
          .pool(
            PoolLayer(
              kind: kind == .max ? .max : .average, size: size, input: FeatureShape(input),
              output: FeatureShape(output))))
      case .globalAverage: break
      case .dense(let label, let inputs, let outputs, let isLogits):
        dense += 1
        layers.append(
          .dense(
            DenseLayer(
              label: label, name: isLogits ? .logitsKernel : .kernel(dense: dense),
              inputs: inputs, outputs: outputs,
              initialiser: Initialiser(network.spec.initialiser))))
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

extension ConvolutionLayer {
  init(_ shape: ConvolutionShape, _ initialiser: ExperimentModel.Initialiser) {
    self.init(
      label: shape.label, name: .kernel(block: shape.block, convolution: shape.index),
      input: FeatureShape(shape.input), output: FeatureShape(shape.output), kernel: shape.kernel,
      padding: shape.rows.before, initialiser: Initialiser(initialiser))
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

extension Dropout {
  init(_ spec: DropoutSpec, name: RandomName) {
    self.init(
      kind: spec.kind == .spatial ? .spatial : .elementWise, rate: spec.rate, name: name)
  }
}
