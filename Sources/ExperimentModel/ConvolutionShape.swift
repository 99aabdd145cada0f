/// A convolution fitted to its input: every size is known.
public struct ConvolutionShape: Sendable, Hashable {
  /// Rows or columns of zeros around an image.
  public struct Border: Sendable, Hashable {
    public var before: Int
    public var after: Int
  }

  public let block: Int
  /// Within its block, from 1.
  public let index: Int
  public let input: ImageShape
  public let output: ImageShape
  /// Height and width of the kernel.
  public let kernel: Int
  public let stride: Int
  /// Above and below.
  public let rows: Border
  /// To the left and to the right.
  public let columns: Border

  /// `block1.conv2`.
  public var label: String { "block\(block).conv\(index)" }

  /// nil where nothing is left of the input.
  ///
  /// `same` pads as TensorFlow and Keras do: ceil(in / stride) outputs, and the smaller half of the
  /// zeros comes first.
  init?(
    block: Int, index: Int, input: ImageShape, filters: Int, kernel: Int, stride: Int,
    padding: Padding
  ) {
    func fit(_ size: Int) -> (output: Int, border: Border) {
      guard padding == .same else {
        let output = size < kernel ? 0 : (size - kernel) / stride + 1
        return (output, Border(before: 0, after: 0))
      }
      let output = (size + stride - 1) / stride
      let total = max((output - 1) * stride + kernel - size, 0)
      return (output, Border(before: total / 2, after: total - total / 2))
    }
    let (height, rows) = fit(input.height)
    let (width, columns) = fit(input.width)
    guard height >= 1, width >= 1 else { return nil }
    self.block = block
    self.index = index
    self.input = input
    output = ImageShape(height: height, width: width, channels: filters)
    self.kernel = kernel
    self.stride = stride
    self.rows = rows
    self.columns = columns
  }
}
