/// A network that does not fit its input: which part, and why.
public struct NetworkShapeError: Error, Sendable, Hashable {
  /// The part of the specification, as in `blocks[1].pool`; indices count from 0.
  public var path: String
  public var message: String

  public init(path: String, message: String) {
    self.path = path
    self.message = message
  }
}

/// A network fitted to an input shape and a number of classes: every shape is known.
public struct ResolvedNetwork: Sendable, Hashable {
  public enum Layer: Sendable, Hashable {
    case convolution(ConvolutionShape)
    /// Behind convolution `index` of block `block`, as every count from 1.
    case normalisation(block: Int, index: Int, shape: ImageShape)
    /// Behind a convolution and its normalisation, or behind a hidden dense layer: one row.
    case activation(ActivationKind, shape: ImageShape)
    /// The pool that ends block `block`.
    case pool(block: Int, kind: PoolKind, size: Int, input: ImageShape, output: ImageShape)
    case globalAverage(input: ImageShape)
    /// A hidden dense layer, counted from 1, or the logits; with a bias.
    case dense(name: String, inputs: Int, outputs: Int, isLogits: Bool)
  }

  public let spec: NetworkSpec
  public let input: ImageShape
  public let classes: Int
  public let layers: [Layer]

  /// Fits `spec` to images of shape `input`.
  ///
  /// - Throws: `NetworkShapeError` where a size is not positive or a kernel or window is larger
  ///   than what it slides over.
  public init(_ spec: NetworkSpec, input: ImageShape, classes: Int) throws(NetworkShapeError) {
    self.spec = spec
    self.input = input
    self.classes = classes
    for (path, count) in [("blocks", spec.blocks.count), ("dense", spec.dense.count)] {
      guard count <= Self.mostLayers else {
        throw NetworkShapeError(
          path: path, message: "at most \(Self.mostLayers) \(path) are supported, not \(count)")
      }
    }
    var layers: [Layer] = []
    var shape = input
    for (index, block) in spec.blocks.enumerated() {
      try Self.append(block, index: index, shape: &shape, to: &layers)
    }
    var width = shape.count
    if spec.head == .globalAverage {
      layers.append(.globalAverage(input: shape))
      width = shape.channels
    }
    for (index, outputs) in spec.dense.enumerated() {
      guard (1...Self.largestSize).contains(outputs) else {
        throw NetworkShapeError(
          path: "dense[\(index)]",
          message: "a dense layer has 1 to \(Self.largestSize) units, not \(outputs)")
      }
      layers.append(
        .dense(name: "dense\(index + 1)", inputs: width, outputs: outputs, isLogits: false))
      layers.append(
        .activation(
          spec.denseActivation, shape: ImageShape(height: 1, width: 1, channels: outputs)))
      width = outputs
    }
    layers.append(.dense(name: "logits", inputs: width, outputs: classes, isLogits: true))
    self.layers = layers
    let count = layers.reduce(0) { $0 + Self.weightCount($1) }
    guard count <= Self.mostParameters else {
      throw NetworkShapeError(
        path: "dense",
        message:
          "the network has \(count) parameters; at most \(Self.mostParameters) are supported")
    }
  }

  static let mostLayers = 1000
  static let largestSize = 65536
  static let largestKernel = 31
  static let mostParameters = 1 << 30

  private static func weightCount(_ layer: Layer) -> Int {
    switch layer {
    case .convolution(let shape):
      shape.kernel * shape.kernel * shape.input.channels * shape.output.channels
    case .dense(_, let inputs, let outputs, _): inputs * outputs
    case .normalisation, .activation, .pool, .globalAverage: 0
    }
  }

  private static func append(
    _ block: BlockSpec, index: Int, shape: inout ImageShape, to layers: inout [Layer]
  ) throws(NetworkShapeError) {
    let path = "blocks[\(index)]"
    func check(_ value: Int, _ range: ClosedRange<Int>, _ key: String) throws(NetworkShapeError) {
      guard range.contains(value) else {
        throw NetworkShapeError(
          path: "\(path).\(key)",
          message: "\(key) must be \(range.lowerBound) to \(range.upperBound), not \(value)")
      }
    }
    try check(block.filters, 1...largestSize, "filters")
    try check(block.convolutions, 0...64, "convolutions")
    try check(block.kernel, 1...largestKernel, "kernel")
    try check(block.poolSize, 1...64, "pool-size")
    guard block.kernel % 2 == 1 else {
      throw NetworkShapeError(
        path: "\(path).kernel", message: "a kernel has an odd size, not \(block.kernel)")
    }
    try check(block.stride, 1...64, "stride")
    guard block.stride == 1 || block.convolutions > 0 else {
      throw NetworkShapeError(
        path: "\(path).stride", message: "a block without convolutions has nothing to stride")
    }
    for convolution in 0..<block.convolutions {
      let fitted = ConvolutionShape(
        block: index + 1, index: convolution + 1, input: shape, filters: block.filters,
        kernel: block.kernel, stride: convolution == block.convolutions - 1 ? block.stride : 1,
        padding: block.padding)
      guard let fitted else {
        throw NetworkShapeError(
          path: "\(path).padding",
          message: "a \(block.kernel)×\(block.kernel) `valid` convolution does not fit into its "
            + "\(shape) input; use `same` padding or fewer blocks")
      }
      shape = fitted.output
      layers.append(.convolution(fitted))
      if block.normalisation != nil {
        layers.append(
          .normalisation(block: index + 1, index: convolution + 1, shape: shape))
      }
      layers.append(.activation(block.activation, shape: shape))
    }
    guard let pool = block.pool else { return }
    let output = ImageShape(
      height: shape.height / block.poolSize, width: shape.width / block.poolSize,
      channels: shape.channels)
    guard output.height >= 1, output.width >= 1 else {
      throw NetworkShapeError(
        path: "\(path).pool",
        message: "a \(block.poolSize)×\(block.poolSize) pool leaves nothing of its \(shape) "
          + "input; use fewer blocks or larger images")
    }
    layers.append(
      .pool(block: index + 1, kind: pool, size: block.poolSize, input: shape, output: output))
    shape = output
  }

  /// Floating-point operations of one image's forward pass: 2 per multiply-add of the
  /// convolutions, counted as direct convolution over the whole window, and the dense layers.
  public var forwardFLOPs: Double { layers.reduce(0) { $0 + Self.forwardFLOPs(of: $1) } }

  /// Operations of one training image: forward, weight gradient and, except for the first
  /// layer, input gradient.
  public var trainingFLOPs: Double {
    guard let first = layers.first(where: { Self.forwardFLOPs(of: $0) > 0 }) else { return 0 }
    return 3 * forwardFLOPs - Self.forwardFLOPs(of: first)
  }

  /// Numbers that the layers hand on for one image, and the image's own; what ReLU, the cheapest,
  /// does in place is not counted.
  public var outputCount: Int {
    layers.reduce(input.count) { total, layer in
      switch layer {
      case .convolution(let shape): total + shape.output.count
      case .pool(_, _, _, _, let output): total + output.count
      case .normalisation(_, _, let shape): total + shape.count
      case .activation(let kind, let shape): total + (kind == .relu ? 0 : shape.count)
      case .globalAverage(let input): total + input.channels
      case .dense(_, _, let outputs, _): total + outputs
      }
    }
  }

  /// Operations of one image's forward pass in `layer`; 0 where it does not multiply.
  public static func forwardFLOPs(of layer: Layer) -> Double {
    switch layer {
    case .convolution(let shape):
      2 * Double(shape.output.count)
        * Double(shape.kernel * shape.kernel * shape.input.channels)
    case .dense(_, let inputs, let outputs, _): 2 * Double(inputs) * Double(outputs)
    case .normalisation, .activation, .pool, .globalAverage: 0
    }
  }
}
