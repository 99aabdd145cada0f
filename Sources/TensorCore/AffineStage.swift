internal import CKernels

/// A convolution or dense layer, and the ReLU and the dropout behind it.
final class AffineStage: TrainableStage {
  let slot: Int
  let outputCount: Int
  private let layer: AffineLayer
  private let relu: Bool
  /// The stage behind does the ReLU, forward and backward.
  private let reluBehind: Bool
  private let dropout: GroupMasks?
  private var rows: dg_dropout
  private let mask: WeightMask?
  private var arrays: StageArrays?
  /// Where the parameters start in the arenas.
  private var kernel = 0
  private var bias = 0

  init(
    _ layer: ConvolutionLayer, slot: Int, relu: Bool, reluBehind: Bool, input: TensorShape,
    batch: Int, inputGradient: Bool, like other: AffineStage?
  ) throws(TensorError) {
    self.slot = slot
    self.relu = relu
    self.reluBehind = reluBehind
    dropout = nil
    rows = dg_dropout()
    outputCount = TensorShape(shape: layer.output, layout: dg_layout_blocked).count(batch: batch)
    self.layer = try AffineLayer(
      layer, batch: batch, planes: input.layout == dg_layout_planes,
      inputGradient: inputGradient, like: layer.dropConnect == nil ? other?.layer : nil)
    mask = try Self.mask(layer.dropConnect, self.layer)
  }

  init(
    _ layer: DenseLayer, slot: Int, relu: Bool, dropout: Dropout?, batch: Int
  ) throws(TensorError) {
    self.slot = slot
    self.relu = relu
    reluBehind = false
    outputCount = batch * layer.outputs
    self.layer = AffineLayer(layer, batch: batch)
    mask = try Self.mask(layer.dropConnect, self.layer)
    rows = dg_dropout()
    guard let dropout else {
      self.dropout = nil
      return
    }
    let shape = TensorShape.rows(layer.outputs)
    self.dropout = try GroupMasks(
      DropoutGroup(elementWise: dropout), shape.shape, batch: batch)
    rows.tensor = shape.raw(batch: batch)
  }

  private static func mask(
    _ dropConnect: DropConnect?, _ layer: AffineLayer
  ) throws(TensorError) -> WeightMask? {
    guard let dropConnect else { return nil }
    return try WeightMask(
      dropConnect, kernelPositions: layer.kernelPositions(), kernel: layer.realKernelCount,
      biases: layer.outputs, biasCount: layer.biasCount)
  }

  var label: String { layer.label }
  var scratchBytes: Int { layer.scratchBytes }
  var implementation: String { "\(layer.label): \(layer.implementation)" }

  var shapes: [ParameterShape] {
    [
      ParameterShape(role: .kernel, count: layer.kernelCount),
      ParameterShape(role: .bias, count: layer.biasCount),
    ]
  }

  func load(_ values: [Float], _ role: ParameterRole, to target: UnsafeMutablePointer<Float>) {
    guard role == .kernel else {
      target.update(from: values, count: min(values.count, layer.outputs))
      return
    }
    layer.importKernel(values, to: target)
  }

  func export(_ role: ParameterRole, _ source: UnsafePointer<Float>) -> [Float] {
    guard role == .kernel else {
      return Array(UnsafeBufferPointer(start: source, count: layer.outputs))
    }
    return layer.exportKernel(source)
  }

  func bind(_ arrays: StageArrays) {
    self.arrays = arrays
    let parameters = arrays.parameters
    kernel = parameters.slots[slot].start(of: .kernel)
    bias = parameters.slots[slot].start(of: .bias)
    layer.bind(
      AffineArrays(
        stage: arrays, kernel: mask?.kernel ?? parameters.weights + kernel,
        bias: mask?.bias ?? parameters.weights + bias,
        kernelGradient: parameters.gradients + kernel, biasGradient: parameters.gradients + bias))
  }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    let parameters = arrays.parameters
    mask?.apply(
      pass.masks, kernel: parameters.weights + kernel, bias: parameters.weights + bias,
      version: parameters.version)
    layer.forward(version: kernelVersion(parameters), relu: relu && !reluBehind)
    guard let dropout else { return }
    dropout.draw(pass.masks)
    if let bits = dropout.bits {
      rows.bits = bits
      rows.scale = dropout.scale
      Engine.kernels.dropout(&rows, arrays.output, arrays.output)
    }
  }

  func backward(inputGradient: Bool) {
    guard let arrays else { return }
    if relu && !reluBehind {
      // What dropout made 0 is as what ReLU did.
      Engine.kernels.relu_backward(
        arrays.outputGradient, arrays.output, dropout?.scale ?? 1, outputCount)
    }
    let parameters = arrays.parameters
    layer.backwardWeights()
    mask?.maskGradients(
      kernel: parameters.gradients + kernel, bias: parameters.gradients + bias)
    if inputGradient { layer.backwardData(version: kernelVersion(parameters)) }
  }

  /// Changes with the kernel that the layer reads.
  private func kernelVersion(_ parameters: Parameters) -> UInt64 {
    mask?.version ?? parameters.version
  }
}
