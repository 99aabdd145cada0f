internal import CKernels

/// A dense layer with DropConnect and its activation, whose evaluation averages the activation over
/// the normal distribution of what comes before it.
///
/// Over all masks the mean of x · k + b is what the weights give, and its variance
/// rate / (1 − rate) · (Σ x² k² + b²) (Wan et al., ICML 2013, algorithm 2).
final class GaussianDenseStage: AroundAffineStage {
  let affine: AffineStage
  private let activation: ActivationStage
  private let raw: dg_activation?
  private let layer: DenseLayer
  private let batch: Int
  private let ratio: Double
  private let quantiles: [Float]
  /// Before the activation: outputs, their gradients, deviations, and one sample.
  private let values: BufferList
  private let sums: AlignedBuffer
  private var arrays: StageArrays?

  init(
    _ layer: DenseLayer, _ dropConnect: DropConnect, samples: Int, slot: Int,
    activation: Activation, batch: Int
  ) throws(TensorError) {
    self.layer = layer
    self.batch = batch
    affine = try AffineStage(layer, slot: slot, relu: false, dropout: nil, batch: batch)
    self.activation = ActivationStage(activation, .rows(layer.outputs), batch: batch)
    raw = activation.raw
    ratio = dropConnect.rate / (1 - dropConnect.rate)
    quantiles = (0..<samples).map {
      Float(dg_normal_quantile((Double($0) + 0.5) / Double(samples)))
    }
    let count = affine.outputCount
    values = try BufferList(floats: [count, count, count, count])
    sums = try AlignedBuffer(bytes: count * MemoryLayout<Double>.stride)
  }

  var outputCount: Int { affine.outputCount }

  func bind(_ arrays: StageArrays) {
    self.arrays = arrays
    var inner = arrays
    inner.output = values[0]
    inner.outputGradient = values[1]
    affine.bind(inner)
    var outer = arrays
    outer.input = values[0]
    outer.inputGradient = values[1]
    activation.bind(outer)
  }

  func forward(_ pass: Pass) {
    affine.forward(pass)
    if pass.masks != nil { activation.forward(pass) } else { average() }
  }

  func backward(inputGradient: Bool) {
    activation.backward(inputGradient: true)
    affine.backward(inputGradient: inputGradient)
  }

  private func average() {
    guard let arrays, let raw else { return }
    let weights = arrays.parameters.weights, slot = arrays.parameters.slots[slot]
    let sums = self.sums.pointer.assumingMemoryBound(to: Double.self)
    var shape = dg_dense(
      batch: Int32(batch), inputs: Int32(layer.inputs), outputs: Int32(layer.outputs))
    dg_squared_dense(
      &shape, arrays.input, weights + slot.start(of: .kernel), weights + slot.start(of: .bias), sums
    )
    let mean = values[0], deviation = values[2], sample = values[3]
    for index in 0..<outputCount {
      deviation[index] = Float((ratio * sums[index]).squareRoot())
      sums[index] = 0
    }
    for quantile in quantiles {
      for index in 0..<outputCount { sample[index] = mean[index] + deviation[index] * quantile }
      Engine.kernels.activation_forward(raw, sample, sample, outputCount)
      for index in 0..<outputCount { sums[index] += Double(sample[index]) }
    }
    for index in 0..<outputCount {
      arrays.output[index] = Float(sums[index] / Double(quantiles.count))
    }
  }
}
