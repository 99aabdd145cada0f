internal import CKernels

/// Adam (Kingma and Ba, ICLR 2015), with a weight decay AdamW (Loshchilov and Hutter, ICLR 2019).
///
/// m ← β₁m + (1 − β₁)g and v ← β₂v + (1 − β₂)g²; with η the learning rate and t = 1, 2, … the
/// update's number
///
/// | form    | w ← (1 − ηλ)w − …                                   | usual ε |
/// |---------|-----------------------------------------------------|---------|
/// | Keras   | η √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε)             | 1e-7    |
/// | PyTorch | η / (1 − β₁ᵗ) · m / (√(v / (1 − β₂ᵗ)) + ε)          | 1e-8    |
///
/// so that Keras's ε is the larger by 1 / √(1 − β₂ᵗ). The decay λ acts on every parameter, biases
/// included, as both frameworks do unless told otherwise.
public struct Adam: Sendable, Hashable {
  public enum Form: Sendable, Hashable {
    case keras, pytorch

    /// The framework's default for ε.
    public var usualEpsilon: Double { self == .keras ? 1e-7 : 1e-8 }
  }

  public var learningRate: Double
  public var schedule: LearningRateSchedule
  public var beta1: Double
  public var beta2: Double
  public var epsilon: Double
  /// λ, decoupled from the gradient: 0 is Adam, more is AdamW.
  public var weightDecay: Double
  public var form: Form

  /// With the form's usual ε where `epsilon` is nil; it is above 0 also as a `Float`.
  public init(
    learningRate: Double, schedule: LearningRateSchedule = .constant, beta1: Double = 0.9,
    beta2: Double = 0.999, epsilon: Double? = nil, weightDecay: Double = 0, form: Form = .keras
  ) {
    let epsilon = epsilon ?? form.usualEpsilon
    precondition(
      (0..<1).contains(beta1) && (0..<1).contains(beta2), "β lies in [0, 1): \(beta1), \(beta2)")
    precondition(Float(epsilon) > 0, "ε is above 0, not \(epsilon)")
    self.learningRate = learningRate
    self.schedule = schedule
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.form = form
  }

  /// What the kernel computes at update `step`, counted from 0.
  func raw(step: Int) -> dg_adam {
    let rate = schedule.rate(learningRate, update: step)
    let first = 1 - power(beta1, step + 1)
    let second = (1 - power(beta2, step + 1)).squareRoot()
    let isKeras = form == .keras
    return dg_adam(
      first_share: Float(1 - beta1), second_share: Float(1 - beta2),
      keep: Float(1 - rate * weightDecay), step_size: Float(rate / first * (isKeras ? second : 1)),
      root_scale: Float(isKeras ? 1 : 1 / second), epsilon: Float(epsilon))
  }
}
