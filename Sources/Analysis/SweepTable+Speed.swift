package import ExperimentModel

extension SweepTable {
  /// The training loss that "epochs to a loss" asks for: the lowest that every complete trial
  /// reached, so that no arm is cut off; nil where no trial recorded one after every epoch.
  package static func lossTarget(_ results: SweepResults) -> Float? {
    guard let rows = results.metrics[.trainLoss] else { return nil }
    let lowest = results.status.indices.compactMap { trial -> Float? in
      results.status[trial].isComplete && rows[trial].allSatisfy(\.isFinite)
        ? rows[trial].min() : nil
    }
    return lowest.max()
  }

  /// Epochs until the training loss (evaluation mode) of `trial` is at the target, counted from 1;
  /// nil where it was not evaluated after every epoch.
  package func epochsToLoss(of trial: Int) -> Double? {
    guard isDone(trial), let lossTarget, let losses = results.metrics[.trainLoss]?[trial],
      losses.allSatisfy(\.isFinite), let index = losses.firstIndex(where: { $0 <= lossTarget })
    else { return nil }
    return Double(index + 1)
  }

  /// The first epoch of `trial` with its lowest test loss, counted from 1; nil where it was not
  /// evaluated after every epoch.
  package func bestEpoch(of trial: Int) -> Double? {
    guard isDone(trial), let losses = results.metrics[.testLoss]?[trial],
      losses.allSatisfy(\.isFinite), let lowest = losses.min(),
      let index = losses.firstIndex(of: lowest)
    else { return nil }
    return Double(index + 1)
  }
}
