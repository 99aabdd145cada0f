internal import CKernels

/// Stochastic gradient descent with momentum μ, Nesterov's variant and time-based decay.
///
/// η = η₀ / (1 + decay · t), t updates so far. Keras: v ← μv − ηg, w ← w + v, or w ← w + μv − ηg
/// with Nesterov. PyTorch: v ← μv + g, w ← w − ηv, or w ← w − η(g + μv). The two differ once η
/// changes.
public struct SGD: Sendable, Hashable {
  public enum Form: Sendable, Hashable { case keras, pytorch }

  public var learningRate: Double
  public var momentum: Double
  public var nesterov: Bool
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

  func raw(step: Int) -> dg_sgd {
    dg_sgd(
      learning_rate: Float(learningRate / (1 + decay * Double(step))), momentum: Float(momentum),
      nesterov: nesterov, keras: form == .keras)
  }
}
