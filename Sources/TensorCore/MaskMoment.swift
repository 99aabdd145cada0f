internal import CKernels

/// Which masks: those of update `step` under the mask seed.
struct MaskMoment {
  var seed: UInt64
  var step: Int

  func draw(_ dropout: Dropout, into bits: UnsafeMutablePointer<UInt16>, words: Int) {
    let key = RandomKey(
      seed: seed, stream: .mask, name: dropout.name, step: UInt32(truncatingIfNeeded: step))
    Engine.kernels.mask_bits(key.raw, dropThreshold(rate: dropout.rate), bits, words)
  }
}

/// The masks of a dropout group at one point, for one batch size.
final class GroupMasks {
  private let group: DropoutGroup
  private let batch: Int
  private let padded: Int
  private let pixels: Int
  private let words: AlignedBuffer
  private let channelWords: AlignedBuffer
  private let channelFactors: AlignedBuffer

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

  var scale: Float { group.elementWise?.scale ?? 1 }
  /// A word per pixel and 16 channels; nil without element-wise dropout.
  var bits: UnsafePointer<UInt16>? {
    group.elementWise == nil ? nil : UnsafePointer(words.words)
  }
  /// A factor per image and channel; nil without spatial dropout.
  var factors: UnsafePointer<Float>? {
    group.spatial.isEmpty ? nil : UnsafePointer(channelFactors.floats)
  }

  func draw(_ moment: MaskMoment) {
    if let dropout = group.elementWise {
      moment.draw(dropout, into: words.words, words: batch * pixels * padded / 16)
    }
    for (index, dropout) in group.spatial.enumerated() {
      moment.draw(dropout, into: channelWords.words, words: batch * padded / 16)
      dg_channel_factors(
        channelWords.words, dropout.scale, index > 0, channelFactors.floats, batch * padded)
    }
  }
}
