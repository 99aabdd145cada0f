internal import CKernels

/// A trainable network: weights, and what it takes to train and evaluate them.
///
/// Synchronous, one thread: create, use and release it on the same thread.
public final class Network {
  /// Images and labels in memory: n × h × w × c floats, and n labels.
  public struct Images {
    let pixels: UnsafePointer<Float>
    let labels: UnsafePointer<Int32>

    /// The pointers must stay valid while the value is in use.
    public init(pixels: UnsafePointer<Float>, labels: UnsafePointer<Int32>) {
      self.pixels = pixels
      self.labels = labels
    }
  }

  private let description: NetworkDescription
  private let maskSeed: UInt64
  let parameters: Parameters
  private let main: Executor
  private var executors: [Int: Executor]

  /// Builds the network with random kernels, as each layer's initialiser draws them, and zero
  /// biases.
  ///
  /// - Parameter batch: images per training step; other numbers work, and cost memory of their own.
  public init(
    _ description: NetworkDescription, batch: Int, initialisationSeed: UInt64, maskSeed: UInt64
  ) throws(TensorError) {
    self.description = description
    self.maskSeed = maskSeed
    let main = try Executor(description, batch: batch, like: nil)
    var shapes: [(label: String, kernel: Int, bias: Int)] = []
    for (slot, layer) in description.trainable.enumerated() {
      guard let library = main.trainable(at: slot) else {
        preconditionFailure("layer \(layer.label) has no primitives")
      }
      shapes.append((layer.label, library.kernelCount, library.biasCount))
    }
    parameters = try Parameters(shapes)
    try main.bind(parameters)
    self.main = main
    executors = [batch: main]
    try initialise(seed: initialisationSeed)
  }

  private func initialise(seed: UInt64) throws(TensorError) {
    for (slot, layer) in description.trainable.enumerated() {
      let key = RandomKey(seed: seed, stream: .initialisation, name: layer.name)
      let kernel = layer.initialiser.weights(
        key, count: layer.kernelCount, fanIn: layer.fanIn, fanOut: layer.fanOut)
      try load(kernel: kernel, slot: slot)
    }
    parameters.weightsChanged()
  }

  private func load(kernel: [Float], slot: Int) throws(TensorError) {
    let target = parameters.weights + parameters.slots[slot].kernel.lowerBound
    try main.trainable(at: slot)?.importKernel(kernel, to: target)
  }

  private func executor(batch: Int) throws(TensorError) -> Executor {
    if let executor = executors[batch] { return executor }
    let executor = try Executor(description, batch: batch, like: main)
    try executor.bind(parameters)
    executors[batch] = executor
    return executor
  }

  /// One update on the images at `indices`; `step` counts the updates before it.
  ///
  /// - Parameter labelSmoothing: the share ε, 0 ≤ ε < 1, of the uniform distribution in the target
  ///   of the loss, (1 − ε) · one-hot + ε / classes (Szegedy et al., CVPR 2016).
  /// - Returns: the loss before the update, with dropout and label smoothing on.
  /// - Throws: `TensorError.diverged` where the loss or a gradient is not finite.
  public func train(
    _ images: Images, indices: [Int32], optimiser: Optimiser, step: Int,
    labelSmoothing: Double = 0
  ) throws(TensorError) -> BatchLoss {
    let loss = try gradient(
      images, indices: indices, step: step, labelSmoothing: labelSmoothing)
    guard loss.sum.isFinite else { throw TensorError.diverged(place: "the loss", step: step) }
    try parameters.update(optimiser, step: step)
    return loss
  }

  /// Forward and backward on the images at `indices`, without an update.
  @discardableResult
  package func gradient(
    _ images: Images, indices: [Int32], step: Int, labelSmoothing: Double = 0
  ) throws(TensorError) -> BatchLoss {
    precondition((0..<1).contains(labelSmoothing), "label smoothing lies in [0, 1)")
    let executor = try executor(batch: indices.count)
    executor.load(images: images.pixels, labels: images.labels, indices: indices)
    try executor.forward(parameters, training: MaskMoment(seed: maskSeed, step: step))
    let loss = executor.loss(rows: indices.count, gradient: true, smoothing: labelSmoothing)
    try executor.backward(parameters)
    return loss
  }

  /// Loss and accuracy without dropout or label smoothing on the first `count` images.
  public func evaluate(_ images: Images, count: Int) throws(TensorError) -> BatchLoss {
    let executor = try executor(batch: evaluationBatch)
    var total = BatchLoss()
    for start in stride(from: 0, to: count, by: executor.batch) {
      let rows = Int32(start)..<Int32(min(start + executor.batch, count))
      executor.load(images: images.pixels, labels: images.labels, indices: Array(rows))
      try executor.forward(parameters, training: nil)
      total += executor.loss(rows: rows.count, gradient: false)
    }
    return total
  }

  /// Evaluation uses the training batch's primitives where that is a sensible size.
  private var evaluationBatch: Int { (16...256).contains(main.batch) ? main.batch : 32 }

  /// Logits of the images at `indices` without dropout.
  package func logits(
    _ images: Images, indices: [Int32]
  ) throws(TensorError) -> [[Float]] {
    let executor = try executor(batch: indices.count)
    executor.load(images: images.pixels, labels: images.labels, indices: indices)
    try executor.forward(parameters, training: nil)
    return (0..<indices.count).map(executor.logits)
  }

  /// Every kernel, (kh, kw, in, out) or (in, out), and bias, in the order of the layers.
  public func exportWeights() throws(TensorError) -> [[Float]] {
    try export(UnsafePointer(parameters.weights))
  }

  /// The gradients of the last step, as `exportWeights` orders them.
  package func exportGradients() throws(TensorError) -> [[Float]] {
    try export(UnsafePointer(parameters.gradients))
  }

  private func export(_ arena: UnsafePointer<Float>) throws(TensorError) -> [[Float]] {
    var result: [[Float]] = []
    for (slot, layer) in description.trainable.enumerated() {
      let place = parameters.slots[slot]
      guard let library = main.trainable(at: slot) else { continue }
      result.append(try library.exportKernel(arena + place.kernel.lowerBound))
      result.append(place.bias.prefix(layer.outputs).map { arena[$0] })
    }
    return result
  }

  /// Replaces every kernel and bias, ordered and shaped as `exportWeights` gives them.
  package func importWeights(_ weights: [[Float]]) throws(TensorError) {
    for (slot, layer) in description.trainable.enumerated() {
      let kernel = weights[2 * slot], bias = weights[2 * slot + 1]
      precondition(kernel.count == layer.kernelCount && bias.count == layer.outputs)
      try load(kernel: kernel, slot: slot)
      for (index, value) in zip(parameters.slots[slot].bias, bias) {
        parameters.weights[index] = value
      }
    }
    parameters.weightsChanged()
  }

  /// One line per trainable layer: the implementations in use.
  public var implementations: [String] { main.implementations }
}

/// What initialisation and export need to know of a convolution or dense layer.
struct TrainableShape {
  var label: String
  var name: RandomName
  var kernelCount: Int
  var outputs: Int
  var fanIn: Int
  var fanOut: Int
  var initialiser: Initialiser
}

extension NetworkDescription {
  /// The layers that have weights, in order.
  var trainable: [TrainableShape] {
    layers.compactMap { layer in
      switch layer {
      case .convolution(let layer):
        let area = layer.kernel * layer.kernel
        return TrainableShape(
          label: layer.label, name: layer.name,
          kernelCount: area * layer.input.channels * layer.output.channels,
          outputs: layer.output.channels, fanIn: area * layer.input.channels,
          fanOut: area * layer.output.channels, initialiser: layer.initialiser)
      case .dense(let layer):
        return TrainableShape(
          label: layer.label, name: layer.name, kernelCount: layer.inputs * layer.outputs,
          outputs: layer.outputs, fanIn: layer.inputs, fanOut: layer.outputs,
          initialiser: layer.initialiser)
      case .pool: return nil
      }
    }
  }
}
