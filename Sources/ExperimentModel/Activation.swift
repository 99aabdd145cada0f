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

/// What stands between a convolution and its activation.
public enum Normalisation: String, Sendable, Hashable, CaseIterable {
  /// Batch normalisation over images, rows and columns (Ioffe and Szegedy 2015).
  case batch
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
