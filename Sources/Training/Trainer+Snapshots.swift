import ExperimentModel
import TensorCore

/// What a trial keeps of its weights, and when its patience ends it.
extension Trainer {
  /// At the end of an epoch, with its figures recorded: keeps the weights where the plan wants them.
  func keepSnapshot(of model: Network, in state: inout TrialState) {
    switch weights {
    case .none, .final: break
    case .best:
      guard state.epoch == bestEpoch(state) else { return }
      state.snapshots = [
        TrialState.Snapshot(epoch: state.epoch, weights: model.exportWeights())
      ]
    case .every(let interval):
      guard state.epoch % interval == 0 || state.epoch == trial.spec.epochs else { return }
      state.snapshots.append(
        TrialState.Snapshot(epoch: state.epoch, weights: model.exportWeights()))
    }
  }

  /// Puts the weights of a trial that is over into its record.
  func add(_ state: TrialState, _ model: Network, to record: inout TrialRecord) {
    guard weights != .none else { return }
    guard weights != .final else {
      record.weights = model.exportWeights()
      record.snapshots = [state.epoch - 1]
      return
    }
    record.snapshots = state.snapshots.map(\.epoch)
    guard let first = state.snapshots.first else { return }
    record.weights = first.weights.indices.map { index in
      state.snapshots.flatMap { $0.weights[index] }
    }
  }

  /// Whether the snapshots of a state that was read are those that this trial would have.
  func snapshotsFit(_ state: TrialState) -> Bool {
    let counts = network.parameters.map(\.count)
    guard state.snapshots.allSatisfy({ $0.weights.map(\.count) == counts }) else { return false }
    let done = state.epoch - 1
    let expected: [Int] =
      switch weights {
      case .none, .final: []
      case .best: bestEpoch(state).map { [$0] } ?? []
      case .every(let interval): Array(stride(from: interval, through: done, by: interval))
      }
    return state.snapshots.map(\.epoch) == expected
  }

  /// Why the trial ends here by its patience; nil where it goes on.
  func exhaustion(_ state: TrialState) -> String? {
    let done = state.epoch - 1
    guard let stopping, done < trial.spec.epochs, endsByPatience(state, [:]) else { return nil }
    let patience = stopping.patience
    return "stopped after epoch \(done) of \(trial.spec.epochs): no better validation "
      + "\(stopping.figure.rawValue) for \(patience) epoch\(patience == 1 ? "" : "s")"
  }

  /// Whether patience ends the trial after what it recorded and the `figures` of one more epoch.
  func endsByPatience(_ state: TrialState, _ figures: [Metric: Float]) -> Bool {
    guard let stopping else { return false }
    let metric = stopping.figure.metric
    return stopping.isExhausted(
      (state.metrics[metric] ?? []) + (figures[metric].map { [$0] } ?? []))
  }

  /// The first epoch with the lowest validation loss so far; nil before the first one's end.
  private func bestEpoch(_ state: TrialState) -> Int? {
    let losses = state.metrics[.validationLoss] ?? []
    return losses.indices.min { (losses[$0], $0) < (losses[$1], $1) }.map { $0 + 1 }
  }
}
