internal import CKernels

/// The masks of a dropout group at one point, for one batch size.
final class GroupMasks {
  private let group: DropoutGroup
  private let batch: Int
  private let padded: Int
  private let pixels: Int
  private let words: AlignedBuffer
  private let channelWords: AlignedBuffer
  private let channelFactors: AlignedBuffer

  /// 1 / (1 − rate) of the element-wise dropout.
  private(set) var scale: Float = 1
  /// A word per pixel and 16 channels; nil without element-wise dropout.
  private(set) var bits: UnsafePointer<UInt16>?
  /// A factor per image and channel; nil without spatial dropout.
  private(set) var factors: UnsafePointer<Float>?

  init(_ group: DropoutGroup, _ shape: FeatureShape, batch: Int) throws(TensorError) {
    self.group = group
    self.batch = batch
    padded = (shape.channels + 15) / 16 * 16
    pixels = shape.pixels
    words = try AlignedBuffer(
      bytes: group.elementWise == nil ? 0 : batch * padded / 8 * shape.pixels)
    let images = group.spatial.isEmpty ? 0 : batch
    channelWords = try AlignedBuffer(bytes: images * padded / 8)
    channelFactors = try AlignedBuffer(floats: images * padded)
  }

  /// Draws the masks of `moment`; without one there are none.
  func draw(_ moment: MaskMoment?) {
    (scale, bits, factors) = (1, nil, nil)
    guard let moment else { return }
    if let dropout = group.elementWise, case let rate = moment.rate(dropout), rate > 0 {
      moment.draw(dropout, rate: rate, into: words.words, words: batch * pixels * padded / 16)
      scale = Float(1 / (1 - rate))
      bits = UnsafePointer(words.words)
    }
    for dropout in group.spatial {
      let rate = moment.rate(dropout)
      guard rate > 0 else { continue }
      moment.draw(dropout, rate: rate, into: channelWords.words, words: batch * padded / 16)
      dg_channel_factors(
        channelWords.words, Float(1 / (1 - rate)), factors != nil, channelFactors.floats,
        batch * padded)
      factors = UnsafePointer(channelFactors.floats)
    }
  }
}
