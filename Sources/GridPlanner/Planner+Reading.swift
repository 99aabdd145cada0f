import ExperimentModel

/// Which settings a trial has a use for.
extension Planner {
  /// Says of a trial whether it reads a setting; the column of the others is empty there.
  func isRead(_ setting: Setting) -> (Layout.Draft) -> Bool {
    let place = setting.place
    let general = Setting.general.first { general in
      place.map { Setting.of($0, general) == setting } ?? (general == setting)
    }
    if let general, general != .rate {
      let reads = dropouts.map { part in
        part.dropouts.contains {
          (place?.holds($0.named) ?? true) && general.isRead(by: $0.spec)
        }
      }
      return { reads[Int($0.dropout)] }
    }
    let reads = trainings.values.map { setting.isRead(by: $0.optimiser) }
    return { reads[Int($0.key.training)] }
  }
}

extension Setting {
  /// Whether dropout reads the setting; the kind, the placement and the schedule it always does.
  fileprivate func isRead(by dropout: DropoutSpec) -> Bool {
    switch self {
    case .noiseShape: return dropout.noise != nil
    case .blockSize, .blockChannels, .blockCentres: return dropout.block != nil
    case .inference: return dropout.inference != nil
    case .inferenceSamples:
      if case .gaussian = dropout.inference { return true }
      return false
    case .scheduleEpochs: return dropout.schedule != .constant
    default: return true
    }
  }

  /// Whether an optimiser reads the setting; what is none of its settings every trial reads.
  fileprivate func isRead(by optimiser: OptimiserSpec) -> Bool {
    switch self {
    case .momentum, .nesterov: return optimiser.name == .sgd
    case .beta1, .beta2, .epsilon: return optimiser.name != .sgd
    case .weightDecay: return optimiser.name == .adamW
    case .stepEpochs, .stepFactor:
      if case .step = optimiser.schedule { return true }
      return false
    default: return true
    }
  }
}

extension Column {
  /// The same with nothing in the rows that `isKept` says no to.
  ///
  /// A column of whole numbers has no way to say nothing, and becomes one of numbers.
  func keeping(_ isKept: [Bool]) -> Column {
    guard isKept.contains(false) else { return self }
    var column = self
    switch values {
    case .integer(let values):
      column.values = .real(zip(values, isKept).map { $1 ? Double($0) : .nan })
    case .real(let values): column.values = .real(zip(values, isKept).map { $1 ? $0 : .nan })
    case .text(let values): column.values = .text(zip(values, isKept).map { $1 ? $0 : "" })
    }
    return column
  }
}
