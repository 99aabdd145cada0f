/// An array of a network's state: its layer, its role and its shape.
public struct ParameterShape: Sendable, Hashable {
  public enum Role: String, Sendable, Hashable {
    case kernel, bias
    /// Scale and shift of a batch normalisation.
    case gamma, beta
    /// Running statistics of a batch normalisation: not trained, but needed for evaluation.
    case movingMean = "moving_mean"
    case movingVariance = "moving_variance"
  }

  /// `block1.conv1`, `block1.norm1`, `dense1`, …, `logits`; counted from 1.
  public var layer: String
  public var role: Role
  /// (kh, kw, in, out) for a convolution's kernel, (in, out) for a dense one, (out) for a bias
  /// and for what a normalisation has.
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

extension ResolvedNetwork {
  /// Every array of the network's state, in the order of the layers: kernel before bias, and
  /// gamma, beta, moving mean, moving variance.
  public var parameters: [ParameterShape] {
    layers.flatMap { layer -> [ParameterShape] in
      switch layer {
      case .convolution(let shape):
        [
          ParameterShape(
            layer: shape.label, role: .kernel,
            shape: [shape.kernel, shape.kernel, shape.input.channels, shape.output.channels]),
          ParameterShape(layer: shape.label, role: .bias, shape: [shape.output.channels]),
        ]
      case .normalisation(let block, let index, let shape):
        [.gamma, .beta, .movingMean, .movingVariance].map { role in
          ParameterShape(
            layer: "block\(block).norm\(index)", role: role, shape: [shape.channels])
        }
      case .dense(let name, let inputs, let outputs, _):
        [
          ParameterShape(layer: name, role: .kernel, shape: [inputs, outputs]),
          ParameterShape(layer: name, role: .bias, shape: [outputs]),
        ]
      case .activation, .pool, .globalAverage: []
      }
    }
  }
}
