import ExperimentModel
import Export
import Foundation
import ResultsStore
import Testing

/// Weights of a chosen epoch.
@Suite struct SnapshotExportTests {
  @Test func theEpochChoosesTheWeightsAndTheFigures() async throws {
    let plan = Sweeps.plan(weights: .every(1))
    try await Sweeps.withReader(Sweeps.plan(weights: .none)) { _, directory in
      let path = directory + "/epochs.h5"
      let writer = try ResultsWriter.create(
        path: path, plan: plan, engine: "numerics 1; test",
        session: SessionInfo(commandLine: "test", host: "h", cpu: "c", versions: "v", commit: ""))
      var record = TrialRecord(
        id: plan.trials[0].id, status: .done, epochsRun: 2,
        metrics: [.testLoss: [3, 2], .testAccuracy: [0.25, 0.5]],
        weights: Sweeps.weights(plan, 1).enumerated().map {
          $0.element + Sweeps.weights(plan, 2)[$0.offset]
        }, finishedAt: 1, duration: 1)
      record.snapshots = [1, 2]
      try await writer.append([(0, record)])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      let first = try TrialWeights(reader, .row(0), epoch: 1)
      #expect(first.epoch == 1 && first.parameters.map(\.values) == Sweeps.weights(plan, 1))
      #expect(first.summary.hasSuffix("after epoch 1, test_loss 3.0, test_accuracy 0.25"))
      let last = try TrialWeights(reader, .row(0))
      #expect(last.epoch == 2 && last.parameters.map(\.values) == Sweeps.weights(plan, 2))
      #expect(throws: UserError.self) { try TrialWeights(reader, .row(0), epoch: 3) }
    }
  }
}
