internal import CKernels

/// A pool (or a flattening, which is a pool of size 1) for one batch size, with its masks.
final class PoolStage {
  private let layer: PoolLayer
  private let batch: Int
  private var raw: dg_pool
  private let winners: AlignedBuffer
  private let beforeMask: AlignedBuffer
  private let afterMask: AlignedBuffer
  private let beforeFactors: AlignedBuffer
  private let afterFactors: AlignedBuffer

  /// The layer's dropout as it is computed: spatial dropout before a max pool scales after it.
  private let before: Dropout?
  private let afters: [Dropout]

  let outputCount: Int

  init(_ layer: PoolLayer, batch: Int, flatOutput: Bool) throws(TensorError) {
    self.layer = layer
    self.batch = batch
    let commutes = layer.kind == .max && layer.before?.kind == .spatial
    before = commutes ? nil : layer.before
    afters = [commutes ? layer.before : nil, layer.after].compactMap { $0 }

    let block = Int(Engine.kernels.block)
    let blocks = (layer.input.channels + block - 1) / block
    let padded = (layer.input.channels + 15) / 16 * 16
    outputCount =
      flatOutput ? batch * layer.output.count : batch * blocks * block * layer.output.pixels
    func bytes(_ kind: Dropout.Kind, _ dropouts: [Dropout], _ bytes: Int) -> Int {
      dropouts.contains { $0.kind == kind } ? bytes : 0
    }
    let befores = [before].compactMap { $0 }
    winners = try AlignedBuffer(
      bytes: layer.kind == .max ? batch * blocks * block * layer.output.pixels : 0)
    // Words of element-wise masks; the same memory serves a spatial mask, which is smaller.
    beforeMask = try AlignedBuffer(
      bytes: befores.isEmpty ? 0 : batch * padded / 8 * layer.input.pixels)
    afterMask = try AlignedBuffer(
      bytes: afters.isEmpty ? 0 : batch * padded / 8 * layer.output.pixels)
    beforeFactors = try AlignedBuffer(bytes: bytes(.spatial, befores, 4 * batch * padded))
    afterFactors = try AlignedBuffer(bytes: bytes(.spatial, afters, 4 * batch * padded))

    raw = dg_pool()
    raw.kind = layer.kind == .max ? dg_pool_max : dg_pool_average
    raw.size = Int32(layer.size)
    raw.batch = Int32(batch)
    raw.channels = Int32(layer.input.channels)
    raw.in_height = Int32(layer.input.height)
    raw.in_width = Int32(layer.input.width)
    raw.out_height = Int32(layer.output.height)
    raw.out_width = Int32(layer.output.width)
    raw.flat_output = flatOutput
  }

  /// Output of the pool; `training` is the seed and step of the masks, nil at evaluation.
  func forward(
    input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, training: MaskMoment?
  ) {
    raw.before_bits = nil
    raw.before_factors = nil
    raw.after_bits = nil
    raw.after_factors = nil
    guard let training else {
      Engine.kernels.pool_forward(&raw, input, output, nil)
      return
    }
    let padded = (layer.input.channels + 15) / 16 * 16
    if let before {
      draw(before, training, pixels: layer.input.pixels, into: beforeMask.words)
      switch before.kind {
      case .elementWise:
        raw.before_bits = UnsafePointer(beforeMask.words)
        raw.before_scale = before.scale
      case .spatial:
        dg_channel_factors(
          beforeMask.words, before.scale, false, beforeFactors.floats, batch * padded)
        raw.before_factors = UnsafePointer(beforeFactors.floats)
      }
    }
    for dropout in afters {
      draw(dropout, training, pixels: layer.output.pixels, into: afterMask.words)
      switch dropout.kind {
      case .elementWise:
        raw.after_bits = UnsafePointer(afterMask.words)
        raw.after_scale = dropout.scale
      case .spatial:
        dg_channel_factors(
          afterMask.words, dropout.scale, raw.after_factors != nil, afterFactors.floats,
          batch * padded)
        raw.after_factors = UnsafePointer(afterFactors.floats)
      }
    }
    Engine.kernels.pool_forward(&raw, input, output, winners.octets)
  }

  /// Gradient with respect to what the ReLU before `input` saw.
  func backward(
    input: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>,
    inputGradient: UnsafeMutablePointer<Float>
  ) {
    Engine.kernels.pool_backward(&raw, input, winners.octets, outputGradient, inputGradient)
  }

  private func draw(
    _ dropout: Dropout, _ moment: MaskMoment, pixels: Int,
    into words: UnsafeMutablePointer<UInt16>
  ) {
    let perImage = dropout.kind == .spatial ? 1 : pixels
    moment.draw(
      dropout, into: words, words: batch * perImage * ((layer.input.channels + 15) / 16))
  }
}

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
