/// The function behind a convolution or a hidden dense layer.
public enum ActivationKind: String, Sendable, Hashable, CaseIterable {
  case relu
  case leakyReLU = "leaky-relu"
  case elu
  case selu
  case tanh
  case sigmoid

  /// Whether an output can be below 0.
  public var isSigned: Bool { self != .relu && self != .sigmoid }

  /// What leaky ReLU multiplies negative inputs by (Maas et al. 2013; PyTorch's default).
  public static let leakySlope = 0.01
}

/// What stands between a convolution and its activation: batch normalisation over images, rows and
/// columns (Ioffe and Szegedy 2015).
public enum Normalisation: String, Sendable, Hashable, CaseIterable {
  /// With Keras's defaults.
  case batch
  /// With PyTorch's defaults.
  case batchPyTorch = "batch-pytorch"

  var framework: String { self == .batch ? "Keras" : "PyTorch" }
  var epsilon: String { self == .batch ? "1e-3" : "1e-5" }
  var momentum: String {
    switch self {
    case .batch: "r ← 0.99·r + 0.01·s, with the biased variance."
    case .batchPyTorch: "r ← 0.9·r + 0.1·s, with the unbiased variance."
    }
  }
}

/// What turns the last maps into rows for the dense layers.
public enum Head: String, Sendable, Hashable, CaseIterable {
  /// All elements in (h, w, c) order.
  case flatten
  /// The mean of each map (Lin et al. 2014).
  case globalAverage = "global-average"
}

/// The distribution of initial kernels; biases start at 0.
public enum Initialiser: String, Sendable, Hashable, CaseIterable {
  case glorotUniform = "glorot-uniform"
  case glorotNormal = "glorot-normal"
  case heUniform = "he-uniform"
  case heNormal = "he-normal"
}
