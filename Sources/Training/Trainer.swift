public import Datasets
public import ExperimentModel
import Foundation
import TensorCore

/// Trains one trial: a specification and its data become a record.
///
/// Synchronous and single-threaded. What it records depends on the specification, the data and
/// the engine alone; the clock only fills `finishedAt` and `duration`.
public struct Trainer: Sendable {
  private let trial: PlannedTrial
  private let network: ResolvedNetwork
  private let data: PreparedData
  private let keepsWeights: Bool

  /// - Parameters:
  ///   - trial: what to train.
  ///   - network: `trial.spec.network` fitted to the data's images and classes.
  ///   - data: the images of `trial.spec.data`.
  ///   - keepsWeights: whether the record holds the final weights.
  public init(
    trial: PlannedTrial, network: ResolvedNetwork, data: PreparedData, keepsWeights: Bool
  ) {
    self.trial = trial
    self.network = network
    self.data = data
    self.keepsWeights = keepsWeights
  }

  /// Trains for all epochs, or until something is not finite: the record then says `diverged`.
  ///
  /// - Parameters:
  ///   - onEpoch: called with the number of each finished epoch, from 1, and its figures.
  ///   - isCancelled: asked before every step.
  /// - Throws: `CancellationError` where `isCancelled` said so; `TensorError` where the library
  ///   fails or memory runs out.
  public func run(
    onEpoch: (Int, [Metric: Float]) -> Void = { _, _ in },
    isCancelled: () -> Bool = { false }
  ) throws -> TrialRecord {
    let start = ContinuousClock.now
    var record = TrialRecord(id: trial.id, status: .done)
    do {
      let weights = try train(into: &record, onEpoch: onEpoch, isCancelled: isCancelled)
      record.weights = weights
    } catch let error as TensorError {
      guard case .diverged = error else { throw error }
      record.status = .diverged
      record.message = "\(error)"
    }
    let elapsed = start.duration(to: .now)
    record.duration =
      Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    record.finishedAt = Date().timeIntervalSince1970
    return record
  }

  private func train(
    into record: inout TrialRecord, onEpoch: (Int, [Metric: Float]) -> Void,
    isCancelled: () -> Bool
  ) throws -> [[Float]] {
    let spec = trial.spec
    let model = try Network(
      NetworkDescription(network, dropout: spec.dropout),
      batch: min(spec.batch, data.train.count),
      initialisationSeed: UInt64(bitPattern: spec.seed.initialisation),
      maskSeed: UInt64(bitPattern: spec.seed.mask))
    let optimiser = SGD(spec.optimiser)
    var step = 0
    for epoch in 1...spec.epochs {
      let order = shuffledOrder(
        count: data.train.count, seed: UInt64(bitPattern: spec.seed.order), epoch: epoch)
      var fit = BatchLoss()
      try data.train.withImages { images in
        for first in stride(from: 0, to: order.count, by: spec.batch) {
          guard !isCancelled() else { throw CancellationError() }
          let indices = Array(order[first..<min(first + spec.batch, order.count)])
          fit += try model.train(images, indices: indices, optimiser: optimiser, step: step)
          step += 1
        }
      }
      var figures: [Metric: Float] = [
        .fitLoss: Float(fit.meanLoss), .fitAccuracy: Float(fit.accuracy),
      ]
      for (split, loss, accuracy) in evaluated {
        guard !isCancelled() else { throw CancellationError() }
        let result = try split.withImages { images in
          try model.evaluate(images, count: split.count)
        }
        guard result.sum.isFinite else {
          throw TensorError.diverged(place: "the evaluation's loss", step: step)
        }
        figures[loss] = Float(result.meanLoss)
        figures[accuracy] = Float(result.accuracy)
      }
      for (metric, value) in figures { record.metrics[metric, default: []].append(value) }
      record.epochsRun = epoch
      onEpoch(epoch, figures)
    }
    return keepsWeights ? try model.exportWeights() : []
  }

  /// The splits that are evaluated at the end of every epoch, and their figures.
  private var evaluated: [(split: PreparedData.Split, loss: Metric, accuracy: Metric)] {
    var splits = [
      (data.train, Metric.trainLoss, Metric.trainAccuracy),
      (data.test, Metric.testLoss, Metric.testAccuracy),
    ]
    if let validation = data.validation {
      splits.append((validation, .validationLoss, .validationAccuracy))
    }
    return splits
  }
}
