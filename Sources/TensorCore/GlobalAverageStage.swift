internal import CKernels

/// The average over the pixels of every map: maps to rows.
final class GlobalAverageStage: Stage {
  let label = "global average"
  let outputCount: Int
  private var maps: dg_tensor
  private var arrays: StageArrays?

  init(_ input: FeatureShape, batch: Int) {
    outputCount = batch * input.channels
    maps = TensorShape(shape: input, layout: dg_layout_blocked).raw(batch: batch)
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    Engine.kernels.global_average_forward(&maps, arrays.input, arrays.output)
  }

  func backward(inputGradient: Bool) {
    guard let arrays, inputGradient else { return }
    Engine.kernels.global_average_backward(&maps, arrays.outputGradient, arrays.inputGradient)
  }
}
