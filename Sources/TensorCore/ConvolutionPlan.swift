internal import CKernels

/// A convolution and the ReLU behind it.
struct ConvolutionPlan {
  var layer: ConvolutionLayer
  var slot: Int
  var input: TensorShape
  /// Side of the windows of the max pool that comes next, 0 where none does: all but one of the
  /// gradients of a window are 0.
  var window: Int
  var relu = false

  var withReLU: ConvolutionPlan {
    var plan = self
    plan.relu = true
    return plan
  }

  /// Whether the backward pass sums over the gradients that are not 0, one by one.
  var isSparse: Bool {
    var raw = dg_convolution(self, batch: 1)
    return dg_convolution_is_sparse(&raw)
  }
}

extension dg_convolution {
  init(_ plan: ConvolutionPlan, batch: Int) {
    let layer = plan.layer, input = layer.input
    func before(_ length: Int) -> Int32 {
      Int32(layer.padding.before(length, kernel: layer.kernel, stride: layer.stride))
    }
    self.init(
      batch: Int32(batch), in_channels: Int32(input.channels), in_height: Int32(input.height),
      in_width: Int32(input.width), out_channels: Int32(layer.output.channels),
      out_height: Int32(layer.output.height), out_width: Int32(layer.output.width),
      kernel: Int32(layer.kernel), stride: Int32(layer.stride), pad_top: before(input.height),
      pad_left: before(input.width), planes: plan.input.layout == dg_layout_planes,
      window: Int32(plan.window))
  }
}
