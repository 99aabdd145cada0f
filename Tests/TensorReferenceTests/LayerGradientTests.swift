import TensorReference
import Testing

/// Backward passes of single layers against central differences of Σ r · forward(x), r random.
struct LayerGradientTests {
  static let shape = ReferenceShape(height: 5, width: 6, channels: 2)
  static let input = ReferenceTensor(
    batch: 2, shape: shape, values: randomValues(2 * shape.count, stream: 1))

  /// Compares the gradient by the input that `backward` gives with the numerical one of `forward`.
  static func checkInputGradient(
    forward: (ReferenceTensor) -> ReferenceTensor,
    backward: (ReferenceTensor) -> ReferenceTensor
  ) {
    var r = forward(input)
    r.values = randomValues(r.values.count, stream: 2)
    let numerical = numericalGradient(at: input.values) { values in
      dot(forward(ReferenceTensor(batch: 2, shape: shape, values: values)), r)
    }
    #expect(relativeError(backward(r).values, numerical) < 1e-8)
  }

  static func dot(_ a: ReferenceTensor, _ b: ReferenceTensor) -> Double {
    zip(a.values, b.values).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test(arguments: [1, 2, 3, 4, 5], ReferenceLayer.Padding.allCases)
  func convolution(size: Int, padding: ReferenceLayer.Padding) {
    checkConvolution(ReferenceConvolution(size: size, filters: 3, padding: padding))
  }

  @Test(arguments: [1, 2, 3, 4], ReferenceLayer.Padding.allCases)
  func stridedConvolution(size: Int, padding: ReferenceLayer.Padding) {
    for stride in [2, 3] {
      checkConvolution(
        ReferenceConvolution(size: size, filters: 3, padding: padding, stride: stride))
    }
  }

  private func checkConvolution(_ layer: ReferenceConvolution) {
    Self.checkWeights(kernel: layer.size * layer.size * 2 * 3, bias: 3) { x, kernel, bias in
      layer.forward(x, kernel: kernel, bias: bias)
    } backward: { r, kernel in
      layer.backward(r, input: Self.input, kernel: kernel)
    }
  }

  @Test func dense() {
    let layer = ReferenceDense(units: 4)
    Self.checkWeights(kernel: Self.shape.count * 4, bias: 4) { x, kernel, bias in
      layer.forward(x, kernel: kernel, bias: bias)
    } backward: { r, kernel in
      layer.backward(r, input: Self.input, kernel: kernel)
    }
  }

  /// Holds all three gradients of a layer with so many weights to differences of its outputs.
  private static func checkWeights(
    kernel kernelCount: Int, bias biasCount: Int,
    forward: (ReferenceTensor, _ kernel: [Double], _ bias: [Double]) -> ReferenceTensor,
    backward: (ReferenceTensor, _ kernel: [Double]) -> (
      input: ReferenceTensor, kernel: [Double], bias: [Double]
    )
  ) {
    let kernel = randomValues(kernelCount, stream: 3)
    let bias = randomValues(biasCount, stream: 4)
    checkInputGradient { x in
      forward(x, kernel, bias)
    } backward: { r in
      backward(r, kernel).input
    }
    var r = forward(input, kernel, bias)
    r.values = randomValues(r.values.count, stream: 5)
    let gradient = backward(r, kernel)
    let byKernel = numericalGradient(at: kernel) { dot(forward(input, $0, bias), r) }
    let byBias = numericalGradient(at: bias) { dot(forward(input, kernel, $0), r) }
    #expect(relativeError(gradient.kernel, byKernel) < 1e-8)
    #expect(relativeError(gradient.bias, byBias) < 1e-8)
  }

  @Test func relu() {
    Self.checkInputGradient(forward: ReferenceReLU.forward) { r in
      ReferenceReLU.backward(r, input: Self.input)
    }
  }

  @Test(arguments: [ReferenceLayer.PoolKind.max, .average], [1, 2, 3, 5])
  func pooling(kind: ReferenceLayer.PoolKind, size: Int) {
    let layer = ReferencePooling(kind, size: size)
    Self.checkInputGradient(forward: layer.forward) { r in
      layer.backward(r, input: Self.input)
    }
  }

  @Test(arguments: ReferenceLayer.DropoutKind.allCases)
  func dropout(kind: ReferenceLayer.DropoutKind) {
    let factors = ReferenceDropout(site: "s", kind: kind, rate: 0.4)
      .factors(batch: 2, shape: Self.shape, keep: randomKeep(rate: 0.4))
    #expect(factors.values.contains(0) && factors.values.contains { $0 != 0 })
    Self.checkInputGradient { x in
      ReferenceDropout.apply(factors, to: x)
    } backward: { r in
      ReferenceDropout.apply(factors, to: r)
    }
  }

  @Test(arguments: [0, 0.1])
  func loss(smoothing: Double) {
    let labels = [0, 59]
    let gradient = ReferenceLoss.evaluate(
      logits: Self.input, labels: labels, smoothing: smoothing
    ).gradient
    let numerical = numericalGradient(at: Self.input.values) { values in
      let logits = ReferenceTensor(batch: 2, shape: Self.shape, values: values)
      return ReferenceLoss.evaluate(logits: logits, labels: labels, smoothing: smoothing).loss
    }
    #expect(relativeError(gradient.values, numerical) < 1e-8)
  }
}
