import ExperimentModel
import TensorCore
import Testing
import Training

/// Trials that pause at a rung, end by their patience, or keep weights on the way.
@Suite struct EarlyEndTests {
  private static let dropout = CheckpointTests.dropout

  private static func trainer(
    epochs: Int = 6, weights: WeightsPolicy = .none, stopping: StoppingRule? = nil
  ) throws -> Trainer {
    let job = try TrainerTests.job(dropout: dropout, epochs: epochs, validation: 8)
    return Trainer(
      trial: PlannedTrial(
        id: TrialID(bytes: Array(repeating: 7, count: 16)), spec: job.spec, architecture: 0,
        flops: 0),
      network: job.network, data: job.data, weights: weights, stopping: stopping)
  }

  @Test func aTrialThatPausesAndGoesOnEndsInTheSameBits() throws {
    let trainer = try Self.trainer(weights: .every(2))
    let whole = CheckpointTests.bits(try trainer.run())
    var last: [UInt8]?
    var ran = 0.0
    func run(until epoch: Int?) throws -> TrialRecord {
      try trainer.run(
        until: epoch,
        checkpoints: Checkpoints(
          interval: .infinity, last: last, onResume: { ran = $0 }, save: { last = $0 }))
    }
    for epoch in [1, 4] {
      let record = try run(until: epoch)
      #expect(record.status == .pending && record.epochsRun == epoch)
      #expect(record.weights.isEmpty)
      #expect(record.metrics[.validationLoss]?.count == epoch)
    }
    #expect(ran > 0, "the time before counts")
    let further = try run(until: 2)
    #expect(further.status == .pending && further.epochsRun == 4, "it was further already")
    #expect(CheckpointTests.bits(try run(until: nil)) == whole)
    #expect(CheckpointTests.bits(try run(until: 6)) == whole, "a rung at the end is none")
    #expect(whole.status == .done && whole.snapshots == [2, 4, 6])
  }

  @Test func patienceEndsATrialAfterItsOwnCurve() throws {
    let whole = try Self.trainer().run()
    let losses = try #require(whole.metrics[.validationLoss])
    // A delta that no epoch reaches: the first epoch stays the best.
    let rule = StoppingRule(.patience, patience: 2, minDelta: 100)
    let record = try Self.trainer(weights: .final, stopping: rule).run()
    #expect(record.status == .censored)
    #expect(record.epochsRun == 3)
    #expect(
      record.message == "stopped after epoch 3 of 6: no better validation loss for 2 epochs")
    #expect(record.metrics[.validationLoss] == Array(losses.prefix(3)))
    #expect(record.snapshots == [3] && !record.weights.isEmpty)
    // At the last epoch there is nothing left to stop.
    let late = StoppingRule(.patience, patience: 5, minDelta: 100)
    #expect(try Self.trainer(stopping: late).run().status == .done)
  }

  @Test(arguments: [WeightsPolicy.best, .every(4), .final])
  func keptWeightsAreThoseOfTheirEpochs(policy: WeightsPolicy) throws {
    let record = try Self.trainer(weights: policy).run()
    let losses = try #require(record.metrics[.validationLoss])
    let best = try #require(losses.indices.min { (losses[$0], $0) < (losses[$1], $1) }) + 1
    let expected: [Int] =
      switch policy {
      case .best: [best]
      case .every: [4, 6]
      default: [6]
      }
    #expect(record.snapshots == expected)
    for (place, epoch) in record.snapshots.enumerated() {
      // The same epochs as a trial of that length: nothing in it depends on how long it will be.
      let short = try Self.trainer(epochs: epoch, weights: .final).run()
      for (all, one) in zip(record.weights, short.weights) {
        let copy = all[place * one.count..<(place + 1) * one.count]
        #expect(copy.map(\.bitPattern) == one.map(\.bitPattern), "epoch \(epoch)")
      }
    }
  }

  @Test(arguments: [WeightsPolicy.best, .every(2)])
  func aCheckpointKeepsWhatWasKeptSoFar(policy: WeightsPolicy) throws {
    let trainer = try Self.trainer(weights: policy)
    var states: [[UInt8]] = []
    let whole = CheckpointTests.bits(
      try trainer.run(checkpoints: Checkpoints(interval: 0, last: nil) { states.append($0) }))
    for state in states {
      let record = try trainer.run(
        checkpoints: Checkpoints(interval: .infinity, last: state) { _ in })
      #expect(CheckpointTests.bits(record) == whole)
    }
    // A state that was kept under another policy does not have what this one needs.
    let late = try #require(states.last)
    let other = try Self.trainer(weights: .every(3))
    #expect(
      CheckpointTests.bits(
        try other.run(checkpoints: Checkpoints(interval: .infinity, last: late) { _ in }))
        == CheckpointTests.bits(try other.run()))
  }
}
