/// Height, width and channels of a feature map.
public struct FeatureShape: Sendable, Hashable {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  public var count: Int { height * width * channels }
  package var pixels: Int { height * width }
}

/// Convolution with stride 1, square kernels and a bias.
///
/// y[n,h,w,o] = b[o] + Σ x[n,h+i−p,w+j−p,c] · k[i,j,c,o], p = `padding` zeros on each side.
public struct ConvolutionLayer: Sendable, Hashable {
  public var label: String
  public var name: RandomName
  public var input: FeatureShape
  public var output: FeatureShape
  public var kernel: Int
  public var padding: Int
  public var initialiser: Initialiser

  public init(
    label: String, name: RandomName, input: FeatureShape, output: FeatureShape, kernel: Int,
    padding: Int, initialiser: Initialiser = .glorotUniform
  ) {
    self.label = label
    self.name = name
    self.input = input
    self.output = output
    self.kernel = kernel
    self.padding = padding
    self.initialiser = initialiser
  }
}

/// Pooling over windows of `size` × `size` with stride `size`.
///
/// A remainder at the border is dropped. Max pooling takes the first of equal values in row-major
/// order and propagates NaN.
public struct PoolLayer: Sendable, Hashable {
  public enum Kind: Sendable, Hashable { case max, average }

  public var kind: Kind
  public var size: Int
  public var input: FeatureShape
  public var output: FeatureShape

  public init(kind: Kind, size: Int, input: FeatureShape, output: FeatureShape) {
    self.kind = kind
    self.size = size
    self.input = input
    self.output = output
  }
}

/// Dense layer y = x · k + b, k[in, out].
public struct DenseLayer: Sendable, Hashable {
  public var label: String
  public var name: RandomName
  public var inputs: Int
  public var outputs: Int
  public var initialiser: Initialiser

  public init(
    label: String, name: RandomName, inputs: Int, outputs: Int,
    initialiser: Initialiser = .glorotUniform
  ) {
    self.label = label
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.initialiser = initialiser
  }
}

/// Batch normalisation of maps (Ioffe and Szegedy, ICML 2015): y = γ (x − μ) / √(σ² + ε) + β.
///
/// In training μ and σ² are each channel's mean and biased variance over the batch's images and
/// pixels, in evaluation the running ones. γ is 1 and β 0 at first, the running mean 0 and the
/// running variance 1.
public struct BatchNormLayer: Sendable, Hashable {
  /// How the running statistics r follow those of a batch, s.
  public enum Form: Sendable, Hashable {
    /// r ← m · r + (1 − m) · s, with the biased variance; Keras's default m is 0.99, its ε 1e-3.
    case keras
    /// r ← (1 − m) · r + m · s, with the unbiased variance; PyTorch's default m is 0.1, its ε 1e-5.
    case pytorch
  }

  public var label: String
  public var shape: FeatureShape
  public var form: Form
  public var momentum: Double
  public var epsilon: Double

  /// - Parameters:
  ///   - momentum: nil for the form's default.
  ///   - epsilon: nil for the form's default.
  public init(
    label: String, shape: FeatureShape, form: Form = .keras, momentum: Double? = nil,
    epsilon: Double? = nil
  ) {
    self.label = label
    self.shape = shape
    self.form = form
    self.momentum = momentum ?? (form == .keras ? 0.99 : 0.1)
    self.epsilon = epsilon ?? (form == .keras ? 1e-3 : 1e-5)
    precondition((0...1).contains(self.momentum), "a momentum lies in 0...1, not \(self.momentum)")
    precondition(self.epsilon > 0, "ε is above 0, not \(self.epsilon)")
  }
}

/// A network as a list of layers, each computed on the output of the one before it.
///
/// The first dense layer sees its maps flattened in (h, w, c) order; convolutions, pools and batch
/// normalisation come before it. The last layer is dense and makes the logits.
public struct NetworkDescription: Sendable, Hashable {
  public enum Layer: Sendable, Hashable {
    case convolution(ConvolutionLayer)
    case batchNorm(BatchNormLayer)
    case activation(Activation)
    case dropout(Dropout)
    case pool(PoolLayer)
    case dense(DenseLayer)
  }

  public var input: FeatureShape
  public var layers: [Layer]

  public init(input: FeatureShape, layers: [Layer]) {
    self.input = input
    self.layers = layers
  }
}
