/// Batch normalisation of maps (Ioffe and Szegedy, ICML 2015): y = γ (x − μ) / √(σ² + ε) + β.
///
/// In training μ and σ² are each channel's mean and biased variance over the batch's images and
/// pixels, in evaluation the running ones. γ is 1 and β 0 at first, the running mean 0 and the
/// running variance 1.
public struct BatchNormLayer: Sendable, Hashable {
  /// How the running statistics r follow those of a batch, s.
  public enum Form: Sendable, Hashable {
    /// r ← m · r + (1 − m) · s, with the biased variance; Keras's default m is 0.99, its ε 1e-3.
    case keras
    /// r ← (1 − m) · r + m · s, with the unbiased variance; PyTorch's default m is 0.1, its ε 1e-5.
    case pytorch
  }

  public var label: String
  public var shape: FeatureShape
  public var form: Form
  public var momentum: Double
  public var epsilon: Double

  /// With the form's default where `momentum` or `epsilon` is nil.
  public init(
    label: String, shape: FeatureShape, form: Form = .keras, momentum: Double? = nil,
    epsilon: Double? = nil
  ) {
    self.label = label
    self.shape = shape
    self.form = form
    self.momentum = momentum ?? (form == .keras ? 0.99 : 0.1)
    self.epsilon = epsilon ?? (form == .keras ? 1e-3 : 1e-5)
    precondition((0...1).contains(self.momentum), "a momentum lies in 0...1, not \(self.momentum)")
    precondition(self.epsilon > 0, "ε is above 0, not \(self.epsilon)")
  }
}
