/// Dropout at one point of a network; evaluation leaves the numbers alone.
///
/// Rate p means: with `elementWise`, `spatial` and `shared` a number becomes x / (1 − p) with
/// probability 1 − p and 0 otherwise.
public struct Dropout: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// Each element on its own (Srivastava et al., JMLR 2014).
    case elementWise
    /// Whole feature maps, one decision per image and channel (Tompson et al., CVPR 2015). On
    /// rows that is element-wise.
    ///
    /// Right before a max pool the winner is picked on the unscaled values and scaled afterwards,
    /// which makes it the same computation as dropout after the pool.
    case spatial
  }

  public var kind: Kind
  /// 0 < rate < 1.
  public var rate: Double
  /// Keys the masks.
  public var name: RandomName

  public init(kind: Kind, rate: Double, name: RandomName) {
    precondition(rate > 0 && rate < 1, "a dropout rate is above 0 and below 1, not \(rate)")
    self.kind = kind
    self.rate = rate
    self.name = name
  }

  /// 1 / (1 − rate).
  package var scale: Float { Float(1 / (1 - rate)) }
}
