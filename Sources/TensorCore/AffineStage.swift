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
    _ plan: ConvolutionPlan, reluBehind: Bool, batch: Int, like other: AffineStage?
  ) throws(TensorError) {
    slot = plan.slot
    relu = plan.relu
    self.reluBehind = reluBehind
    dropout = nil
    rows = dg_dropout()
    outputCount = TensorShape(shape: plan.layer.output, layout: dg_layout_blocked)
      .count(batch: batch)
    let dropConnect = plan.layer.dropConnect
    layer = try AffineLayer(
      plan, batch: batch, inputGradient: slot > 0, like: dropConnect == nil ? other?.layer : nil)
    mask = try Self.mask(dropConnect, layer)
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
    mask(pass)
    layer.forward(version: kernelVersion(arrays.parameters), relu: relu && !reluBehind)
    guard let dropout else { return }
    dropout.draw(pass.masks)
    if let bits = dropout.bits {
      rows.bits = bits
      rows.scale = dropout.scale
      Engine.kernels.dropout(&rows, arrays.output, arrays.output)
    }
  }

  /// The output of some images without its ReLU, into `output`.
  func forward(images: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    guard let arrays else { return }
    layer.forward(
      images: images, into: output, version: kernelVersion(arrays.parameters), relu: false)
  }

  /// Puts the mask of `pass` on the weights.
  func mask(_ pass: Pass) {
    guard let arrays else { return }
    let parameters = arrays.parameters
    mask?.apply(
      pass.masks, kernel: parameters.weights + kernel, bias: parameters.weights + bias,
      version: parameters.version)
  }

  func backward(inputGradient: Bool) { backward(inputGradient: inputGradient, winners: nil) }

  /// With the gradient of the output where `winners` has it, instead of in its array.
  func backward(inputGradient: Bool, winners: dg_winners?) {
    guard let arrays else { return }
    if relu && !reluBehind {
      // What dropout made 0 is as what ReLU did.
      Engine.kernels.relu_backward(
        arrays.outputGradient, arrays.output, dropout?.scale ?? 1, outputCount)
    }
    let parameters = arrays.parameters
    layer.backward(
      version: kernelVersion(parameters), inputGradient: inputGradient, winners: winners)
    mask?.maskGradients(
      kernel: parameters.gradients + kernel, bias: parameters.gradients + bias)
  }

  /// Changes with the kernel that the layer reads.
  private func kernelVersion(_ parameters: Parameters) -> UInt64 {
    mask?.version ?? parameters.version
  }
}

/// An affine stage with more around it, which has the parameters of the affine one.
protocol AroundAffineStage: TrainableStage {
  var affine: AffineStage { get }
}

extension AroundAffineStage {
  var slot: Int { affine.slot }
  var label: String { affine.label }
  var scratchBytes: Int { affine.scratchBytes }
  var shapes: [ParameterShape] { affine.shapes }

  func load(_ values: [Float], _ role: ParameterRole, to target: UnsafeMutablePointer<Float>) {
    affine.load(values, role, to: target)
  }

  func export(_ role: ParameterRole, _ source: UnsafePointer<Float>) -> [Float] {
    affine.export(role, source)
  }
}
