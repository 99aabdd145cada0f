/// Convolution over NHWC images with an HWIO kernel, a stride s, and a bias.
///
///     y[n, y, x, o] = b[o] + Σ kh, kw, i  x[n, ys + kh − p, xs + kw − q, i] · k[kh, kw, i, o]
///
/// It is the cross-correlation that every framework calls convolution. Where the input index falls
/// outside the image the term is zero. p and q are 0 for `valid`; `ReferenceLayer.Padding` says what
/// they are for `same`.
package struct ReferenceConvolution: Sendable {
  /// Height and width of the kernel.
  package let size: Int
  package let filters: Int
  package let padding: ReferenceLayer.Padding
  package let stride: Int

  package init(size: Int, filters: Int, padding: ReferenceLayer.Padding, stride: Int = 1) {
    self.size = size
    self.filters = filters
    self.padding = padding
    self.stride = stride
  }

  /// The output (n, y, x, o) for an input (n, h, w, i), a kernel (kh, kw, i, o) and a bias (o).
  package func forward(
    _ input: ReferenceTensor, kernel: [Double], bias: [Double]
  ) -> ReferenceTensor {
    let layer = ReferenceLayer.convolution(
      kernel: size, filters: filters, padding: padding, stride: stride)
    var output = ReferenceTensor(batch: input.batch, shape: layer.outputShape(input.shape))
    forEachOutput(output) { n, y, x, o in output[n, y, x, o] = bias[o] }
    forEachTerm(input, output) { n, y, x, o, h, w, i, k in
      output[n, y, x, o] += input[n, h, w, i] * kernel[k]
    }
    return output
  }

  /// Gradients of the loss by the input, the kernel and the bias, from that by the output.
  package func backward(
    _ outputGradient: ReferenceTensor, input: ReferenceTensor, kernel: [Double]
  ) -> (input: ReferenceTensor, kernel: [Double], bias: [Double]) {
    var inputGradient = ReferenceTensor(batch: input.batch, shape: input.shape)
    var kernelGradient = [Double](repeating: 0, count: kernel.count)
    var biasGradient = [Double](repeating: 0, count: filters)
    forEachOutput(outputGradient) { n, y, x, o in biasGradient[o] += outputGradient[n, y, x, o] }
    forEachTerm(input, outputGradient) { n, y, x, o, h, w, i, k in
      inputGradient[n, h, w, i] += outputGradient[n, y, x, o] * kernel[k]
      kernelGradient[k] += outputGradient[n, y, x, o] * input[n, h, w, i]
    }
    return (inputGradient, kernelGradient, biasGradient)
  }

  private func forEachOutput(
    _ output: ReferenceTensor, _ body: (_ n: Int, _ y: Int, _ x: Int, _ o: Int) -> Void
  ) {
    for n in 0..<output.batch {
      for y in 0..<output.shape.height {
        for x in 0..<output.shape.width {
          for o in 0..<filters { body(n, y, x, o) }
        }
      }
    }
  }

  /// Calls `body` for every product in the sum: the output position (n, y, x, o), the input
  /// position (n, h, w, i) and the index k of (kh, kw, i, o) in the kernel.
  private func forEachTerm(
    _ input: ReferenceTensor, _ output: ReferenceTensor,
    _ body: (
      _ n: Int, _ y: Int, _ x: Int, _ o: Int, _ h: Int, _ w: Int, _ i: Int, _ k: Int
    ) -> Void
  ) {
    func before(_ input: Int, _ output: Int) -> Int {
      padding == .same ? max((output - 1) * stride + size - input, 0) / 2 : 0
    }
    let top = before(input.shape.height, output.shape.height)
    let left = before(input.shape.width, output.shape.width)
    let channels = input.shape.channels
    forEachOutput(output) { n, y, x, o in
      for kh in 0..<size {
        let h = y * stride + kh - top
        guard (0..<input.shape.height).contains(h) else { continue }
        for kw in 0..<size {
          let w = x * stride + kw - left
          guard (0..<input.shape.width).contains(w) else { continue }
          for i in 0..<channels {
            body(n, y, x, o, h, w, i, ((kh * size + kw) * channels + i) * filters + o)
          }
        }
      }
    }
  }
}
