internal import CKernels

/// Dropout whose elements share decisions, or whose numbers are not just selected and scaled.
final class MaskStage: Stage {
  let label: String
  let outputCount: Int
  private let dropout: Dropout
  private let batch: Int
  private var tensor: dg_tensor
  private let shape: FeatureShape
  private let padded: Int
  /// Keep decisions as they are drawn; normals.
  private let drawn: AlignedBuffer
  /// Keep decisions, a word per pixel and 16 channels.
  private let bits: AlignedBuffer
  private var action = Action.identity
  private var arrays: StageArrays?

  /// What the masks of a pass do.
  private enum Action {
    case identity
    /// kept ? x · scale : 0.
    case select(scale: Float)
    /// kept ? x · scale + offset : dropped.
    case affine(scale: Float, offset: Float, dropped: Float)
    /// x · factor.
    case multiply
  }

  init(_ dropout: Dropout, _ shape: TensorShape, batch: Int) throws(TensorError) {
    self.dropout = dropout
    self.batch = batch
    self.shape = shape.shape
    label = "dropout"
    outputCount = shape.count(batch: batch)
    tensor = shape.raw(batch: batch)
    padded = (shape.shape.channels + 15) / 16 * 16
    let elements = batch * shape.shape.pixels * padded
    if case .gaussian = dropout.kind {
      drawn = try AlignedBuffer(floats: elements)
      bits = try AlignedBuffer(bytes: 0)
    } else {
      drawn = try AlignedBuffer(bytes: elements / 8)
      bits = try AlignedBuffer(bytes: elements / 8)
    }
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    action = .identity
    if let moment = pass.masks, case let rate = moment.rate(dropout), rate > 0 {
      action = draw(moment, rate: rate)
    }
    apply(arrays.input, arrays.output, isGradient: false)
  }

  func backward(inputGradient: Bool) {
    guard let arrays, inputGradient else { return }
    apply(arrays.outputGradient, arrays.inputGradient, isGradient: true)
  }

  private func apply(
    _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, isGradient: Bool
  ) {
    var raw = dg_dropout()
    raw.tensor = tensor
    switch action {
    case .identity: break
    case .select(let scale):
      raw.bits = UnsafePointer(bits.words)
      raw.scale = scale
    case .affine(let scale, let offset, let dropped):
      raw.bits = UnsafePointer(bits.words)
      raw.scale = scale
      raw.affine = !isGradient
      raw.offset = offset
      raw.dropped = dropped
    case .multiply: raw.noise = UnsafePointer(drawn.floats)
    }
    Engine.kernels.dropout(&raw, input, output)
    if raw.affine { dg_clear_lanes(&tensor, output) }
  }

  /// Draws the masks of `moment`.
  private func draw(_ moment: MaskMoment, rate: Double) -> Action {
    let pixels = shape.pixels
    switch dropout.kind {
    case .elementWise, .spatial:
      preconditionFailure("\(dropout.kind) dropout belongs to a group")
    case .shared(let batchAxis, let height, let width, let channels):
      let decisions =
        (batchAxis ? 1 : batch) * (height ? 1 : shape.height) * (width ? 1 : shape.width)
      moment.draw(
        dropout, rate: rate, into: drawn.words, words: decisions * (channels ? 1 : padded / 16))
      dg_share_mask(
        &tensor,
        dg_shared_axes(batch: batchAxis, height: height, width: width, channels: channels),
        drawn.words, bits.words)
      return .select(scale: Float(1 / (1 - rate)))
    case .alpha:
      moment.draw(dropout, rate: rate, into: bits.words, words: batch * pixels * padded / 16)
      let low = -1.0507009873554805 * 1.6732632423543772
      let scale = 1 / ((1 - rate) * (1 + rate * low * low)).squareRoot()
      let offset = -scale * low * rate
      return .affine(
        scale: Float(scale), offset: Float(offset), dropped: Float(scale * low + offset))
    case .gaussian:
      Engine.kernels.random_normal(
        moment.key(dropout), 1, Float((rate / (1 - rate)).squareRoot()), drawn.floats,
        batch * pixels * padded)
      return .multiply
    case .dropBlock(let largest, let channels, let centres):
      let size = min(largest, shape.height, shape.width)
      var seeds = rate / Double(size * size)
      if centres == .valid {
        seeds *= Double(pixels) / Double((shape.height - size + 1) * (shape.width - size + 1))
      }
      let isShared = channels == .shared
      moment.draw(
        dropout, rate: seeds, into: drawn.words,
        words: batch * pixels * (isShared ? 1 : padded / 16))
      let kept = dg_block_mask(
        &tensor, dg_blocks(size: Int32(size), shared: isShared, valid: centres == .valid),
        drawn.words, bits.words)
      return .select(scale: kept == 0 ? 0 : Float(Double(batch * shape.count) / Double(kept)))
    }
  }
}
