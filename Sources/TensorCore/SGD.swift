internal import CKernels

/// Stochastic gradient descent with momentum μ and Nesterov's variant.
///
/// Keras: v ← μv − ηg, w ← w + v, or w ← w + μv − ηg with Nesterov. PyTorch: v ← μv + g,
/// w ← w − ηv, or w ← w − η(g + μv). The two differ once η changes.
public struct SGD: Sendable, Hashable {
  public enum Form: Sendable, Hashable { case keras, pytorch }

  public var learningRate: Double
  public var schedule: LearningRateSchedule
  public var momentum: Double
  public var nesterov: Bool
  public var form: Form

  public init(
    learningRate: Double, schedule: LearningRateSchedule = .constant, momentum: Double = 0,
    nesterov: Bool = false, form: Form = .keras
  ) {
    self.learningRate = learningRate
    self.schedule = schedule
    self.momentum = momentum
    self.nesterov = nesterov
    self.form = form
  }

  /// What the kernel computes at update `step`, counted from 0.
  func raw(step: Int) -> dg_sgd {
    dg_sgd(
      learning_rate: Float(schedule.rate(learningRate, update: step)), momentum: Float(momentum),
      nesterov: nesterov, keras: form == .keras)
  }
}
