/// Height, width and channels of one image.
public struct ImageShape: Sendable, Hashable {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Numbers in one image.
  public var count: Int { height * width * channels }
}

extension ImageShape: CustomStringConvertible {
  /// `28×28×1`: height, width, channels.
  public var description: String { "\(height)×\(width)×\(channels)" }
}

/// How a convolution treats the border of its input.
public enum Padding: String, Sendable, Hashable, CaseIterable {
  /// Zeros around the input: the output is as large as the input.
  case same
  /// No padding: the output is `kernel - 1` smaller in each direction.
  case valid
}

/// How a pooling window becomes one number.
public enum PoolKind: String, Sendable, Hashable, CaseIterable {
  case max
  case average
  /// One element of the window, drawn with a chance in proportion to its size; evaluation weights
  /// the elements by the same chances (Zeiler and Fergus 2013).
  case stochastic
}

/// One block: [convolution, normalisation, activation] × `convolutions`, then pooling where `pool`
/// is given.
public struct BlockSpec: Sendable, Hashable {
  /// Output channels of every convolution of the block.
  public var filters: Int
  public var convolutions: Int
  /// Height and width of the (square) kernels; odd.
  public var kernel: Int
  public var padding: Padding
  public var pool: PoolKind?
  /// Height, width and stride of the pooling window; a remainder at the border is dropped.
  public var poolSize: Int
  /// Of the block's last convolution; the others have 1.
  public var stride: Int
  /// nil for none.
  public var normalisation: Normalisation?
  public var activation: ActivationKind

  public init(
    filters: Int, convolutions: Int = 1, kernel: Int = 3, padding: Padding = .same,
    pool: PoolKind? = .max, poolSize: Int = 2, stride: Int = 1,
    normalisation: Normalisation? = nil, activation: ActivationKind = .relu
  ) {
    self.filters = filters
    self.convolutions = convolutions
    self.kernel = kernel
    self.padding = padding
    self.pool = pool
    self.poolSize = poolSize
    self.stride = stride
    self.normalisation = normalisation
    self.activation = activation
  }

  /// The block with its pool replaced by the stride of its last convolution (Springenberg et al.
  /// 2015).
  public var strided: BlockSpec {
    var block = self
    block.pool = nil
    block.stride = poolSize
    return block
  }

  /// Whether a strided convolution ends it in place of a pool.
  public var isStrided: Bool { pool == nil && stride > 1 && convolutions > 0 }
}

/// A convolutional network: input → blocks → head → dense layers with activations → logits.
///
/// The last dense layer, one logit per class, is implied: `dense` lists the hidden ones.
public struct NetworkSpec: Sendable, Hashable {
  /// What people call it; two networks that differ only in name are the same experiment.
  public var name: String
  public var blocks: [BlockSpec]
  public var dense: [Int]
  public var head: Head
  /// Of the hidden dense layers.
  public var denseActivation: ActivationKind
  public var initialiser: Initialiser

  public init(
    name: String, blocks: [BlockSpec], dense: [Int], head: Head = .flatten,
    denseActivation: ActivationKind = .relu, initialiser: Initialiser = .glorotUniform
  ) {
    self.name = name
    self.blocks = blocks
    self.dense = dense
    self.head = head
    self.denseActivation = denseActivation
    self.initialiser = initialiser
  }

  /// Lines of a trial's canonical text.
  var canonicalLines: [String] {
    var lines: [String] = []
    for (index, block) in blocks.enumerated() {
      let pool = block.pool.map { "\($0.rawValue)\(block.poolSize)" } ?? "none"
      var line =
        "block\(index + 1)=conv\(block.kernel)x\(block.kernel)x\(block.filters)"
        + "*\(block.convolutions),\(block.padding.rawValue),pool:\(pool)"
      if block.stride > 1 { line += ",stride:\(block.stride)" }
      if let norm = block.normalisation { line += ",norm:\(norm.rawValue)" }
      if block.activation != .relu { line += ",activation:\(block.activation.rawValue)" }
      lines.append(line)
    }
    if head != .flatten { lines.append("head=\(head.rawValue)") }
    lines.append("dense=\(dense.map(String.init).joined(separator: ","))")
    if denseActivation != .relu, !dense.isEmpty {
      lines.append("dense-activation=\(denseActivation.rawValue)")
    }
    if initialiser != .glorotUniform { lines.append("initialiser=\(initialiser.rawValue)") }
    return lines
  }
}

extension NetworkSpec {
  /// The small default: conv 16, pool, conv 32, pool, dense 64.
  public static let small = NetworkSpec(
    name: "small", blocks: [BlockSpec(filters: 16), BlockSpec(filters: 32)], dense: [64])

  /// Two blocks of two `same` convolutions, 32 and 64 filters, and dense 256.
  public static let vgg28 = NetworkSpec(
    name: "vgg28",
    blocks: [
      BlockSpec(filters: 32, convolutions: 2), BlockSpec(filters: 64, convolutions: 2),
    ], dense: [256])

  /// The VGG-like example of the Keras documentation: as `vgg28`, with `valid` padding.
  ///
  /// Its dropout (0.25 after each pool, 0.5 before the logits) stands in the grid file, not here.
  public static let kerasVGG = NetworkSpec(
    name: "keras-vgg",
    blocks: [
      BlockSpec(filters: 32, convolutions: 2, padding: .valid),
      BlockSpec(filters: 64, convolutions: 2, padding: .valid),
    ], dense: [256])

  /// Every network that a grid file can name.
  public static let named = [small, vgg28, kerasVGG]
}
