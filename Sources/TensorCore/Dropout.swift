/// Dropout at one point of a network; evaluation leaves the numbers alone.
///
/// With all kinds but `gaussian`, `alpha` and `dropBlock` a number becomes x / (1 − p) with
/// probability 1 − p and 0 otherwise, p the rate.
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
    /// One decision for all elements along the axes that are true: Keras's `noise_shape`, where a 1
    /// stands for such an axis.
    case shared(batch: Bool, height: Bool, width: Bool, channels: Bool)
    /// x · z, z of the normal distribution N(1, p / (1 − p)) (Srivastava et al. 2014, section 10;
    /// Keras's `GaussianDropout`).
    case gaussian
    /// For self-normalising networks (Klambauer et al., NIPS 2017; as Keras and PyTorch have it):
    /// a · x + b with probability 1 − p and a · α′ + b otherwise, where α′ = −λα of SELU,
    /// a = ((1 − p)(1 + p α′²))^−½ and b = −a α′ p, which keep mean 0 and variance 1.
    case alpha
    /// Whole blocks of a map (Ghiasi et al., NeurIPS 2018): every possible centre starts a block of
    /// zeros with probability γ, and what is left is multiplied by count / count left, over the
    /// whole batch. A block larger than the map is cut down to its smaller side.
    case dropBlock(size: Int, channels: BlockChannels, centres: BlockCentres)
  }

  /// Whether the channels of an image have blocks of their own.
  public enum BlockChannels: Sendable, Hashable { case shared, independent }

  /// Where blocks may lie, which published implementations see differently.
  public enum BlockCentres: Sendable, Hashable {
    /// Inside the map only, as in the paper: γ = p / s² · hw / ((h − s + 1)(w − s + 1)).
    case valid
    /// Around every pixel, cut off by the border: γ = p / s².
    case full
  }

  public var kind: Kind
  /// 0 < rate < 1.
  public var rate: Double
  /// Keys the masks.
  public var name: RandomName
  public var schedule: DropoutSchedule

  public init(
    kind: Kind, rate: Double, name: RandomName, schedule: DropoutSchedule = .constant
  ) {
    precondition(rate > 0 && rate < 1, "a dropout rate is above 0 and below 1, not \(rate)")
    if case .dropBlock(let size, _, _) = kind {
      precondition(size > 0, "a block's size is 1 or more, not \(size)")
    }
    self.kind = kind
    self.rate = rate
    self.name = name
    self.schedule = schedule
  }

  /// The rate of update `step`, counted from 0; where it is 0 there is no dropout.
  public func rate(at step: Int) -> Double { rate * schedule.factor(at: step) }
}

/// How a dropout's rate goes with the updates (Liu et al., "Dropout reduces underfitting", ICML
/// 2023), t the updates before this one.
public enum DropoutSchedule: Sendable, Hashable {
  case constant
  /// Early dropout: the rate while t < `until`, then 0.
  case early(until: Int)
  /// Late dropout: 0 while t < `from`, then the rate.
  case late(from: Int)
  /// rate · (1 − t / `until`) while t < `until`, then 0.
  case linear(until: Int)

  /// What the rate of update `step` is multiplied by.
  public func factor(at step: Int) -> Double {
    switch self {
    case .constant: 1
    case .early(let end): step < end ? 1 : 0
    case .late(let start): step < start ? 0 : 1
    case .linear(let end): step < end ? 1 - Double(step) / Double(end) : 0
    }
  }
}
