/// A convolution fitted to its input: every size is known.
public struct ConvolutionShape: Sendable, Hashable {
  public let block: Int
  /// Within its block, from 1.
  public let index: Int
  public let input: ImageShape
  public let output: ImageShape
  /// Height and width of the kernel.
  public let kernel: Int
  public let stride: Int
  public let padding: Padding

  /// `block1.conv2`.
  public var label: String { "block\(block).conv\(index)" }

  /// nil where nothing is left of the input.
  ///
  /// `same` gives ceil(in / stride) outputs, as in TensorFlow and Keras.
  init?(
    block: Int, index: Int, input: ImageShape, filters: Int, kernel: Int, stride: Int,
    padding: Padding
  ) {
    func fit(_ size: Int) -> Int {
      switch padding {
      case .same: (size + stride - 1) / stride
      case .valid: size < kernel ? 0 : (size - kernel) / stride + 1
      }
    }
    let (height, width) = (fit(input.height), fit(input.width))
    guard height >= 1, width >= 1 else { return nil }
    self.block = block
    self.index = index
    self.input = input
    output = ImageShape(height: height, width: width, channels: filters)
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }
}
