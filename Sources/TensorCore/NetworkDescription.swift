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

/// A network as a list of layers, each computed on the output of the one before it.
///
/// The first dense layer sees its maps flattened in (h, w, c) order, or averaged over height and
/// width where `globalAverage` comes first; convolutions, pools and batch normalisation come before
/// either. The last layer is dense and makes the logits.
public struct NetworkDescription: Sendable, Hashable {
  public enum Layer: Sendable, Hashable {
    case convolution(ConvolutionLayer)
    case batchNorm(BatchNormLayer)
    case activation(Activation)
    case dropout(Dropout)
    case pool(PoolLayer)
    /// The average over the pixels of maps of this shape.
    case globalAverage(FeatureShape)
    case dense(DenseLayer)
  }

  public var input: FeatureShape
  public var layers: [Layer]

  public init(input: FeatureShape, layers: [Layer]) {
    self.input = input
    self.layers = layers
  }
}
