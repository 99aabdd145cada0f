/// Where the images come from and how they are split.
public struct DataSpec: Sendable, Hashable {
  public enum Standardisation: String, Sendable, Hashable, CaseIterable {
    /// Pixel values divided by 255.
    case none
    /// One mean and one deviation over the whole training split.
    case global
    /// A mean and a deviation for each channel over the training split.
    case perChannel = "per-channel"
  }

  /// `fashion-mnist-mini`, `fashion-mnist`, `idx:DIR`, `cifar10:DIR` or `random:…`.
  public var name: String
  /// Training images to use, the first of each class in turn; nil for all that are there.
  public var train: Int?
  /// Test images to use; nil for all that are there.
  public var test: Int?
  /// Images taken from the end of the training ones for validation.
  public var validation: Int
  public var standardisation: Standardisation

  public init(
    name: String, train: Int? = nil, test: Int? = nil, validation: Int = 0,
    standardisation: Standardisation = .global
  ) {
    self.name = name
    self.train = train
    self.test = test
    self.validation = validation
    self.standardisation = standardisation
  }
}

/// Minibatch stochastic gradient descent with momentum.
public struct OptimiserSpec: Sendable, Hashable {
  /// Which of two formulas the velocity follows; they differ once the learning rate changes.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// v ← μv − ηg; w ← w + v, or w ← w + μv − ηg with Nesterov (Keras).
    case keras
    /// v ← μv + g; w ← w − ηv, or w ← w − η(g + μv) with Nesterov (PyTorch, no dampening).
    case pytorch
  }

  /// η₀ > 0.
  public var learningRate: Double
  /// 0 ≤ μ < 1.
  public var momentum: Double
  public var nesterov: Bool
  /// Time-based decay per update, as in Keras: η = η₀ / (1 + decay · updates so far).
  public var decay: Double
  public var form: Form

  public init(
    learningRate: Double, momentum: Double = 0, nesterov: Bool = false, decay: Double = 0,
    form: Form = .keras
  ) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.decay = decay
    self.form = form
  }
}

/// The three sources of chance in a trial, each with a seed of its own.
public struct Seed: Sendable, Hashable {
  /// Initial weights.
  public var initialisation: Int64
  /// Order of the training images.
  public var order: Int64
  /// Dropout masks.
  public var mask: Int64

  public init(initialisation: Int64, order: Int64, mask: Int64) {
    self.initialisation = initialisation
    self.order = order
    self.mask = mask
  }

  /// The same seed for all three.
  public init(_ seed: Int64) {
    self.init(initialisation: seed, order: seed, mask: seed)
  }
}

/// One training, completely described: what it computes follows from this and the data alone.
///
/// `dropout` is canonical: no rate is 0, no site occurs twice, sites are sorted as the planner
/// lists them.
public struct TrialSpec: Sendable, Hashable {
  public var network: NetworkSpec
  public var dropout: [DropoutSpec]
  public var optimiser: OptimiserSpec
  public var batch: Int
  public var epochs: Int
  public var data: DataSpec
  public var seed: Seed

  public init(
    network: NetworkSpec, dropout: [DropoutSpec], optimiser: OptimiserSpec, batch: Int,
    epochs: Int, data: DataSpec, seed: Seed
  ) {
    self.network = network
    self.dropout = dropout
    self.optimiser = optimiser
    self.batch = batch
    self.epochs = epochs
    self.data = data
    self.seed = seed
  }

  /// One `key=value` a line: the text that the trial's identity is a digest of.
  ///
  /// Names that people give (of the network) are left out; numbers are written with the fewest
  /// digits that read back to the same value.
  public var canonicalText: String {
    var lines: [String] = []
    for (index, block) in network.blocks.enumerated() {
      let pool = block.pool.map { "\($0.rawValue)\(block.poolSize)" } ?? "none"
      lines.append(
        "block\(index + 1)=conv\(block.kernel)x\(block.kernel)x\(block.filters)"
          + "*\(block.convolutions),\(block.padding.rawValue),pool:\(pool)")
    }
    lines.append("dense=\(network.dense.map(String.init).joined(separator: ","))")
    for dropout in dropout {
      lines.append("dropout.\(dropout.site)=\(dropout.kind.rawValue),\(dropout.rate)")
    }
    lines.append(
      "sgd=\(optimiser.learningRate),\(optimiser.momentum),\(optimiser.nesterov),"
        + "\(optimiser.decay),\(optimiser.form.rawValue)")
    lines.append("batch=\(batch)")
    lines.append("epochs=\(epochs)")
    lines.append(
      "data=\(data.train.map(String.init) ?? "all"),\(data.test.map(String.init) ?? "all"),"
        + "\(data.validation),\(data.standardisation.rawValue)")
    lines.append("seed=\(seed.initialisation),\(seed.order),\(seed.mask)")
    return lines.joined(separator: "\n")
  }
}
