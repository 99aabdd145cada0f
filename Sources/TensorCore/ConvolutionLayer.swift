/// Convolution with a square kernel of size s × s and a bias.
///
/// y[n,h,w,o] = b[o] + Σ x[n, h·stride + i − top, w·stride + j − left, c] · k[i,j,c,o]; x is 0
/// outside the image.
public struct ConvolutionLayer: Sendable, Hashable {
  /// What lies around the image.
  public enum Padding: Sendable, Hashable {
    /// Nothing: top = left = 0, and the output is ⌊(input − s) / stride⌋ + 1.
    case valid
    /// Zeros for an output of ⌈input / stride⌉, as in TensorFlow and Keras: in each direction
    /// max((output − 1) · stride + s − input, 0) in all, half of them, rounded down, in front.
    case same
  }

  public var label: String
  public var name: RandomName
  public var input: FeatureShape
  public var output: FeatureShape
  public var kernel: Int
  public var stride: Int
  public var padding: Padding
  public var dropConnect: DropConnect?
  public var initialiser: Initialiser

  /// The height and width of `output` follow from the rest. The inference of `dropConnect` is the
  /// mean; the normal distribution is for dense layers.
  public init(
    label: String, name: RandomName, input: FeatureShape, output: FeatureShape, kernel: Int,
    stride: Int = 1, padding: Padding, dropConnect: DropConnect? = nil,
    initialiser: Initialiser = .glorotUniform
  ) {
    self.label = label
    self.name = name
    self.input = input
    self.output = output
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dropConnect = dropConnect
    self.initialiser = initialiser
    precondition(
      output.height == padding.output(input.height, kernel: kernel, stride: stride)
        && output.width == padding.output(input.width, kernel: kernel, stride: stride),
      "\(label): an output of \(output.height) × \(output.width) does not fit its input")
    precondition(
      dropConnect == nil || dropConnect?.inference == .mean,
      "\(label): Gaussian inference is for dense layers")
  }
}

extension ConvolutionLayer.Padding {
  /// The output's height or width for an input of `input`.
  public func output(_ input: Int, kernel: Int, stride: Int) -> Int {
    switch self {
    case .valid: (input - kernel) / stride + 1
    case .same: (input + stride - 1) / stride
    }
  }

  /// Zeros in front of an input of `input`.
  func before(_ input: Int, kernel: Int, stride: Int) -> Int {
    guard self == .same else { return 0 }
    let output = output(input, kernel: kernel, stride: stride)
    return max((output - 1) * stride + kernel - input, 0) / 2
  }
}
