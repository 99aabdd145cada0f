/// A second network that another one's weights are copied to, to look at activations and gradients.
///
/// What it computes reaches nothing of the first: it has weights, running statistics and memory of
/// its own. Its stages are not fused, and spatial dropout right before a max pool stands where it
/// is written, so that every point of the description has its numbers.
public final class NetworkProbe {
  /// What passes the point that a layer reads, (n, height, width, channels).
  public struct Observation: Sendable {
    public var images: Int
    public var shape: FeatureShape
    /// What the layer reads: behind the dropout at the point.
    public var values: [Float]
    /// The gradient of the mean loss with respect to what arrives at the point, in front of its
    /// dropout; nil in evaluation, and where no layer before the point learns.
    public var gradient: [Float]?
  }

  private let network: Network
  private let batch: Int
  private let maskSeed: UInt64

  /// A probe of the network `description` that looks at `batch` images together at most.
  public init(
    _ description: NetworkDescription, batch: Int, maskSeed: UInt64
  ) throws(TensorError) {
    var description = description
    description.layers = Self.asWritten(description.layers)
    network = try Network(
      description, batch: batch, initialisationSeed: 0, maskSeed: maskSeed, fused: false)
    self.batch = batch
    self.maskSeed = maskSeed
  }

  /// The identity between dropout and a pool keeps the two from changing places.
  private static func asWritten(
    _ layers: [NetworkDescription.Layer]
  ) -> [NetworkDescription.Layer] {
    var result: [NetworkDescription.Layer] = []
    for layer in layers {
      if case .pool = layer, case .dropout = result.last { result.append(.activation(.linear)) }
      result.append(layer)
    }
    return result
  }

  /// Takes on the weights and running statistics of `other`, a network of the same layers.
  public func copyWeights(of other: Network) {
    network.importWeights(other.exportWeights())
  }

  /// What some layers read when the images at `indices` pass in evaluation mode.
  ///
  /// `layers` count from 0 those that are neither dropout nor linear activations.
  public func evaluate(
    _ images: Network.Images, indices: [Int32], layers: [Int]
  ) throws(TensorError) -> [Observation] {
    try observe(images, indices, layers, .evaluation)
  }

  /// The same in training mode, with the masks of update `step`, and the gradients.
  ///
  /// Batch normalisation uses these images' statistics.
  public func train(
    _ images: Network.Images, indices: [Int32], step: Int, layers: [Int]
  ) throws(TensorError) -> [Observation] {
    try observe(
      images, indices, layers,
      Pass(masks: MaskMoment(seed: maskSeed, step: step), isTraining: true))
  }

  private func observe(
    _ images: Network.Images, _ indices: [Int32], _ layers: [Int], _ pass: Pass
  ) throws(TensorError) -> [Observation] {
    let executor = try executor(images, indices)
    executor.forward(pass)
    let points = layers.map { executor.points[$0] }
    var observations = points.map { point in
      Observation(
        images: indices.count, shape: point.shape.shape,
        values: executor.values(behind: point.leaving, point.shape, rows: indices.count),
        gradient: nil)
    }
    guard pass.isTraining else { return observations }
    _ = executor.loss(rows: indices.count, gradientOf: indices.count)
    let gradients = executor.backward(
      observing: points.map { ($0.arriving, $0.shape) }, rows: indices.count)
    for index in observations.indices { observations[index].gradient = gradients[index] }
    return observations
  }

  /// Loss and accuracy in evaluation mode with one feature after the other set to 0 in what a layer
  /// reads, and with all of them there.
  ///
  /// `layer` is one of those in `evaluate`; of its features the first are taken, `most` of them at
  /// most.
  public func removal(
    _ images: Network.Images, indices: [Int32], layer: Int, most: Int
  ) throws(TensorError) -> (whole: BatchLoss, without: [BatchLoss]) {
    let executor = try executor(images, indices)
    let point = executor.points[layer]
    executor.forward(.evaluation)
    let whole = executor.loss(rows: indices.count)
    return (
      whole,
      executor.lossWithoutFeatures(
        at: point, features: min(most, point.shape.shape.channels), rows: indices.count)
    )
  }

  private func executor(
    _ images: Network.Images, _ indices: [Int32]
  ) throws(TensorError) -> Executor {
    precondition(!indices.isEmpty && indices.count <= batch, "1 to \(batch) images")
    let executor = try network.executor(batch: indices.count)
    executor.load(images: images.pixels, labels: images.labels, indices: indices)
    return executor
  }
}
