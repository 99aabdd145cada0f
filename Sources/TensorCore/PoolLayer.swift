/// Pooling over windows of `size` × `size` with stride `size`; a remainder at the border is dropped.
public struct PoolLayer: Sendable, Hashable {
  public enum Kind: Sendable, Hashable {
    /// The largest, the first of equals in row-major order; NaN propagates.
    case max
    case average
    /// Stochastic pooling (Zeiler and Fergus, ICLR 2013).
    ///
    /// Training takes a[i] with the probability p[i] = a[i] / Σ a, evaluation Σ p[i] · a[i]; where
    /// all are 0 the output is 0. Made for numbers that are not negative: one that is counts as 0.
    /// The name keys the uniform random numbers, one for each window.
    case stochastic(RandomName)
    /// Max-pooling dropout (Wu and Gu, Neural Networks 71, 2015), with an element-wise dropout.
    ///
    /// Training drops each number of a window with the dropout's rate, without scaling the others,
    /// and takes the largest; a dropped number counts as 0. Evaluation takes what that gives on
    /// average, the paper's probabilistic weighted pooling: with the positive numbers in descending
    /// order Σ rateⁱ · (1 − rate) · a[i], i = 0, 1, … An evaluation knows of no update, so the
    /// dropout's schedule is constant.
    case maxPoolingDropout(Dropout)
  }

  public var kind: Kind
  public var size: Int
  public var input: FeatureShape
  public var output: FeatureShape

  public init(kind: Kind, size: Int, input: FeatureShape, output: FeatureShape) {
    self.kind = kind
    self.size = size
    self.input = input
    self.output = output
    if case .maxPoolingDropout(let dropout) = kind {
      precondition(
        dropout.kind == .elementWise && dropout.schedule == .constant,
        "max-pooling dropout is element-wise, at a constant rate")
    }
  }
}
