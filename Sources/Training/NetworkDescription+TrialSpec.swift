public import ExperimentModel
public import TensorCore

extension NetworkDescription {
  /// The tensor core's network for `network`, with the dropout that `dropout` asks for.
  ///
  /// Random names follow the block and layer numbers, so that two trials share the weights and
  /// masks of every layer that both have.
  public init(_ network: ResolvedNetwork, dropout: [DropoutSpec]) {
    func find(_ site: DropoutSite) -> DropoutSpec? { dropout.first { $0.site == site } }
    var dense = 0
    var layers: [Layer] = []
    for layer in network.layers {
      switch layer {
      case .convolution(let block, let index, let input, let output, let kernel, let padding):
        layers += [
          .convolution(
            ConvolutionLayer(
              label: "block\(block).conv\(index)",
              name: .kernel(block: block, convolution: index), input: FeatureShape(input),
              output: FeatureShape(output), kernel: kernel,
              padding: padding == .same ? .same : .valid)),
          .activation(.relu),
        ]
      case .pool(let block, let kind, let size, let input, let output):
        let after = find(.afterPool(block: block))
        if let before = find(.beforePool(block: block)) {
          layers.append(.dropout(Dropout(before, name: .pool(block: block, second: after != nil))))
        }
        layers.append(
          .pool(
            PoolLayer(
              kind: kind == .max ? .max : .average, size: size, input: FeatureShape(input),
              output: FeatureShape(output))))
        if let after { layers.append(.dropout(Dropout(after, name: .pool(block: block)))) }
      case .dense(let label, let inputs, let outputs, let isLogits):
        if !isLogits { dense += 1 }
        let name = isLogits ? RandomName.logitsKernel : .kernel(dense: dense)
        layers.append(
          .dense(DenseLayer(label: label, name: name, inputs: inputs, outputs: outputs)))
        guard !isLogits else { continue }
        layers.append(.activation(.relu))
        if let dropout = find(.dense(layer: dense)) {
          layers.append(.dropout(Dropout(dropout, name: .dense(dense))))
        }
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

extension Dropout {
  init(_ spec: DropoutSpec, name: RandomName) {
    self.init(
      kind: spec.kind == .spatial ? .spatial : .elementWise, rate: spec.rate, name: name)
  }
}

extension Optimiser {
  /// The tensor core's form of `optimiser`.
  public init(_ optimiser: OptimiserSpec) {
    self = .sgd(
      SGD(
        learningRate: optimiser.learningRate,
        schedule: optimiser.decay > 0 ? .timeBased(decay: optimiser.decay) : .constant,
        momentum: optimiser.momentum, nesterov: optimiser.nesterov,
        form: optimiser.form == .keras ? .keras : .pytorch))
  }
}
