internal import CKernels

/// A convolution or dense layer for one batch size: outputs are sums of products with a kernel, and a
/// bias.
final class AffineLayer {
  private enum Shape {
    case convolution(dg_convolution)
    case dense(dg_dense)
  }

  let label: String
  /// Numbers that the kernel takes in its layout.
  let kernelCount: Int
  /// Biases.
  let outputs: Int
  /// The kernel's height × width × channels, or a dense layer's inputs.
  private let inputs: Int
  private let shape: Shape
  private let scratchCount: Int
  /// What the passes read in place of the kernel, made anew when that changes; nil where they read
  /// the kernel itself.
  private let forwardKernel: PreparedKernel?
  private let backwardKernel: PreparedKernel?
  private var arrays: AffineArrays?

  /// - Parameter other: the same layer for another batch size, whose prepared kernels are taken over.
  init(
    _ plan: ConvolutionPlan, batch: Int, inputGradient: Bool, like other: AffineLayer?
  ) throws(TensorError) {
    label = plan.layer.label
    inputs = plan.layer.kernel * plan.layer.kernel * plan.layer.input.channels
    outputs = plan.layer.output.channels
    var raw = dg_convolution(plan, batch: batch)
    let sizes = dg_convolution_sizes(&raw)
    shape = .convolution(raw)
    kernelCount = sizes.weights
    scratchCount = sizes.scratch
    forwardKernel =
      if sizes.forward == 0 { nil } else if let other { other.forwardKernel } else {
        try PreparedKernel(count: sizes.forward)
      }
    backwardKernel =
      if !inputGradient { nil } else if let other { other.backwardKernel } else {
        try PreparedKernel(count: sizes.backward)
      }
  }

  init(_ layer: DenseLayer, batch: Int) {
    label = layer.label
    inputs = layer.inputs
    outputs = layer.outputs
    var raw = dg_dense(
      batch: Int32(batch), inputs: Int32(layer.inputs), outputs: Int32(layer.outputs))
    let sizes = dg_dense_sizes(&raw)
    shape = .dense(raw)
    kernelCount = sizes.weights
    scratchCount = sizes.scratch
    (forwardKernel, backwardKernel) = (nil, nil)
  }

  /// Numbers that the bias takes.
  var biasCount: Int { (outputs + 15) / 16 * 16 }

  /// Numbers of the real kernel.
  var realKernelCount: Int { inputs * outputs }

  var scratchBytes: Int { scratchCount * MemoryLayout<Float>.stride }

  /// The algorithm, as in "Winograd's algorithm".
  var implementation: String {
    guard case .convolution(var raw) = shape else { return "products" }
    return dg_convolution_is_winograd(&raw) ? "Winograd's algorithm" : "direct sums"
  }

  func bind(_ arrays: AffineArrays) { self.arrays = arrays }

  /// The output, with `relu` not below 0; `version` changes whenever the kernel has.
  func forward(version: UInt64, relu: Bool) {
    guard let arrays else { return }
    switch shape {
    case .convolution(let raw):
      forward(images: 0..<Int(raw.batch), into: arrays.stage.output, version: version, relu: relu)
    case .dense(var raw):
      Engine.kernels.dense_forward(
        &raw, arrays.stage.input, arrays.kernel, arrays.bias, relu, arrays.stage.output,
        arrays.scratch)
    }
  }

  /// The output of some images of a convolution's batch, into `output`.
  func forward(
    images: Range<Int>, into output: UnsafeMutablePointer<Float>, version: UInt64, relu: Bool
  ) {
    guard let arrays, case .convolution(var raw) = shape else { return }
    let kernel = forwardKernel?.values(of: &raw, arrays.kernel, version, backward: false)
    let image = TensorShape(
      shape: FeatureShape(
        height: Int(raw.in_height), width: Int(raw.in_width), channels: Int(raw.in_channels)),
      layout: raw.planes ? dg_layout_planes : dg_layout_blocked
    ).count(batch: 1)
    raw.batch = Int32(images.count)
    Engine.kernels.convolution_forward(
      &raw, arrays.stage.input + images.lowerBound * image,
      kernel ?? UnsafePointer(arrays.kernel), arrays.bias, relu, output, arrays.scratch)
  }

  /// The gradients of kernel and bias, and with `inputGradient` of the input.
  ///
  /// - Parameter winners: where the gradients of the output are that are not 0; nil where they are
  ///   in the array of the output's gradient.
  func backward(version: UInt64, inputGradient: Bool, winners: dg_winners? = nil) {
    guard let arrays else { return }
    let stage = arrays.stage, adds = stage.parameters.addsGradients
    switch shape {
    case .convolution(var raw):
      let kernel =
        inputGradient
        ? backwardKernel?.values(of: &raw, arrays.kernel, version, backward: true) : nil
      if dg_convolution_is_sparse(&raw) {
        let gradient = kernel == nil ? nil : stage.inputGradient
        func run(_ winners: UnsafePointer<dg_winners>?) {
          Engine.kernels.convolution_backward_sparse(
            &raw, stage.input, winners == nil ? stage.outputGradient : nil, winners, kernel,
            adds, arrays.kernelGradient, arrays.biasGradient, gradient, arrays.scratch)
        }
        if var winners { run(&winners) } else { run(nil) }
        return
      }
      Engine.kernels.convolution_backward_weights(
        &raw, stage.input, stage.outputGradient, adds, arrays.kernelGradient,
        arrays.biasGradient, arrays.scratch)
      guard let kernel else { return }
      Engine.kernels.convolution_backward_data(
        &raw, stage.outputGradient, kernel, stage.inputGradient, arrays.scratch)
    case .dense(var raw):
      Engine.kernels.dense_backward_weights(
        &raw, stage.input, stage.outputGradient, adds, arrays.kernelGradient,
        arrays.biasGradient, arrays.scratch)
      guard inputGradient else { return }
      Engine.kernels.dense_backward_data(
        &raw, stage.outputGradient, arrays.kernel, stage.inputGradient, arrays.scratch)
    }
  }

  /// Where number `index` of a kernel in (kh, kw, in, out) or (in, out) order lies.
  private func place(_ index: Int) -> Int {
    let (k, o) = index.quotientAndRemainder(dividingBy: outputs)
    switch shape {
    case .convolution(var raw): return dg_convolution_weight(&raw, k, o)
    case .dense(var raw): return dg_dense_weight(&raw, k, o)
    }
  }

  /// Copies a kernel from (kh, kw, in, out) or (in, out) order into the layer's layout.
  func importKernel(_ plain: [Float], to kernel: UnsafeMutablePointer<Float>) {
    for (index, value) in plain.enumerated() { kernel[place(index)] = value }
  }

  /// A kernel in the layer's layout, in (kh, kw, in, out) or (in, out) order.
  func exportKernel(_ kernel: UnsafePointer<Float>) -> [Float] {
    (0..<realKernelCount).map { kernel[place($0)] }
  }

  /// Where each number of a kernel in the layer's layout stands in (kh, kw, in, out) or (in, out)
  /// order; 0 for what only fills a block.
  func kernelPositions() -> [UInt32] {
    var positions = [UInt32](repeating: 0, count: kernelCount)
    for index in 0..<realKernelCount { positions[place(index)] = UInt32(index) }
    return positions
  }
}

/// What an affine layer works on.
struct AffineArrays {
  var stage: StageArrays
  /// In the layer's layout.
  var kernel: UnsafeMutablePointer<Float>
  var bias: UnsafeMutablePointer<Float>
  var kernelGradient: UnsafeMutablePointer<Float>
  var biasGradient: UnsafeMutablePointer<Float>

  var scratch: UnsafeMutablePointer<Float> {
    stage.scratch.assumingMemoryBound(to: Float.self)
  }
}

/// A kernel in the form that a pass of a convolution reads.
private final class PreparedKernel {
  private let buffer: AlignedBuffer
  /// Whose kernel it is, and which version of it.
  private var source: UnsafePointer<Float>?
  private var version: UInt64 = 0

  init(count: Int) throws(TensorError) { buffer = try AlignedBuffer(floats: count) }

  func values(
    of layer: inout dg_convolution, _ kernel: UnsafePointer<Float>, _ version: UInt64,
    backward: Bool
  ) -> UnsafePointer<Float> {
    if source != kernel || self.version != version {
      Engine.kernels.convolution_prepare(&layer, kernel, backward, buffer.floats)
      (source, self.version) = (kernel, version)
    }
    return UnsafePointer(buffer.floats)
  }
}
