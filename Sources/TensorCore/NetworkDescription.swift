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

/// Inverted dropout: in training an element becomes x / (1 − rate) with probability 1 − rate and 0
/// otherwise; evaluation leaves it alone.
public struct Dropout: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Each element on its own (Srivastava et al., JMLR 2014).
    case elementWise
    /// Whole feature maps, one decision per image and channel (Tompson et al., CVPR 2015). On a
    /// dense layer that is element-wise.
    case spatial
  }

  public var kind: Kind
  /// 0 < rate < 1.
  public var rate: Double
  /// Keys the masks.
  public var name: RandomName

  public init(kind: Kind, rate: Double, name: RandomName) {
    precondition(rate > 0 && rate < 1, "a dropout rate is above 0 and below 1, not \(rate)")
    self.kind = kind
    self.rate = rate
    self.name = name
  }

  /// 1 / (1 − rate).
  package var scale: Float { Float(1 / (1 - rate)) }
}

/// Convolution with stride 1 and odd, square kernels, bias and ReLU.
///
/// y[n,h,w,o] = max(0, b[o] + Σ x[n,h+i−p,w+j−p,c] · k[i,j,c,o]), p = `padding` zeros on each side.
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

/// Pooling over windows of `size` × `size` with stride `size`, and the dropout on either side.
///
/// A remainder at the border is dropped. Max pooling takes the first of equal values in row-major
/// order and propagates NaN. Spatial dropout before a max pool picks the winner on the unscaled
/// values and scales afterwards, which makes it the same computation as dropout after the pool.
public struct PoolLayer: Sendable, Hashable {
  public enum Kind: Sendable, Hashable { case max, average }

  public var kind: Kind
  public var size: Int
  public var input: FeatureShape
  public var output: FeatureShape
  public var before: Dropout?
  public var after: Dropout?

  public init(
    kind: Kind, size: Int, input: FeatureShape, output: FeatureShape, before: Dropout? = nil,
    after: Dropout? = nil
  ) {
    self.kind = kind
    self.size = size
    self.input = input
    self.output = output
    self.before = before
    self.after = after
  }
}

/// Dense layer y = x · k + b, k[in, out]; ReLU and dropout follow unless it makes the logits.
public struct DenseLayer: Sendable, Hashable {
  public var label: String
  public var name: RandomName
  public var inputs: Int
  public var outputs: Int
  public var isLogits: Bool
  public var dropout: Dropout?
  public var initialiser: Initialiser

  public init(
    label: String, name: RandomName, inputs: Int, outputs: Int, isLogits: Bool,
    dropout: Dropout? = nil, initialiser: Initialiser = .glorotUniform
  ) {
    self.label = label
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.isLogits = isLogits
    self.dropout = dropout
    self.initialiser = initialiser
  }
}

/// A network: convolutions and pools, then dense layers, the last of which makes the logits.
///
/// The first dense layer sees its feature maps flattened in (h, w, c) order.
public struct NetworkDescription: Sendable, Hashable {
  public enum Layer: Sendable, Hashable {
    case convolution(ConvolutionLayer)
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
