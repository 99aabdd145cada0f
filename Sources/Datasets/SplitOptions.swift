/// Which of a set's images are used, and on what scale.
public struct SplitOptions: Sendable, Hashable {
  /// What is subtracted from pixel values (divided by 255), and what they are then divided by.
  public enum Standardisation: String, Sendable, Hashable, CaseIterable {
    /// 0 and 1.
    case none
    /// Mean and deviation over the whole training split.
    case global
    /// Mean and deviation of each channel over the training split.
    case perChannel = "per-channel"
  }

  /// Training images; nil for all that validation leaves.
  public var train: Int?
  /// Test images; nil for all.
  public var test: Int?
  /// Validation images, taken after the training ones in the same order.
  public var validation: Int
  public var standardisation: Standardisation

  public init(
    train: Int? = nil, test: Int? = nil, validation: Int = 0,
    standardisation: Standardisation = .global
  ) {
    self.train = train
    self.test = test
    self.validation = validation
    self.standardisation = standardisation
  }
}
