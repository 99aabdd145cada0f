internal import CKernels

/// An activation function over maps or rows.
final class ActivationStage: Stage {
  let label: String
  let outputCount: Int
  private let raw: dg_activation?
  private var tensor: dg_tensor
  private var arrays: StageArrays?

  init(_ activation: Activation, _ shape: TensorShape, batch: Int) {
    label = "\(activation)"
    outputCount = shape.count(batch: batch)
    raw = activation.raw
    tensor = shape.raw(batch: batch)
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays, let raw else { return }
    Engine.kernels.activation_forward(raw, arrays.input, arrays.output, outputCount)
    // Not every function is 0 at 0.
    dg_clear_lanes(&tensor, arrays.output)
  }

  func backward(inputGradient: Bool) {
    guard let arrays, let raw, inputGradient else { return }
    Engine.kernels.activation_backward(
      raw, arrays.input, arrays.output, arrays.outputGradient, arrays.inputGradient, outputCount)
  }
}
