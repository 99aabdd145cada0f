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
  private let fused: Bool
  /// Images that pass together in a training step.
  private let slice: Int
  let parameters: Parameters
  let main: Executor
  private var executors: [Int: Executor]

  /// Builds the network with random kernels, as each layer's initialiser draws them, zero biases
  /// and batch normalisation that changes no scale.
  ///
  /// - Parameters:
  ///   - description: the layers, in order.
  ///   - batch: images per training step; other numbers work, and cost memory of their own.
  ///   - initialisationSeed: keys the kernels.
  ///   - maskSeed: keys everything that is drawn in a step.
  ///   - fused: whether layers are computed together where that is faster; it changes no bit.
  public init(
    _ description: NetworkDescription, batch: Int, initialisationSeed: UInt64, maskSeed: UInt64,
    fused: Bool = true
  ) throws(TensorError) {
    self.description = description
    self.maskSeed = maskSeed
    self.fused = fused
    slice = description.slice(ofBatch: batch)
    let main = try Executor(description, batch: slice, fused: fused, like: nil)
    parameters = try Parameters(main.trainable.map { ($0.label, $0.shapes) })
    main.bind(parameters)
    self.main = main
    executors = [slice: main]
    initialise(seed: initialisationSeed)
  }

  private func initialise(seed: UInt64) {
    for (stage, layer) in zip(main.trainable, description.trainable) {
      for (role, count) in layer.arrays {
        switch role {
        case .kernel: load(layer.kernel(seed: seed), role, stage)
        case .bias, .beta, .movingMean: break
        case .gamma, .movingVariance:
          load([Float](repeating: 1, count: count), role, stage)
        }
      }
    }
    parameters.weightsChanged()
  }

  private func load(
    _ values: [Float], _ role: ParameterRole, _ stage: any TrainableStage
  ) {
    let start = parameters.slots[stage.slot].start(of: role)
    stage.load(values, role, to: parameters.arena(of: role) + start)
  }

  func executor(batch: Int) throws(TensorError) -> Executor {
    if let executor = executors[batch] { return executor }
    let executor = try Executor(description, batch: batch, fused: fused, like: main)
    executor.bind(parameters)
    executors[batch] = executor
    return executor
  }

  /// One update on the images at `indices`; `step` counts the updates before it.
  ///
  /// `labelSmoothing` is the share ε, 0 ≤ ε < 1, of the uniform distribution in the target of the
  /// loss, (1 − ε) · one-hot + ε / classes (Szegedy et al., CVPR 2016).
  ///
  /// - Returns: the loss before the update, with dropout and label smoothing on.
  /// - Throws: `TensorError.diverged` where the loss, a gradient or a weight is not finite, with the
  ///   layer where that began.
  public func train(
    _ images: Images, indices: ArraySlice<Int32>, optimiser: Optimiser, step: Int,
    labelSmoothing: Double = 0
  ) throws(TensorError) -> BatchLoss {
    let (loss, last) = try passes(
      images, indices: indices, step: step, labelSmoothing: labelSmoothing)
    guard loss.sum.isFinite else {
      throw TensorError.diverged(place: last.firstNonFinite ?? "the loss", step: step)
    }
    do {
      try parameters.update(optimiser, step: step)
    } catch {
      guard case .diverged = error, let place = last.firstNonFinite else { throw error }
      throw TensorError.diverged(place: place, step: step)
    }
    return loss
  }

  /// Forward and backward on the images at `indices`, without an update.
  @discardableResult
  package func gradient(
    _ images: Images, indices: [Int32], step: Int, labelSmoothing: Double = 0
  ) throws(TensorError) -> BatchLoss {
    try passes(images, indices: indices[...], step: step, labelSmoothing: labelSmoothing).loss
  }

  /// Forward and backward, slice by slice, up to one whose loss is not finite; and the executor of
  /// the last one.
  private func passes(
    _ images: Images, indices: ArraySlice<Int32>, step: Int, labelSmoothing: Double
  ) throws(TensorError) -> (loss: BatchLoss, last: Executor) {
    precondition((0..<1).contains(labelSmoothing), "label smoothing lies in [0, 1)")
    var total = BatchLoss()
    var last = main
    let slices = (indices.count + slice - 1) / slice
    defer { parameters.addsGradients = false }
    for number in 0..<slices {
      let start = indices.startIndex + number * slice
      let end = min(start + slice, indices.endIndex)
      last = try executor(batch: end - start)
      last.load(images: images.pixels, labels: images.labels, indices: indices[start..<end])
      last.forward(
        Pass(masks: MaskMoment(seed: maskSeed, step: step, slice: number), isTraining: true))
      total += last.loss(
        rows: end - start, gradientOf: indices.count, smoothing: labelSmoothing)
      guard total.sum.isFinite else { break }
      parameters.addsGradients = number > 0
      last.backward()
    }
    return (total, last)
  }

  /// Loss and accuracy on the first `count` images, without label smoothing.
  ///
  /// Without `monteCarlo` there is one prediction without dropout; with it the prediction is the mean
  /// of several with dropout, whose masks have no number in common with those of training.
  public func evaluate(
    _ images: Images, count: Int, monteCarlo: MonteCarlo? = nil
  ) throws(TensorError) -> BatchLoss {
    let executor = try executor(batch: evaluationBatch)
    var total = BatchLoss()
    for (batch, start) in stride(from: 0, to: count, by: executor.batch).enumerated() {
      let rows = Int32(start)..<Int32(min(start + executor.batch, count))
      executor.load(images: images.pixels, labels: images.labels, indices: rows)
      guard let monteCarlo else {
        executor.forward(.evaluation)
        total += executor.loss(rows: rows.count)
        continue
      }
      var sums = [Double](repeating: 0, count: rows.count * executor.classes)
      for sample in 0..<monteCarlo.samples {
        let masks = MaskMoment(seed: maskSeed, monteCarlo, sample: sample, batch: batch)
        executor.forward(Pass(masks: masks, isTraining: false))
        executor.addPredictions(rows: rows.count, to: &sums)
      }
      total += executor.loss(rows: rows.count, samples: monteCarlo.samples, sums: sums)
    }
    return total
  }

  /// Evaluation uses the training batch's primitives where that is a sensible size.
  var evaluationBatch: Int { (16...256).contains(main.batch) ? main.batch : 32 }

  /// Logits of the images at `indices`, without dropout or with the masks of update `step`.
  package func logits(
    _ images: Images, indices: [Int32], step: Int? = nil
  ) throws(TensorError) -> [[Float]] {
    let executor = try executor(batch: indices.count)
    executor.load(images: images.pixels, labels: images.labels, indices: indices)
    executor.forward(
      Pass(masks: step.map { MaskMoment(seed: maskSeed, step: $0) }, isTraining: false))
    return (0..<indices.count).map(executor.logits)
  }

  /// Every layer's arrays, in the order of the layers: kernel, (kh, kw, in, out) or (in, out), and
  /// bias; or gamma, beta, running mean and running variance.
  public func exportWeights() -> [[Float]] {
    export { parameters.arena(of: $0) }
  }

  /// The gradients of the last step: as `exportWeights` orders them, without the statistics.
  package func exportGradients() -> [[Float]] {
    export { $0.isStatistic ? nil : parameters.gradients }
  }

  private func export(
    _ arena: (ParameterRole) -> UnsafeMutablePointer<Float>?
  ) -> [[Float]] {
    var result: [[Float]] = []
    for stage in main.trainable {
      for (role, range) in parameters.slots[stage.slot].arrays {
        guard let values = arena(role) else { continue }
        result.append(stage.export(role, values + range.lowerBound))
      }
    }
    return result
  }

  /// Replaces every array, ordered and shaped as `exportWeights` gives them.
  package func importWeights(_ weights: [[Float]]) {
    var rest = weights[...]
    for (stage, layer) in zip(main.trainable, description.trainable) {
      for (role, count) in layer.arrays {
        guard let values = rest.popFirst(), values.count == count else {
          preconditionFailure("\(stage.label) needs \(count) numbers as its \(role.rawValue)")
        }
        load(values, role, stage)
      }
    }
    parameters.weightsChanged()
  }

  /// One line per trainable layer: the implementations in use.
  public var implementations: [String] { main.implementations }
}
