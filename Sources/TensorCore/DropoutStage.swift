internal import CKernels

/// Element-wise and spatial dropout at any point of a network.
final class DropoutStage: Stage {
  let label: String
  let outputCount: Int
  private let masks: GroupMasks
  private var raw: dg_dropout
  private var arrays: StageArrays?

  init(_ group: DropoutGroup, _ shape: TensorShape, batch: Int) throws(TensorError) {
    label = "dropout"
    outputCount = shape.count(batch: batch)
    masks = try GroupMasks(group, shape.shape, batch: batch)
    raw = dg_dropout()
    raw.tensor = shape.raw(batch: batch)
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    masks.draw(pass.masks)
    raw.bits = masks.bits
    raw.scale = masks.scale
    raw.factors = masks.factors
    Engine.kernels.dropout(&raw, arrays.input, arrays.output)
  }

  func backward(inputGradient: Bool) {
    guard let arrays, inputGradient else { return }
    Engine.kernels.dropout(&raw, arrays.outputGradient, arrays.inputGradient)
  }
}
