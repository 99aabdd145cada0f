internal import COneDNN

/// A convolution or dense layer of oneDNN for one batch size.
final class LibraryLayer {
  let label: String
  private let raw: OpaquePointer
  private let shape: KernelShape

  /// A kernel's real sizes, and those that oneDNN sees.
  ///
  /// Channels are rounded up to whole blocks: oneDNN has fast kernels for those only. What is added
  /// has weights of zero, so it is zero in every output and every gradient, and stays so.
  private struct KernelShape {
    /// Kernel height × width, input channels, output channels.
    var area: Int
    var inputs: Int
    var outputs: Int
    var paddedInputs: Int
    var paddedOutputs: Int

    var isPadded: Bool { inputs != paddedInputs || outputs != paddedOutputs }
    var paddedCount: Int { area * paddedInputs * paddedOutputs }

    /// Calls `body` with the range of each row of outputs in the real kernel and its start in the
    /// padded one.
    func forEachRow(_ body: (Range<Int>, Int) -> Void) {
      for row in 0..<area * inputs {
        let start = row * outputs
        let padded = (row / inputs * paddedInputs + row % inputs) * paddedOutputs
        body(start..<start + outputs, padded)
      }
    }
  }

  init(
    _ layer: ConvolutionLayer, batch: Int, plainInput: Bool, inputGradient: Bool,
    like other: LibraryLayer?
  ) throws(TensorError) {
    label = layer.label
    let kernel = KernelShape(
      area: layer.kernel * layer.kernel, inputs: layer.input.channels,
      outputs: layer.output.channels,
      paddedInputs: plainInput
        ? layer.input.channels : TensorShape.blocked(layer.input.channels),
      paddedOutputs: TensorShape.blocked(layer.output.channels))
    self.shape = kernel
    var shape = dg_convolution_shape(
      batch: Int32(batch), in_channels: Int32(kernel.paddedInputs),
      in_height: Int32(layer.input.height), in_width: Int32(layer.input.width),
      out_channels: Int32(kernel.paddedOutputs), out_height: Int32(layer.output.height),
      out_width: Int32(layer.output.width), kernel: Int32(layer.kernel),
      stride: Int32(layer.stride),
      pad_top: Int32(
        layer.padding.before(layer.input.height, kernel: layer.kernel, stride: layer.stride)),
      pad_left: Int32(
        layer.padding.before(layer.input.width, kernel: layer.kernel, stride: layer.stride)),
      plain_input: plainInput, input_gradient: inputGradient)
    raw = try Self.made(layer.label) { dg_convolution_create(&shape, other?.layout, $0) }
  }

  init(
    _ layer: DenseLayer, batch: Int, inputGradient: Bool, like other: LibraryLayer?
  ) throws(TensorError) {
    label = layer.label
    self.shape = KernelShape(
      area: 1, inputs: layer.inputs, outputs: layer.outputs, paddedInputs: layer.inputs,
      paddedOutputs: layer.outputs)
    var shape = dg_dense_shape(
      batch: Int32(batch), inputs: Int32(layer.inputs), outputs: Int32(layer.outputs),
      input_gradient: inputGradient)
    raw = try Self.made(layer.label) { dg_dense_create(&shape, other?.layout, $0) }
  }

  private static func made(
    _ label: String, _ create: (UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) throws(TensorError) -> OpaquePointer {
    var raw: OpaquePointer?
    let status = create(&raw)
    guard status == 0, let raw else {
      dg_layer_destroy(raw)
      throw failure(label, status)
    }
    return raw
  }

  deinit { dg_layer_destroy(raw) }

  private static func failure(_ label: String, _ status: Int32) -> TensorError {
    .library(layer: label, status: String(cString: dg_status_text(status)))
  }

  private func check(_ status: Int32) throws(TensorError) {
    guard status == 0 else { throw Self.failure(label, status) }
  }

  private var layout: OpaquePointer { dg_layer_layout(raw) }

  /// Numbers that the kernel takes in its layout.
  var kernelCount: Int { dg_layout_bytes(layout) / MemoryLayout<Float>.stride }

  /// Numbers that the bias takes.
  var biasCount: Int { shape.paddedOutputs }

  /// Numbers of the real kernel.
  var realKernelCount: Int { shape.area * shape.inputs * shape.outputs }

  /// Biases of the real outputs.
  var outputs: Int { shape.outputs }

  var scratchBytes: Int { dg_layer_scratch_bytes(raw) }

  /// The implementations that oneDNN chose.
  var implementation: String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { text in
      guard let start = text.baseAddress else { return "" }
      _ = dg_layer_describe(raw, start, text.count)
      return String(cString: start)
    }
  }

  func bind(_ arrays: dg_layer_arrays) throws(TensorError) {
    var arrays = arrays
    try check(dg_layer_bind(raw, &arrays))
  }

  func forward(version: UInt64) throws(TensorError) { try check(dg_layer_forward(raw, version)) }

  func backwardData(version: UInt64) throws(TensorError) {
    try check(dg_layer_backward_data(raw, version))
  }

  func backwardWeights() throws(TensorError) { try check(dg_layer_backward_weights(raw)) }

  /// Copies a kernel from (kh, kw, in, out) or (in, out) order into the layer's layout.
  func importKernel(
    _ plain: [Float], to kernel: UnsafeMutablePointer<Float>
  ) throws(TensorError) {
    guard shape.isPadded else { return try check(dg_layer_import_weights(raw, plain, kernel)) }
    var padded = [Float](repeating: 0, count: shape.paddedCount)
    shape.forEachRow { row, start in
      padded.replaceSubrange(start..<start + row.count, with: plain[row])
    }
    try check(dg_layer_import_weights(raw, padded, kernel))
  }

  /// Where each number of a kernel in the layer's layout stands in (kh, kw, in, out) or (in, out)
  /// order; 0 for what only fills a block.
  func kernelPositions() throws(TensorError) -> [UInt32] {
    // In two halves, which a Float holds without rounding.
    let count = realKernelCount
    let low = try AlignedBuffer(floats: kernelCount), high = try AlignedBuffer(floats: kernelCount)
    try importKernel((0..<count).map { Float($0 & 0xFFFF) }, to: low.floats)
    try importKernel((0..<count).map { Float($0 >> 16) }, to: high.floats)
    return (0..<kernelCount).map { UInt32(low.floats[$0]) | UInt32(high.floats[$0]) << 16 }
  }

  /// A kernel in the layer's layout, in (kh, kw, in, out) or (in, out) order.
  func exportKernel(_ kernel: UnsafePointer<Float>) throws(TensorError) -> [Float] {
    var padded = [Float](repeating: 0, count: shape.paddedCount)
    try check(dg_layer_export_weights(raw, kernel, &padded))
    guard shape.isPadded else { return padded }
    var plain: [Float] = []
    plain.reserveCapacity(shape.area * shape.inputs * shape.outputs)
    shape.forEachRow { row, start in plain += padded[start..<start + row.count] }
    return plain
  }
}
