/// Stochastic pooling or max-pooling dropout over the windows of a batch.
package struct ReferenceSampledPool: Sendable {
  package let layer: ReferenceLayer
  package let size: Int

  /// The output, and the derivative of its window's output by every input.
  package func forward(
    _ input: ReferenceTensor, mode: ReferenceNetwork.Mode
  ) -> (output: ReferenceTensor, derivatives: ReferenceTensor) {
    var output = ReferenceTensor(batch: input.batch, shape: layer.outputShape(input.shape))
    var derivatives = ReferenceTensor(batch: input.batch, shape: input.shape)
    ReferenceSampling.forEachWindow(input, size: size) { n, y, x, c, window in
      let result: (output: Double, gradient: [Double])
      switch (layer, mode) {
      case (.stochasticPool(let site, _), .training(_, _, let uniform)):
        result = ReferenceSampling.stochastic(window, uniform: uniform(site, n, y, x, c))
      case (.maxPoolingDropout(let site, _, _), .training(let keep, _, _)):
        let keeps = window.indices.map {
          keep(site, n, y * size + $0 / size, x * size + $0 % size, c)
        }
        result = ReferenceSampling.maxPoolingDropout(window, keeps: keeps)
      case (.stochasticPool, .evaluation): result = ReferenceSampling.stochasticMean(window)
      case (.maxPoolingDropout(_, _, let rate), .evaluation):
        result = ReferenceSampling.maxPoolingDropoutMean(window, rate: rate)
      default: preconditionFailure("\(layer) draws nothing")
      }
      output[n, y, x, c] = result.output
      for (i, slope) in result.gradient.enumerated() {
        derivatives[n, y * size + i / size, x * size + i % size, c] = slope
      }
    }
    return (output, derivatives)
  }

  /// The gradient by the input.
  package func backward(
    _ outputGradient: ReferenceTensor, derivatives: ReferenceTensor
  ) -> ReferenceTensor {
    var gradient = derivatives
    for n in 0..<outputGradient.batch {
      for h in 0..<outputGradient.shape.height * size {
        for w in 0..<outputGradient.shape.width * size {
          for c in 0..<outputGradient.shape.channels {
            gradient[n, h, w, c] *= outputGradient[n, h / size, w / size, c]
          }
        }
      }
    }
    return gradient
  }
}
