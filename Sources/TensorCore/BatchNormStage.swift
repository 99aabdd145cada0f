internal import CKernels

/// Batch normalisation of maps.
final class BatchNormStage: TrainableStage {
  let slot: Int
  let label: String
  let outputCount: Int
  private let layer: BatchNormLayer
  private let batch: Int
  private let width: Int
  private var tensor: dg_tensor
  /// Mean and variance of the batch.
  private let moments: AlignedBuffer
  /// Mean, 1 / √(σ² + ε), γ / √(σ² + ε) and β of the pass.
  private let factors: BufferList
  private var arrays: StageArrays?

  init(_ layer: BatchNormLayer, slot: Int, batch: Int) throws(TensorError) {
    self.slot = slot
    self.layer = layer
    self.batch = batch
    label = layer.label
    let shape = TensorShape(shape: layer.shape, layout: dg_layout_blocked)
    outputCount = shape.count(batch: batch)
    tensor = shape.raw(batch: batch)
    width = TensorShape.blocked(layer.shape.channels)
    moments = try AlignedBuffer(bytes: 2 * width * MemoryLayout<Double>.stride)
    factors = try BufferList(floats: [width, width, width])
  }

  var shapes: [ParameterShape] {
    [
      ParameterShape(role: .gamma, count: width), ParameterShape(role: .beta, count: width),
      ParameterShape(role: .movingMean, count: width),
      ParameterShape(role: .movingVariance, count: width),
    ]
  }

  func load(_ values: [Float], _ role: ParameterRole, to target: UnsafeMutablePointer<Float>) {
    target.update(from: values, count: min(values.count, layer.shape.channels))
  }

  func export(_ role: ParameterRole, _ source: UnsafePointer<Float>) -> [Float] {
    Array(UnsafeBufferPointer(start: source, count: layer.shape.channels))
  }

  func bind(_ arrays: StageArrays) { self.arrays = arrays }

  func forward(_ pass: Pass) {
    guard let arrays else { return }
    let parameters = arrays.parameters
    let slot = parameters.slots[slot]
    let gamma = parameters.weights + slot.start(of: .gamma)
    let beta = parameters.weights + slot.start(of: .beta)
    let runningMean = parameters.statistics + slot.start(of: .movingMean)
    let runningVariance = parameters.statistics + slot.start(of: .movingVariance)
    let mean = moments.pointer.assumingMemoryBound(to: Double.self)
    let variance = mean + width
    if pass.isTraining {
      Engine.kernels.moments(&tensor, arrays.input, mean, variance)
      follow(mean, runningMean, correction: 1)
      // One number has no variance.
      let count = Double(batch * layer.shape.pixels)
      let isUnbiased = layer.form == .pytorch && count > 1
      follow(variance, runningVariance, correction: isUnbiased ? count / (count - 1) : 1)
    } else {
      for channel in 0..<width {
        mean[channel] = Double(runningMean[channel])
        variance[channel] = Double(runningVariance[channel])
      }
    }
    for channel in 0..<width {
      let inverse = 1 / (variance[channel] + layer.epsilon).squareRoot()
      factors[0][channel] = Float(mean[channel])
      factors[1][channel] = Float(inverse)
      factors[2][channel] = Float(Double(gamma[channel]) * inverse)
    }
    Engine.kernels.normalise(
      &tensor, arrays.input, factors[0], factors[2], beta, arrays.output)
  }

  /// Moves running statistics towards those of a batch.
  private func follow(
    _ batch: UnsafePointer<Double>, _ running: UnsafeMutablePointer<Float>, correction: Double
  ) {
    let share = layer.form == .keras ? 1 - layer.momentum : layer.momentum
    for channel in 0..<layer.shape.channels {
      running[channel] = Float(
        Double(running[channel]) * (1 - share) + batch[channel] * correction * share)
    }
  }

  func backward(inputGradient: Bool) {
    guard let arrays else { return }
    let parameters = arrays.parameters
    let slot = parameters.slots[slot]
    Engine.kernels.normalise_backward(
      &tensor, arrays.input, factors[0], factors[1], factors[2], arrays.outputGradient,
      inputGradient ? arrays.inputGradient : nil,
      parameters.gradients + slot.start(of: .gamma), parameters.gradients + slot.start(of: .beta))
  }
}
