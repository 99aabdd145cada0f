internal import CKernels
internal import COneDNN

/// A network's activations, gradients and primitives for one batch size.
///
/// Stages run in order; each reads the output of the one before it. Gradients need two buffers
/// only: the one a stage reads and the one it writes.
final class Executor {
  private enum Stage {
    case trainable(LibraryLayer, slot: Int, relu: Bool)
    case pool(PoolStage)
  }

  let batch: Int
  private let stages: [Stage]
  /// Dropout behind a dense stage.
  private let dropouts: [Dropout?]
  private let widths: [Int]
  private let outputs: BufferList
  private let masks: BufferList
  private let gradients: BufferList
  private let input: AlignedBuffer
  private let labels: AlignedBuffer
  private var scratch: AlignedBuffer
  private let inputShape: FeatureShape
  private let inputLayout: dg_input_layout
  private let classes: Int

  /// - Parameter other: an executor of the same network whose kernel layouts are to be kept.
  init(_ network: NetworkDescription, batch: Int, like other: Executor?) throws(TensorError) {
    self.batch = batch
    inputShape = network.input
    inputLayout = Self.inputLayout(of: network)
    let block = Int(Engine.kernels.block)
    func mapCount(_ shape: FeatureShape) -> Int {
      batch * ((shape.channels + block - 1) / block * block) * shape.pixels
    }

    var stages: [Stage] = []
    var counts: [Int] = []
    var dropouts: [Dropout?] = []
    var widths: [Int] = []
    var slot = 0
    var maps: FeatureShape? = network.input
    var classes = 0
    func add(_ stage: Stage, count: Int, dropout: Dropout? = nil, width: Int = 0) {
      stages.append(stage)
      counts.append(count)
      dropouts.append(dropout)
      widths.append(width)
    }
    let layers = network.layers
    for (index, layer) in layers.enumerated() {
      let otherLayer = other?.trainable(at: slot)
      switch layer {
      case .convolution(let layer):
        let library = try LibraryLayer(
          layer, batch: batch, plainInput: slot == 0 && inputLayout == dg_input_planes,
          inputGradient: slot > 0, like: otherLayer)
        add(.trainable(library, slot: slot, relu: true), count: mapCount(layer.output))
        slot += 1
        maps = layer.output
      case .pool(let layer):
        let pool = try PoolStage(layer, batch: batch, flatOutput: layers.isDense(at: index + 1))
        add(.pool(pool), count: pool.outputCount)
        maps = layers.isDense(at: index + 1) ? nil : layer.output
      case .dense(let layer):
        if let shape = maps, index > 0 {
          let flatten = PoolLayer(kind: .max, size: 1, input: shape, output: shape)
          let pool = try PoolStage(flatten, batch: batch, flatOutput: true)
          add(.pool(pool), count: pool.outputCount)
        }
        maps = nil
        let library = try LibraryLayer(
          layer, batch: batch, inputGradient: slot > 0, like: otherLayer)
        add(
          .trainable(library, slot: slot, relu: !layer.isLogits), count: batch * layer.outputs,
          dropout: layer.dropout, width: layer.outputs)
        slot += 1
        classes = layer.outputs
      }
    }
    self.stages = stages
    self.dropouts = dropouts
    self.widths = widths
    self.classes = classes
    outputs = try BufferList(floats: counts)
    masks = try BufferList(
      bytes: zip(dropouts, widths).map { $0 == nil ? 0 : batch * (($1 + 15) / 16) * 2 })
    let largest = counts.max() ?? 0
    gradients = try BufferList(floats: [largest, largest])
    input = try AlignedBuffer(
      floats: inputLayout == dg_input_blocked
        ? mapCount(network.input) : batch * network.input.count)
    labels = try AlignedBuffer(bytes: 4 * batch)
    scratch = try AlignedBuffer(bytes: 0)
  }

  private static func inputLayout(of network: NetworkDescription) -> dg_input_layout {
    switch network.layers.first {
    // oneDNN's first-layer kernels read images with few channels plane by plane.
    case .convolution(let layer) where layer.input.channels <= 3: dg_input_planes
    case .dense: dg_input_flat
    default: dg_input_blocked
    }
  }

  /// The trainable layer whose parameters are those of slot `slot`.
  func trainable(at slot: Int) -> LibraryLayer? {
    for case .trainable(let layer, slot, _) in stages { return layer }
    return nil
  }

  /// Connects the layers with the parameters; called once.
  func bind(_ parameters: Parameters) throws(TensorError) {
    var bytes = 0
    for case .trainable(let layer, _, _) in stages { bytes = max(bytes, layer.scratchBytes) }
    scratch = try AlignedBuffer(bytes: bytes)
    for (index, stage) in stages.enumerated() {
      guard case .trainable(let layer, let slot, _) = stage else { continue }
      let range = parameters.slots[slot]
      try layer.bind(
        dg_layer_arrays(
          input: index == 0 ? input.floats : outputs[index - 1],
          output: outputs[index], output_gradient: gradients[index % 2],
          input_gradient: gradients[(index + 1) % 2],
          weights: parameters.weights + range.kernel.lowerBound,
          bias: parameters.weights + range.bias.lowerBound,
          weights_gradient: parameters.gradients + range.kernel.lowerBound,
          bias_gradient: parameters.gradients + range.bias.lowerBound,
          scratch: scratch.pointer))
    }
  }

  /// Fills the batch: images and labels of `indices`, zeros behind them.
  func load(
    images: UnsafePointer<Float>, labels source: UnsafePointer<Int32>, indices: [Int32]
  ) {
    dg_gather(
      images, indices, Int32(indices.count), Int32(batch), Int32(inputShape.height),
      Int32(inputShape.width), Int32(inputShape.channels), inputLayout, Engine.kernels.block,
      input.floats)
    let target = labels.pointer.assumingMemoryBound(to: Int32.self)
    for (row, index) in indices.enumerated() { target[row] = source[Int(index)] }
  }

  /// Logits of the batch, in the last output; `training` keys the masks, nil at evaluation.
  func forward(_ parameters: Parameters, training: MaskMoment?) throws(TensorError) {
    for (index, stage) in stages.enumerated() {
      switch stage {
      case .trainable(let layer, _, _):
        try layer.forward(version: parameters.version)
        if let training, let dropout = dropouts[index] {
          let width = widths[index]
          let bits = masks.words(index)
          training.draw(dropout, into: bits, words: batch * ((width + 15) / 16))
          Engine.kernels.dropout_rows(outputs[index], bits, dropout.scale, batch, width)
        }
      case .pool(let pool):
        pool.forward(
          input: index == 0 ? input.floats : outputs[index - 1], output: outputs[index],
          training: training)
      }
    }
  }

  /// Loss over the first `rows` rows, and with `gradient` the gradient of its mean.
  func loss(rows: Int, gradient: Bool, smoothing: Double = 0) -> BatchLoss {
    let last = stages.count - 1
    let result = dg_softmax_cross_entropy(
      outputs[last], labels.pointer.assumingMemoryBound(to: Int32.self), Int32(rows),
      Int32(batch), Int32(classes), smoothing, gradient ? gradients[last % 2] : nil)
    return BatchLoss(sum: result.loss, correct: Int(result.correct), count: rows)
  }

  /// Gradients of every parameter, from that of the logits.
  func backward(_ parameters: Parameters) throws(TensorError) {
    for index in stages.indices.reversed() {
      let own = gradients[index % 2]
      let previous = gradients[(index + 1) % 2]
      switch stages[index] {
      case .trainable(let layer, let slot, _):
        try layer.backwardWeights()
        guard slot > 0 else { return }
        try layer.backwardData(version: parameters.version)
        // Through the ReLU, and the dropout, that end the stage before. A pool does it itself.
        if case .trainable = stages[index - 1] {
          Engine.kernels.relu_backward(
            previous, outputs[index - 1], dropouts[index - 1]?.scale ?? 1,
            outputs.floatCount(index - 1))
        }
      case .pool(let pool):
        guard index > 0 else { return }
        pool.backward(input: outputs[index - 1], outputGradient: own, inputGradient: previous)
      }
    }
  }

  /// The logits of row `row`.
  func logits(row: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: outputs[stages.count - 1] + row * classes, count: classes))
  }

  /// One line per trainable layer: what oneDNN chose.
  var implementations: [String] {
    stages.compactMap {
      guard case .trainable(let layer, _, _) = $0 else { return nil }
      return "\(layer.label): \(layer.implementation)"
    }
  }
}

extension [NetworkDescription.Layer] {
  fileprivate func isDense(at index: Int) -> Bool {
    guard indices.contains(index), case .dense = self[index] else { return false }
    return true
  }
}

/// Loss and hits of one batch.
public struct BatchLoss: Sendable, Hashable {
  /// Sum of the cross-entropy, in nats.
  public var sum: Double
  public var correct: Int
  public var count: Int

  public init(sum: Double = 0, correct: Int = 0, count: Int = 0) {
    self.sum = sum
    self.correct = correct
    self.count = count
  }

  public static func += (left: inout BatchLoss, right: BatchLoss) {
    left.sum += right.sum
    left.correct += right.correct
    left.count += right.count
  }

  public var meanLoss: Double { sum / Double(count) }
  public var accuracy: Double { Double(correct) / Double(count) }
}

/// Buffers that live and die together.
struct BufferList: ~Copyable {
  private let storage: AlignedBuffer
  private let offsets: [Int]
  private let sizes: [Int]

  init(bytes sizes: [Int]) throws(TensorError) {
    var end = 0
    offsets = sizes.map { size in
      defer { end += (size + 63) / 64 * 64 }
      return end
    }
    self.sizes = sizes
    storage = try AlignedBuffer(bytes: end)
  }

  init(floats counts: [Int]) throws(TensorError) {
    try self.init(bytes: counts.map { $0 * MemoryLayout<Float>.stride })
  }

  subscript(index: Int) -> UnsafeMutablePointer<Float> {
    (storage.pointer + offsets[index]).assumingMemoryBound(to: Float.self)
  }

  func words(_ index: Int) -> UnsafeMutablePointer<UInt16> {
    (storage.pointer + offsets[index]).assumingMemoryBound(to: UInt16.self)
  }

  func floatCount(_ index: Int) -> Int { sizes[index] / MemoryLayout<Float>.stride }
}
