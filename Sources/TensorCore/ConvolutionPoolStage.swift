internal import CKernels

/// A convolution, perhaps a ReLU, and a max pool with dropout behind it, a few images at a time: what
/// lies between them stays near the core.
final class ConvolutionPoolStage: AroundAffineStage {
  let affine: AffineStage
  let outputCount: Int
  /// Images that pass together.
  private static let group = 2
  private let batch: Int
  private var raw: dg_pool
  private let after: GroupMasks?
  private let winners: AlignedBuffer
  /// The convolution's output for a group.
  private let between: AlignedBuffer
  /// The gradients of the winners.
  private let gradient: AlignedBuffer
  /// Numbers of one image behind the convolution, in the output, and in the output in blocks.
  private let sizes: (between: Int, output: Int, blocked: Int)
  private var arrays: StageArrays?

  init(
    _ plan: ConvolutionPlan, _ pool: PoolPlan, batch: Int, like other: ConvolutionPoolStage?
  ) throws(TensorError) {
    precondition(pool.before == nil, "dropout before the pool is a stage of its own")
    self.batch = batch
    affine = try AffineStage(
      plan, reluBehind: true, batch: batch, like: other?.affine)
    let layer = pool.layer
    after = try pool.after.map { group throws(TensorError) in
      try GroupMasks(group, layer.output, batch: batch)
    }
    let blocked = TensorShape(shape: layer.output, layout: dg_layout_blocked).count(batch: 1)
    sizes = (
      TensorShape(shape: layer.input, layout: dg_layout_blocked).count(batch: 1),
      pool.flatOutput ? layer.output.count : blocked, blocked
    )
    outputCount = batch * sizes.output
    winners = try AlignedBuffer(bytes: batch * blocked)
    between = try AlignedBuffer(floats: min(Self.group, batch) * sizes.between)
    gradient = try AlignedBuffer(floats: batch * blocked)
    raw = dg_pool(layer, batch: batch)
    raw.flat_output = pool.flatOutput
    raw.relu_input = pool.reluInput
  }

  func bind(_ arrays: StageArrays) {
    self.arrays = arrays
    affine.bind(arrays)
  }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    affine.mask(pass)
    after?.draw(pass.masks)
    raw.after_bits = after?.bits
    raw.after_scale = after?.scale ?? 1
    raw.after_factors = after?.factors
    let padded = (Int(raw.channels) + 15) / 16 * 16
    let words = Int(raw.out_height * raw.out_width) * padded / 16
    for first in stride(from: 0, to: batch, by: Self.group) {
      let images = first..<min(first + Self.group, batch)
      affine.forward(images: images, into: between.floats)
      var pool = raw
      pool.batch = Int32(images.count)
      pool.after_bits = raw.after_bits.map { $0 + first * words }
      pool.after_factors = raw.after_factors.map { $0 + first * padded }
      Engine.kernels.pool_forward(
        &pool, between.floats, arrays.output + first * sizes.output,
        pass.isTraining ? winners.octets + first * sizes.blocked : nil)
    }
  }

  func backward(inputGradient: Bool) {
    guard let arrays else { return }
    Engine.kernels.pool_winner_gradient(
      &raw, arrays.output, arrays.outputGradient, gradient.floats)
    affine.backward(
      inputGradient: inputGradient,
      winners: dg_winners(
        height: raw.out_height, width: raw.out_width, gradient: gradient.floats,
        winner: winners.octets))
  }
}
