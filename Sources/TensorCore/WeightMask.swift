internal import CKernels

/// DropConnect's mask of one layer, and the layer's masked weights in its layout.
final class WeightMask {
  private let dropout: Dropout
  private let words: Int
  /// Where each weight of the arena, kernel and bias, stands in the order of the mask's elements.
  private let positions: [UInt32]
  private let kernelCount: Int
  private let bits: AlignedBuffer
  private let masked: AlignedBuffer
  /// Changes whenever the masked weights have.
  private(set) var version: UInt64 = 0
  /// 1 / (1 − rate) of the mask in use; nil where there is none.
  private var scale: Float?
  /// The parameters' version whose weights are there without a mask; nil behind one.
  private var plainVersion: UInt64?

  /// - Parameters:
  ///   - kernelPositions: where each number of the kernel in its layout stands in (kh, kw,
  ///     in, out) order.
  ///   - kernel: numbers of the real kernel; the biases' elements follow.
  ///   - biasCount: numbers of the bias in the arena.
  init(
    _ dropConnect: DropConnect, kernelPositions: [UInt32], kernel: Int, biases: Int, biasCount: Int
  ) throws(TensorError) {
    dropout = dropConnect.dropout
    words = (kernel + biases + 15) / 16
    kernelCount = kernelPositions.count
    // Weights that only fill a block are 0, whatever their decision.
    positions =
      kernelPositions + (0..<biasCount).map { UInt32($0 < biases ? kernel + $0 : 0) }
    bits = try AlignedBuffer(bytes: 2 * words)
    masked = try AlignedBuffer(floats: (kernelCount + 15) / 16 * 16 + biasCount)
  }

  var kernel: UnsafeMutablePointer<Float> { masked.floats }
  var bias: UnsafeMutablePointer<Float> { masked.floats + (kernelCount + 15) / 16 * 16 }

  /// Copies the weights, under the mask of `moment` where there is one.
  func apply(
    _ moment: MaskMoment?, kernel: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    version: UInt64
  ) {
    guard let moment, case let rate = moment.rate(dropout), rate > 0 else {
      scale = nil
      guard plainVersion != version else { return }
      self.kernel.update(from: kernel, count: kernelCount)
      self.bias.update(from: bias, count: positions.count - kernelCount)
      plainVersion = version
      self.version += 1
      return
    }
    moment.draw(dropout, rate: rate, into: bits.words, words: words)
    let scale = Float(1 / (1 - rate))
    self.scale = scale
    mask(kernel, self.kernel, bias, self.bias, scale)
    plainVersion = nil
    self.version += 1
  }

  /// Turns gradients by the masked weights into those by the weights.
  func maskGradients(kernel: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>) {
    if let scale { mask(kernel, kernel, bias, bias, scale) }
  }

  private func mask(
    _ kernel: UnsafePointer<Float>, _ maskedKernel: UnsafeMutablePointer<Float>,
    _ bias: UnsafePointer<Float>, _ maskedBias: UnsafeMutablePointer<Float>, _ scale: Float
  ) {
    positions.withUnsafeBufferPointer { positions in
      guard let start = positions.baseAddress else { return }
      dg_mask_weights(kernel, start, bits.words, scale, maskedKernel, kernelCount)
      dg_mask_weights(
        bias, start + kernelCount, bits.words, scale, maskedBias,
        positions.count - kernelCount)
    }
  }
}
