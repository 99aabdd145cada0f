import TensorCore

extension Fixture.Optimiser {
  /// Dropgrid's form of the optimiser.
  func described() throws -> Optimiser {
    let schedule = try schedule?.described() ?? .constant
    switch name {
    case "sgd":
      return .sgd(
        SGD(
          learningRate: learningRate, schedule: schedule, momentum: momentum ?? 0,
          nesterov: nesterov ?? false, form: form == "keras" ? .keras : .pytorch))
    case "adam":
      return .adam(
        Adam(
          learningRate: learningRate, schedule: schedule, beta1: beta1 ?? 0, beta2: beta2 ?? 0,
          epsilon: epsilon, weightDecay: weightDecay ?? 0,
          form: form == "keras" ? .keras : .pytorch))
    default: throw FixtureError(what: "no optimiser \(name)")
    }
  }
}

extension Fixture.Schedule {
  fileprivate func described() throws -> LearningRateSchedule {
    switch (kind, decay, every, factor, total) {
    case ("time-based", let decay?, _, _, _): .timeBased(decay: decay)
    case ("step", _, let every?, let factor?, _): .step(every: every, factor: factor)
    case ("cosine", _, _, _, let total?): .cosine(total: total)
    case ("one-cycle", _, _, _, let total?): .oneCycle(total: total)
    default: throw FixtureError(what: "no schedule \(kind)")
    }
  }
}
