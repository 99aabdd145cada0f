import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

/// Weights of chosen epochs, trials that were stopped, and files of format version 1.
@Suite struct SnapshotTests {
  private static func plan(
    _ weights: WeightsPolicy, epochs: Int = 5, stopping: StoppingRule? = nil
  ) -> Plan {
    var plan = Fixtures.plan(
      epochs: epochs, weights: weights,
      metrics: [.trainLoss, .trainAccuracy, .validationLoss, .validationAccuracy])
    plan.stopping = stopping
    return plan
  }

  /// A record with the weights of some epochs, whose numbers tell row, parameter and epoch.
  private static func record(
    _ plan: Plan, _ row: Int, _ snapshots: [Int], status: TrialStatus = .done, epochs: Int = 5
  ) -> TrialRecord {
    var record = Fixtures.record(plan, row, epochs: epochs)
    record.status = status
    record.message = status == .done ? "" : "why"
    for metric in [Metric.trainAccuracy, .validationAccuracy] {
      record.metrics[metric] = (0..<epochs).map { 0.1 * Float($0) }
    }
    // The lowest loss in the middle.
    record.metrics[.validationLoss] = (0..<epochs).map { abs(Float($0) - 2) }
    record.snapshots = snapshots
    let parameters = plan.architectures[plan.trials[row].architecture].parameters
    record.weights =
      snapshots.isEmpty
      ? []
      : parameters.enumerated().map { index, shape in
        snapshots.flatMap { Self.weights(shape, row, index, $0) }
      }
    return record
  }

  private static func weights(
    _ shape: ParameterShape, _ row: Int, _ index: Int, _ epoch: Int
  ) -> [Float] {
    (0..<shape.count).map { Float(row * 10_000 + index * 1000 + epoch * 100) + Float($0) / 7 }
  }

  @Test func snapshotsComeBackOneByOneAndTogether() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan(.every(2), stopping: StoppingRule(.patience, patience: 2))
      let writer = try Fixtures.create(path, plan)
      try await writer.append([
        (0, Self.record(plan, 0, [2, 4, 5])), (1, Self.record(plan, 1, [2, 4, 5])),
        (2, Self.record(plan, 2, [2], status: .censored, epochs: 3)),
        (3, Self.record(plan, 3, [], status: .diverged, epochs: 3)),
      ])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      #expect(reader.weightsPolicy == .every(2))
      #expect(
        reader.results.stopping == "rule=patience metric=loss patience=2 min-delta=0.0 grace=1")
      #expect(reader.weightEpochs(row: 1) == [2, 4, 5])
      #expect(reader.weightEpochs(row: 2) == [2])
      #expect(reader.weightEpochs(row: 3).isEmpty && reader.weightEpochs(row: 4).isEmpty)
      for epoch in [2, 4, 5] {
        for (index, (shape, values)) in try reader.weights(row: 1, epoch: epoch).enumerated() {
          #expect(values == Self.weights(shape, 1, index, epoch))
        }
      }
      #expect(
        try reader.weights(row: 1).map(\.values) == reader.weights(row: 1, epoch: 5).map(\.values))
      await expectUserError(.badInput, "epochs 2, 4, 5") { try reader.weights(row: 1, epoch: 3) }
      let verification = try reader.verify()
      #expect(verification.problems.isEmpty, "\(verification.problems)")
      #expect(try reader.matches(Self.record(plan, 1, [2, 4, 5]), row: 1))
      #expect(try !reader.matches(Self.record(plan, 1, [2, 4]), row: 1))

      let file = try File.open(path)
      let kernel = try file.openDataset("weights/small/block1.conv1/kernel")
      #expect(try kernel.shape() == [6, 3, 3, 3, 1, 4])
      #expect(try kernel.textAttribute("axes").hasPrefix("row snapshot "))
    }
  }

  @Test func aDamagedSnapshotIsFound() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan(.every(2))
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(1, Self.record(plan, 1, [2, 4, 5]))])
      try await writer.finish()
      try edit(path, "weights/small/logits/bias", row: 0) { $0 ^ 1 }
      await expectUserError(.badFile, "damaged") {
        try ResultsReader(path: path).weights(row: 1, epoch: 5)
      }
      #expect(try ResultsReader(path: path).verify().problems.count == 1)
    }
  }

  @Test func theBestEpochIsRecordedAndChecked() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan(.best)
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(1, Self.record(plan, 1, [3])), (2, Self.record(plan, 2, [4]))])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      #expect(reader.weightEpochs(row: 1) == [3])
      #expect(
        try reader.verify().problems == [
          "trial 2: its weights are not of the epoch with the lowest validation loss"
        ])
    }
  }

  @Test func anotherRuleOrPolicyIsAnotherSweep() async throws {
    try await withTemporaryFile { path in
      let rule = StoppingRule(.median, rungs: [2])
      try await Fixtures.write(path, Self.plan(.none, stopping: rule), rows: [])
      #expect(try Fixtures.open(path, Self.plan(.none, stopping: rule)).finished.isEmpty)
      await expectUserError(.mismatch, "rule=median", "runs every trial to its end") {
        try Fixtures.open(path, Self.plan(.none))
      }
      await expectUserError(.mismatch, "rungs=2", "rungs=3") {
        try Fixtures.open(path, Self.plan(.none, stopping: StoppingRule(.median, rungs: [3])))
      }
    }
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Self.plan(.every(2)), rows: [])
      await expectUserError(.mismatch, "'every 2' and the plan 'every 3'") {
        try Fixtures.open(path, Self.plan(.every(3)))
      }
    }
  }

  @Test func stoppedTrialsMergeLikeAllOthers() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan(.every(2), stopping: StoppingRule(.median, rungs: [3]))
      let (left, right) = (path + ".left", path + ".right")
      let stopped = Self.record(plan, 2, [], status: .pruned, epochs: 3)
      for (file, rows) in [
        (left, [(0, Self.record(plan, 0, [2, 4, 5])), (2, stopped)]),
        (right, [(1, Self.record(plan, 1, [2, 4, 5])), (2, stopped)]),
      ] {
        let writer = try Fixtures.create(file, plan)
        try await writer.append(rows)
        try await writer.finish()
      }
      let report = try ResultsMerge.merge([left, right], into: path, session: Fixtures.session)
      #expect(report.finished == 3 && report.repeated == 1)
      let reader = try ResultsReader(path: path)
      #expect(reader.results.status[..<3] == [.done, .done, .pruned])
      #expect(try reader.verify().problems.isEmpty)
      #expect(
        try reader.weights(row: 1, epoch: 4).map(\.values)
          == ResultsReader(path: right).weights(row: 1, epoch: 4).map(\.values))
      // One that ran to its end is no repetition of one that was stopped.
      let other = path + ".other"
      let writer = try Fixtures.create(other, plan)
      try await writer.append([(2, Self.record(plan, 2, [2, 4, 5]))])
      try await writer.finish()
      await expectUserError(.mismatch, "conflict") {
        try ResultsMerge.merge([left, other], into: path + ".no", session: Fixtures.session)
      }
    }
  }

  /// A file that dropgrid wrote while the format's version was 1.
  private static func storedVersion1(_ path: String) throws {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let stored = tests.appending(path: "Stored/version-1.h5.gz")
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/bin/gzip")
    gzip.arguments = ["-dc", stored.path]
    try Data().write(to: URL(filePath: path))
    gzip.standardOutput = try FileHandle(forWritingTo: URL(filePath: path))
    try gzip.run()
    gzip.waitUntilExit()
    try #require(gzip.terminationStatus == 0)
  }

  @Test func version1IsReadAndUpgradedToTheSameResults() async throws {
    try await withTemporaryFile { path in
      try Self.storedVersion1(path)
      let old = try ResultsReader(path: path)
      #expect(old.formatVersion == 1)
      #expect(
        old.results.status == [.done, .done, .done, .pending, .done]
          + Array(repeating: .pending, count: 3))
      #expect(old.weightsPolicy == .final && old.weightEpochs(row: 2) == [2])
      #expect(try old.verify().problems.isEmpty)

      #expect(try FormatUpgrade.upgrade(path) == 1)
      let new = try ResultsReader(path: path)
      #expect(new.formatVersion == FileFormat.version)
      let verification = try new.verify()
      #expect(verification.problems.isEmpty && verification.isSealed, "\(verification)")
      #expect(new.results.status == old.results.status)
      #expect(new.results.trialIDs == old.results.trialIDs)
      #expect(new.results.cells == old.results.cells)
      #expect(new.results.metrics == old.results.metrics)
      #expect(new.gridText == old.gridText && new.engine == old.engine)
      for row in old.results.status.indices {
        #expect(new.weightEpochs(row: row) == old.weightEpochs(row: row))
        #expect(try new.weights(row: row).map(\.values) == old.weights(row: row).map(\.values))
      }
      let before = try contents(path)
      #expect(try FormatUpgrade.upgrade(path) == FileFormat.version)
      #expect(try contents(path) == before, "nothing is left to do")
      #expect(try entriesBeside(path) == ["sweep.h5"])
    }
  }

  @Test func aDamagedRowOfVersion1IsPendingAfterTheUpgrade() async throws {
    try await withTemporaryFile { path in
      try Self.storedVersion1(path)
      try edit(path, "test_loss", row: 1) { $0 ^ 1 }
      #expect(try ResultsReader(path: path).tornRows == [1])
      #expect(try FormatUpgrade.upgrade(path) == 1)
      let reader = try ResultsReader(path: path)
      #expect(reader.tornRows.isEmpty)
      #expect(reader.results.status[..<3] == [.done, .pending, .done])
    }
  }
}
