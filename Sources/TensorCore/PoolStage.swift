internal import CKernels

/// A pool (or a flattening, which is a pool of size 1) with the dropout on either side of it.
final class PoolStage: Stage {
  let label: String
  let outputCount: Int
  private var raw: dg_pool
  private let winners: AlignedBuffer
  private let before: GroupMasks?
  private let after: GroupMasks?
  private var arrays: StageArrays?

  init(_ plan: PoolPlan, batch: Int) throws(TensorError) {
    let layer = plan.layer
    label = "\(layer.kind) pool of \(layer.input.height)×\(layer.input.width)"
    before = try plan.before.map { group throws(TensorError) in
      try GroupMasks(group, layer.input, batch: batch)
    }
    after = try plan.after.map { group throws(TensorError) in
      try GroupMasks(group, layer.output, batch: batch)
    }
    let blocked = TensorShape(shape: layer.output, layout: dg_layout_blocked)
    outputCount = plan.flatOutput ? batch * layer.output.count : blocked.count(batch: batch)
    winners = try AlignedBuffer(bytes: layer.kind == .max ? blocked.count(batch: batch) : 0)
    raw = dg_pool(layer, batch: batch)
    raw.flat_output = plan.flatOutput
    raw.relu_input = plan.reluInput
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    before?.draw(pass.masks)
    after?.draw(pass.masks)
    raw.before_bits = before?.bits
    raw.before_scale = before?.scale ?? 1
    raw.before_factors = before?.factors
    raw.after_bits = after?.bits
    raw.after_scale = after?.scale ?? 1
    raw.after_factors = after?.factors
    Engine.kernels.pool_forward(
      &raw, arrays.input, arrays.output, pass.isTraining ? winners.octets : nil)
  }

  func backward(inputGradient: Bool) {
    guard let arrays, inputGradient else { return }
    Engine.kernels.pool_backward(
      &raw, arrays.input, winners.octets, arrays.outputGradient, arrays.inputGradient)
  }
}

extension dg_pool {
  /// The windows of `layer`; every kind but the average passes its gradient to a winner.
  init(_ layer: PoolLayer, batch: Int) {
    self.init()
    kind = layer.kind == .average ? dg_pool_average : dg_pool_max
    size = Int32(layer.size)
    self.batch = Int32(batch)
    channels = Int32(layer.input.channels)
    in_height = Int32(layer.input.height)
    in_width = Int32(layer.input.width)
    out_height = Int32(layer.output.height)
    out_width = Int32(layer.output.width)
  }
}
