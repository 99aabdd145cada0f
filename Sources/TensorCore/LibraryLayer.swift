internal import COneDNN

/// A convolution or dense layer of oneDNN for one batch size.
final class LibraryLayer {
  let label: String
  private let raw: OpaquePointer

  init(
    _ layer: ConvolutionLayer, batch: Int, plainInput: Bool, inputGradient: Bool,
    like other: LibraryLayer?
  ) throws(TensorError) {
    label = layer.label
    var shape = dg_convolution_shape(
      batch: Int32(batch), in_channels: Int32(layer.input.channels),
      in_height: Int32(layer.input.height), in_width: Int32(layer.input.width),
      out_channels: Int32(layer.output.channels), out_height: Int32(layer.output.height),
      out_width: Int32(layer.output.width), kernel: Int32(layer.kernel),
      pad: Int32(layer.padding), plain_input: plainInput, relu: true,
      input_gradient: inputGradient)
    raw = try Self.made(layer.label) { dg_convolution_create(&shape, other?.layout, $0) }
  }

  init(
    _ layer: DenseLayer, batch: Int, inputGradient: Bool, like other: LibraryLayer?
  ) throws(TensorError) {
    label = layer.label
    var shape = dg_dense_shape(
      batch: Int32(batch), inputs: Int32(layer.inputs), outputs: Int32(layer.outputs),
      relu: !layer.isLogits, input_gradient: inputGradient)
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
    _ plain: UnsafePointer<Float>, to kernel: UnsafeMutablePointer<Float>
  ) throws(TensorError) {
    try check(dg_layer_import_weights(raw, plain, kernel))
  }

  /// Copies a kernel from the layer's layout into (kh, kw, in, out) or (in, out) order.
  func exportKernel(
    _ kernel: UnsafePointer<Float>, to plain: UnsafeMutablePointer<Float>
  ) throws(TensorError) {
    try check(dg_layer_export_weights(raw, kernel, plain))
  }
}
