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

/// A trainable array: its layer, its role and its shape.
public struct ParameterShape: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable { case kernel, bias }

  /// `block1.conv1`, `dense1`, …, `logits`; counted from 1.
  public var layer: String
  public var role: Role
  /// (kh, kw, in, out) for a convolution's kernel, (in, out) for a dense one, (out) for a bias.
  ///
  /// The rows of the first dense kernel follow the flattened image in (h, w, c) order.
  public var shape: [Int]

  /// The stable name that keys the initial values: `block1.conv1.kernel`.
  public var name: String { "\(layer).\(role.rawValue)" }
  public var count: Int { shape.reduce(1, *) }
  /// Names of the axes of `shape`, as in `["kh", "kw", "in", "out"]`.
  public var axes: [String] { Array(["kh", "kw", "in", "out"].suffix(shape.count)) }

  public init(layer: String, role: Role, shape: [Int]) {
    self.layer = layer
    self.role = role
    self.shape = shape
  }
}

/// A network fitted to an input shape and a number of classes: every shape is known.
public struct ResolvedNetwork: Sendable, Hashable {
  public enum Layer: Sendable, Hashable {
    /// Convolution `index` of block `block` (both counted from 1), bias and ReLU; stride 1.
    case convolution(
      block: Int, index: Int, input: ImageShape, output: ImageShape, kernel: Int,
      padding: Padding)
    /// The pool that ends block `block` (counted from 1).
    case pool(block: Int, kind: PoolKind, size: Int, input: ImageShape, output: ImageShape)
    /// A hidden dense layer, counted from 1, bias and ReLU, or the logits: bias only.
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
    for (index, outputs) in spec.dense.enumerated() {
      guard (1...Self.largestSize).contains(outputs) else {
        throw NetworkShapeError(
          path: "dense[\(index)]",
          message: "a dense layer has 1 to \(Self.largestSize) units, not \(outputs)")
      }
      layers.append(
        .dense(name: "dense\(index + 1)", inputs: width, outputs: outputs, isLogits: false))
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
    case .convolution(_, _, let input, let output, let kernel, _):
      kernel * kernel * input.channels * output.channels
    case .dense(_, let inputs, let outputs, _): inputs * outputs
    case .pool: 0
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
    for convolution in 0..<block.convolutions {
      let loss = block.padding == .same ? 0 : block.kernel - 1
      let output = ImageShape(
        height: shape.height - loss, width: shape.width - loss, channels: block.filters)
      guard output.height >= 1, output.width >= 1 else {
        throw NetworkShapeError(
          path: "\(path).padding",
          message: "a \(block.kernel)×\(block.kernel) `valid` convolution does not fit into its "
            + "\(shape) input; use `same` padding or fewer blocks")
      }
      layers.append(
        .convolution(
          block: index + 1, index: convolution + 1, input: shape, output: output,
          kernel: block.kernel, padding: block.padding))
      shape = output
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

  /// Every trainable array, in the order of the layers, kernel before bias.
  public var parameters: [ParameterShape] {
    layers.flatMap { layer -> [ParameterShape] in
      switch layer {
      case .convolution(let block, let index, let input, let output, let kernel, _):
        [
          ParameterShape(
            layer: "block\(block).conv\(index)", role: .kernel,
            shape: [kernel, kernel, input.channels, output.channels]),
          ParameterShape(
            layer: "block\(block).conv\(index)", role: .bias, shape: [output.channels]),
        ]
      case .dense(let name, let inputs, let outputs, _):
        [
          ParameterShape(layer: name, role: .kernel, shape: [inputs, outputs]),
          ParameterShape(layer: name, role: .bias, shape: [outputs]),
        ]
      case .pool: []
      }
    }
  }

  /// Floating-point operations of one image's forward pass: 2 per multiply-add of the
  /// convolutions, counted as direct convolution over the whole window, and the dense layers.
  public var forwardFLOPs: Double { layers.reduce(0) { $0 + Self.flops($1) } }

  /// Operations of one training image: forward, weight gradient and, except for the first
  /// layer, input gradient.
  public var trainingFLOPs: Double {
    guard let first = layers.first(where: { Self.flops($0) > 0 }) else { return 0 }
    return 3 * forwardFLOPs - Self.flops(first)
  }

  private static func flops(_ layer: Layer) -> Double {
    switch layer {
    case .convolution(_, _, let input, let output, let kernel, _):
      2 * Double(output.count) * Double(kernel * kernel * input.channels)
    case .dense(_, let inputs, let outputs, _): 2 * Double(inputs) * Double(outputs)
    case .pool: 0
    }
  }
}
