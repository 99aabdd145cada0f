/// One layer of a `ReferenceNetwork`.
package enum ReferenceLayer: Sendable, Hashable {
  /// Convolution with a square kernel (kh, kw, in, out) and a bias (out).
  case convolution(kernel: Int, filters: Int, padding: Padding, stride: Int = 1)
  /// max(0, x); NaN stays NaN.
  case relu
  /// Another element-wise activation.
  case activation(ReferenceActivation)
  /// Batch normalisation: gamma, beta, running mean and running variance (c).
  case batchNorm(form: ReferenceBatchNorm.Form, momentum: Double, epsilon: Double)
  /// Dropout at a named site: inverted scaling by 1/(1 − rate) in training, identity at evaluation.
  case dropout(site: String, kind: DropoutKind, rate: Double)
  /// Dropout that needs more than a factor of its own for each element.
  case noise(site: String, kind: ReferenceNoise.Kind, rate: Double)
  /// Pooling over size × size windows with stride `size`; a remainder at the border is dropped.
  case pool(PoolKind, size: Int)
  /// Stochastic pooling: see `ReferenceSampling.stochastic`.
  case stochasticPool(site: String, size: Int)
  /// Max-pooling dropout: see `ReferenceSampling.maxPoolingDropout`.
  case maxPoolingDropout(site: String, size: Int, rate: Double)
  /// The average over each channel's pixels.
  case globalAverage
  /// DropConnect of the convolution or dense layer that comes next.
  case dropConnect(site: String, rate: Double)
  /// A dense layer over the image flattened in (h, w, c) order: kernel (in, out) and bias (out).
  case dense(units: Int)

  /// How a convolution treats the border of its input.
  package enum Padding: String, Sendable, Hashable, CaseIterable {
    /// Zeros around the input for an output of ⌈input / stride⌉, as in Keras: in each direction
    /// max((output − 1) · stride + k − input, 0), half of them (rounded down) above or on the left.
    case same
    /// No padding.
    case valid
  }

  /// How a pooling window becomes one number.
  package enum PoolKind: String, Sendable, Hashable, CaseIterable {
    case max
    case average
  }

  /// Which elements are dropped together.
  package enum DropoutKind: String, Sendable, Hashable, CaseIterable {
    /// Every element on its own (Srivastava et al. 2014).
    case elementWise
    /// Whole feature maps (Tompson et al. 2015).
    case spatial
  }
}

extension ReferenceLayer {
  /// The shape of the layer's output for images of shape `input`.
  package func outputShape(_ input: ReferenceShape) -> ReferenceShape {
    switch self {
    case .convolution(let kernel, let filters, .valid, let stride):
      ReferenceShape(
        height: (input.height - kernel) / stride + 1, width: (input.width - kernel) / stride + 1,
        channels: filters)
    case .convolution(_, let filters, .same, let stride):
      ReferenceShape(
        height: (input.height + stride - 1) / stride, width: (input.width + stride - 1) / stride,
        channels: filters)
    case .globalAverage:
      ReferenceShape(height: 1, width: 1, channels: input.channels)
    case .pool(_, let size), .stochasticPool(_, let size), .maxPoolingDropout(_, let size, _):
      ReferenceShape(
        height: input.height / size, width: input.width / size, channels: input.channels)
    case .dense(let units):
      ReferenceShape(height: 1, width: 1, channels: units)
    case .relu, .dropout, .noise, .activation, .batchNorm, .dropConnect:
      input
    }
  }

  /// Shapes of the layer's arrays, kernel before bias; empty for a layer without any.
  package func parameterShapes(_ input: ReferenceShape) -> [[Int]] {
    switch self {
    case .convolution(let kernel, let filters, _, _):
      [[kernel, kernel, input.channels, filters], [filters]]
    case .dense(let units):
      [[input.count, units], [units]]
    case .batchNorm:
      Array(repeating: [input.channels], count: 4)
    case .relu, .dropout, .noise, .pool, .activation, .stochasticPool, .maxPoolingDropout,
      .globalAverage, .dropConnect:
      []
    }
  }
}
