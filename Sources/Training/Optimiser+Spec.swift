public import ExperimentModel
public import TensorCore

extension Optimiser {
  /// The tensor core's form of `optimiser`.
  ///
  /// - Parameter updates: updates in an epoch.
  public init(_ optimiser: OptimiserSpec, epochs: Int, updates: Int) {
    let schedule: LearningRateSchedule =
      switch optimiser.schedule {
      case .constant: optimiser.decay > 0 ? .timeBased(decay: optimiser.decay) : .constant
      case .step(let epochs, let factor): .step(every: epochs * updates, factor: factor)
      case .cosine: .cosine(total: epochs * updates)
      case .oneCycle: .oneCycle(total: epochs * updates)
      }
    switch optimiser.name {
    case .sgd:
      self = .sgd(
        SGD(
          learningRate: optimiser.learningRate, schedule: schedule,
          momentum: optimiser.momentum, nesterov: optimiser.nesterov,
          form: optimiser.form == .keras ? .keras : .pytorch))
    case .adam, .adamW:
      self = .adam(
        Adam(
          learningRate: optimiser.learningRate, schedule: schedule, beta1: optimiser.adam.beta1,
          beta2: optimiser.adam.beta2, epsilon: optimiser.adam.epsilon,
          weightDecay: optimiser.adam.weightDecay,
          form: optimiser.form == .keras ? .keras : .pytorch))
    }
  }
}
