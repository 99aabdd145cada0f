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
  /// ε of the training loss's targets (1 − ε)·y + ε / classes, 0 ≤ ε < 1 (Szegedy et al. 2016).
  public var labelSmoothing: Double
  /// Draws of masks in a Monte-Carlo evaluation of the test images (Gal and Ghahramani 2016); 0
  /// for none.
  public var monteCarlo: Int
  /// When the training images are evaluated.
  public var trainEvaluation: EvaluationCadence
  /// When the test images are, with Monte-Carlo draws as well.
  public var testEvaluation: EvaluationCadence

  public init(
    network: NetworkSpec, dropout: [DropoutSpec], optimiser: OptimiserSpec, batch: Int,
    epochs: Int, data: DataSpec, seed: Seed, labelSmoothing: Double = 0, monteCarlo: Int = 0,
    trainEvaluation: EvaluationCadence = .every(1), testEvaluation: EvaluationCadence = .every(1)
  ) {
    self.network = network
    self.dropout = dropout
    self.optimiser = optimiser
    self.batch = batch
    self.epochs = epochs
    self.data = data
    self.seed = seed
    self.labelSmoothing = labelSmoothing
    self.monteCarlo = monteCarlo
    self.trainEvaluation = trainEvaluation
    self.testEvaluation = testEvaluation
  }

  /// One `key=value` a line: the text that the trial's identity is a digest of.
  ///
  /// Names that people give (of the network) are left out; numbers are written with the fewest
  /// digits that read back to the same value. What has its default and came later than the first
  /// results files is not mentioned, so that the names of old trials stay.
  public var canonicalText: String {
    var lines = network.canonicalLines
    for dropout in dropout { lines.append("dropout.\(dropout.site)=\(dropout.canonicalText)") }
    lines += optimiser.canonicalLines
    if labelSmoothing > 0 { lines.append("label-smoothing=\(labelSmoothing)") }
    lines.append("batch=\(batch)")
    lines.append("epochs=\(epochs)")
    if monteCarlo > 0 { lines.append("monte-carlo=\(monteCarlo)") }
    for (name, cadence) in [("train", trainEvaluation), ("test", testEvaluation)]
    where cadence != .every(1) {
      lines.append("evaluate-\(name)=\(cadence.text)")
    }
    lines.append(
      "data=\(data.train.map(String.init) ?? "all"),\(data.test.map(String.init) ?? "all"),"
        + "\(data.validation),\(data.standardisation.rawValue)")
    lines.append("seed=\(seed.initialisation),\(seed.order),\(seed.mask)")
    return lines.joined(separator: "\n")
  }
}
