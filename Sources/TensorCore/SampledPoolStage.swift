internal import CKernels

/// Stochastic pooling or max-pooling dropout: a pool that draws in training and takes the mean at
/// evaluation.
final class SampledPoolStage: Stage {
  let label: String
  let outputCount: Int
  private let kind: PoolLayer.Kind
  private var raw: dg_pool
  private let winners: AlignedBuffer
  private let masks: GroupMasks?
  private let uniforms: AlignedBuffer
  private let uniformCount: Int
  private var arrays: StageArrays?

  init(_ layer: PoolLayer, batch: Int) throws(TensorError) {
    kind = layer.kind
    raw = dg_pool(layer, batch: batch)
    outputCount = TensorShape(shape: layer.output, layout: dg_layout_blocked).count(batch: batch)
    winners = try AlignedBuffer(bytes: outputCount)
    if case .maxPoolingDropout(let dropout) = layer.kind {
      label = "max-pooling dropout of \(layer.input.height)×\(layer.input.width)"
      let masks = try GroupMasks(
        DropoutGroup(elementWise: dropout), layer.input, batch: batch)
      self.masks = masks
      uniformCount = 0
    } else {
      label = "stochastic pool of \(layer.input.height)×\(layer.input.width)"
      masks = nil
      // A number below 0 counts as 0, so it has no gradient.
      raw.relu_input = true
      uniformCount = batch * layer.output.pixels * ((layer.output.channels + 15) / 16 * 16)
    }
    uniforms = try AlignedBuffer(floats: uniformCount)
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    switch kind {
    case .stochastic(let name):
      if let moment = pass.masks {
        Engine.kernels.random_uniform(moment.key(name), uniforms.floats, uniformCount)
      }
      Engine.kernels.stochastic_forward(
        &raw, arrays.input, pass.masks == nil ? nil : uniforms.floats, arrays.output,
        winners.octets)
    case .maxPoolingDropout(let dropout):
      if let moment = pass.masks {
        masks?.draw(moment)
        raw.before_bits = masks?.bits
        raw.before_scale = 1
        Engine.kernels.pool_forward(&raw, arrays.input, arrays.output, winners.octets)
      } else {
        Engine.kernels.expected_max_forward(
          &raw, Float(dropout.rate), arrays.input, arrays.output)
      }
    case .max, .average: preconditionFailure("\(kind) draws nothing")
    }
  }

  func backward(inputGradient: Bool) {
    guard let arrays, inputGradient else { return }
    Engine.kernels.pool_backward(
      &raw, arrays.input, winners.octets, arrays.outputGradient, arrays.inputGradient)
  }
}
