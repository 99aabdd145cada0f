internal import CKernels

/// A network's activations, gradients and stages for one batch size.
///
/// Stages run in order; each reads the output of the one before it. Gradients need two buffers
/// only: the one a stage reads and the one it writes.
final class Executor {
  let batch: Int
  let stages: [any Stage]
  /// The first stage with parameters; nothing before it needs a gradient.
  let firstTrainable: Int
  let outputs: BufferList
  let gradients: BufferList
  let input: AlignedBuffer
  /// What the layers read.
  let points: [ReadPoint]
  private let indices: AlignedBuffer
  private let labels: AlignedBuffer
  private let scratch: AlignedBuffer
  private let inputShape: TensorShape
  let classes: Int

  /// - Parameters:
  ///   - other: an executor of the same network whose prepared kernels are taken over.
  ///   - fused: whether stages are put together where that changes no bit.
  init(
    _ network: NetworkDescription, batch: Int, fused: Bool, like other: Executor?
  ) throws(TensorError) {
    self.batch = batch
    let plan = StagePlanner(network, fused: fused)
    inputShape = plan.input
    points = plan.points
    var stages: [any Stage] = []
    for (index, stage) in plan.stages.enumerated() {
      let next = index + 1 < plan.stages.count ? plan.stages[index + 1] : nil
      stages.append(try Self.make(stage, next: next, batch: batch, like: other))
    }
    self.stages = stages
    firstTrainable = stages.firstIndex { $0 is any TrainableStage } ?? stages.count
    classes = (stages.last?.outputCount ?? 0) / batch
    let counts = stages.map(\.outputCount)
    outputs = try BufferList(floats: counts)
    let largest = counts.max() ?? 0
    gradients = try BufferList(floats: [largest, largest])
    input = try AlignedBuffer(floats: inputShape.count(batch: batch))
    indices = try AlignedBuffer(bytes: 4 * batch)
    labels = try AlignedBuffer(bytes: 4 * batch)
    scratch = try AlignedBuffer(bytes: stages.map(\.scratchBytes).max() ?? 0)
  }

  private static func make(
    _ plan: StagePlan, next: StagePlan?, batch: Int, like other: Executor?
  ) throws(TensorError) -> any Stage {
    switch plan {
    case .convolution(let plan):
      var reluBehind = false
      if case .pool(let pool) = next { reluBehind = pool.reluInput }
      return try AffineStage(
        plan, reluBehind: reluBehind, batch: batch,
        like: other?.trainable(at: plan.slot) as? AffineStage)
    case .convolutionPool(let plan, let pool):
      return try ConvolutionPoolStage(
        plan, pool, batch: batch, like: other?.trainable(at: plan.slot) as? ConvolutionPoolStage)
    case .dense(let layer, let slot, let relu, let dropout):
      return try AffineStage(layer, slot: slot, relu: relu, dropout: dropout, batch: batch)
    case .batchNorm(let layer, let slot):
      return try BatchNormStage(layer, slot: slot, batch: batch)
    case .activation(let activation, let shape):
      return ActivationStage(activation, shape, batch: batch)
    case .dropout(let group, let shape): return try DropoutStage(group, shape, batch: batch)
    case .gaussianDense(let layer, let dropConnect, let samples, let slot, let activation):
      return try GaussianDenseStage(
        layer, dropConnect, samples: samples, slot: slot, activation: activation, batch: batch)
    case .mask(let dropout, let shape): return try MaskStage(dropout, shape, batch: batch)
    case .pool(let plan): return try PoolStage(plan, batch: batch)
    case .sampledPool(let layer): return try SampledPoolStage(layer, batch: batch)
    case .globalAverage(let input): return GlobalAverageStage(input, batch: batch)
    }
  }

  /// The trainable layers, in order.
  var trainable: [any TrainableStage] { stages.compactMap { $0 as? any TrainableStage } }

  func trainable(at slot: Int) -> (any TrainableStage)? { trainable.first { $0.slot == slot } }

  /// Connects the stages with the parameters and each other; called once.
  func bind(_ parameters: Parameters) {
    for (index, stage) in stages.enumerated() {
      stage.bind(
        StageArrays(
          input: index == 0 ? input.floats : outputs[index - 1], output: outputs[index],
          outputGradient: gradients[index % 2], inputGradient: gradients[(index + 1) % 2],
          parameters: parameters, scratch: scratch.pointer))
    }
  }

  /// Fills the batch: images and labels of `indices`, zeros behind them.
  func load(
    images: UnsafePointer<Float>, labels source: UnsafePointer<Int32>,
    indices: some RandomAccessCollection<Int32>
  ) {
    let shape = inputShape.shape
    let chosen = self.indices.pointer.assumingMemoryBound(to: Int32.self)
    let target = labels.pointer.assumingMemoryBound(to: Int32.self)
    for (row, index) in indices.enumerated() {
      chosen[row] = index
      target[row] = source[Int(index)]
    }
    dg_gather(
      images, chosen, Int32(indices.count), Int32(batch), Int32(shape.height),
      Int32(shape.width), Int32(shape.channels), inputShape.layout, input.floats)
  }

  /// Logits of the batch, in the last output.
  func forward(_ pass: Pass) {
    for stage in stages { stage.forward(pass) }
  }

  /// Loss over the first `rows` rows.
  func loss(rows: Int) -> BatchLoss { loss(rows: rows, gradient: nil, of: rows, smoothing: 0) }

  /// The same, with the gradient of the mean loss of a step of `images` images.
  func loss(rows: Int, gradientOf images: Int, smoothing: Double = 0) -> BatchLoss {
    loss(
      rows: rows, gradient: gradients[(stages.count - 1) % 2], of: images, smoothing: smoothing)
  }

  private func loss(
    rows: Int, gradient: UnsafeMutablePointer<Float>?, of images: Int, smoothing: Double
  ) -> BatchLoss {
    let result = dg_softmax_cross_entropy(
      outputs[stages.count - 1], labels.pointer.assumingMemoryBound(to: Int32.self), Int32(rows),
      Int32(batch), Int32(classes), smoothing, Int32(images), gradient)
    return BatchLoss(sum: result.loss, correct: Int(result.correct), count: rows)
  }

  /// Counts the first `rows` rows in `calibration`.
  func count(rows: Int, in calibration: inout Calibration) {
    let target = labels.pointer.assumingMemoryBound(to: Int32.self)
    for row in 0..<rows {
      calibration.add(
        logits: UnsafeBufferPointer(
          start: outputs[stages.count - 1] + row * classes, count: classes),
        label: Int(target[row]))
    }
  }

  /// Adds the predictions for the first `rows` rows to `sums`.
  func addPredictions(rows: Int, to sums: inout [Double]) {
    dg_add_softmax(outputs[stages.count - 1], Int32(rows), Int32(classes), &sums)
  }

  /// Loss of the mean of `samples` predictions, whose sums are given.
  func loss(rows: Int, samples: Int, sums: [Double]) -> BatchLoss {
    let result = dg_mean_cross_entropy(
      sums, labels.pointer.assumingMemoryBound(to: Int32.self), Int32(rows), Int32(classes),
      Int32(samples))
    return BatchLoss(sum: result.loss, correct: Int(result.correct), count: rows)
  }

  /// Gradients of every parameter, from that of the logits.
  func backward() {
    for index in stages.indices.reversed() where index >= firstTrainable {
      stages[index].backward(inputGradient: index > firstTrainable)
    }
  }

  /// The first layer whose output of the last forward pass is not finite; nil where all are.
  var firstNonFinite: String? {
    var last: String?
    for (index, stage) in stages.enumerated() {
      let isTrainable = stage is any TrainableStage
      if isTrainable { last = stage.label }
      let values = UnsafeBufferPointer(start: outputs[index], count: stage.outputCount)
      guard values.contains(where: { !$0.isFinite }) else { continue }
      let place = isTrainable ? "" : last.map { " behind \($0)" } ?? " of the input"
      return "the output of \(stage.label)\(place)"
    }
    return nil
  }

  /// The logits of row `row`.
  func logits(row: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: outputs[stages.count - 1] + row * classes, count: classes))
  }

  /// One line per convolution and dense layer: how it is computed.
  var implementations: [String] {
    stages.compactMap {
      ($0 as? AffineStage ?? ($0 as? any AroundAffineStage)?.affine)?.implementation
    }
  }
}
