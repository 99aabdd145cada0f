/// A dense layer over images flattened in (h, w, c) order: y[n, o] = b[o] + Σ f  x[n, f] · k[f, o].
///
/// The feature index f is (h · width + w) · channels + c, which is how a `ReferenceTensor` lies in
/// memory, so that nothing moves.
package struct ReferenceDense: Sendable {
  package let units: Int

  package init(units: Int) { self.units = units }

  /// The output (n, 1, 1, o) for an input (n, h, w, c), a kernel (f, o) and a bias (o).
  package func forward(
    _ input: ReferenceTensor, kernel: [Double], bias: [Double]
  ) -> ReferenceTensor {
    let features = input.shape.count
    var output = ReferenceTensor(
      batch: input.batch, shape: ReferenceShape(height: 1, width: 1, channels: units))
    for n in 0..<input.batch {
      for o in 0..<units {
        var sum = bias[o]
        for f in 0..<features { sum += input.values[n * features + f] * kernel[f * units + o] }
        output[n, 0, 0, o] = sum
      }
    }
    return output
  }

  /// Gradients of the loss by the input, the kernel and the bias, from that by the output.
  package func backward(
    _ outputGradient: ReferenceTensor, input: ReferenceTensor, kernel: [Double]
  ) -> (input: ReferenceTensor, kernel: [Double], bias: [Double]) {
    let features = input.shape.count
    var inputGradient = ReferenceTensor(batch: input.batch, shape: input.shape)
    var kernelGradient = [Double](repeating: 0, count: kernel.count)
    var biasGradient = [Double](repeating: 0, count: units)
    for n in 0..<input.batch {
      for o in 0..<units {
        let gradient = outputGradient[n, 0, 0, o]
        biasGradient[o] += gradient
        for f in 0..<features {
          inputGradient.values[n * features + f] += gradient * kernel[f * units + o]
          kernelGradient[f * units + o] += gradient * input.values[n * features + f]
        }
      }
    }
    return (inputGradient, kernelGradient, biasGradient)
  }
}
