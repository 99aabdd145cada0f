import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

@Suite struct VerificationTests {
  @Test func aSoundFileHasNoProblems() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(0, Self.record(plan, 0)), (4, Self.record(plan, 4))])
      var failed = TrialRecord(id: plan.trials[2].id, status: .failed, message: "no memory")
      failed.finishedAt = 1.8e9
      try await writer.append([(2, failed)])
      let verification = try ResultsReader(path: path).verify()
      #expect(verification.problems == [])
      #expect(verification.trials == 9 && verification.finished == 3 && verification.isSealed)
      try await writer.finish()
    }
  }

  /// Figures that a trial can have: accuracies are in 0…1.
  static func record(_ plan: Plan, _ row: Int) -> TrialRecord {
    var record = Fixtures.record(plan, row)
    record.metrics = record.metrics.mapValues { $0.map { $0 / 100 } }
    return record
  }

  /// A file in which these rows are done, with such figures.
  static func write(_ path: String, _ plan: Plan, rows: some Sequence<Int>) async throws {
    let writer = try Fixtures.create(path, plan)
    try await writer.append(rows.map { ($0, record(plan, $0)) })
    try await writer.finish()
  }

  @Test(arguments: ["test_loss", "message", "weights/small/logits/kernel", "weights/small/crc32c"])
  func everyChecksumIsCompared(dataset: String) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(1, Self.record(plan, 1)), (2, Self.record(plan, 2))])
      try await writer.finish()
      // Trial 1 is row 0 of its architecture's weights, and row 1 of everything else.
      try edit(path, dataset, row: dataset.hasPrefix("weights") ? 0 : 1) { $0 ^ 1 }
      let problems = try ResultsReader(path: path).verify().problems
      #expect(problems.count == 1, "\(problems)")
      #expect(problems.allSatisfy { $0.contains("trial 1") && $0.contains("checksum") })
    }
  }

  @Test func whatWasNotEvaluatedIsSoundButForTheLastEpoch() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(metrics: [.trainLoss, .testLoss, .fitLoss])
      let writer = try Fixtures.create(path, plan)
      var records = (0..<3).map { Self.record(plan, $0) }
      records[0].metrics[.testLoss]?[0] = .nan
      let last = records[1].epochsRun - 1
      records[1].metrics[.testLoss]?[last] = .nan
      records[2].metrics[.fitLoss]?[0] = .nan
      try await writer.append(records.enumerated().map { ($0.offset, $0.element) })
      try await writer.finish()
      let problems = try ResultsReader(path: path).verify().problems
      #expect(problems.count == 2, "\(problems)")
      #expect(problems.first?.contains("trial 1: test_loss is not a possible figure") == true)
      #expect(problems.last?.contains("trial 2: fit_loss is not a possible figure") == true)
    }
  }

  @Test func figuresThatContradictEachOtherAreNamed() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      var records = (0..<7).map { Self.record(plan, $0) }
      records[0].metrics[.testAccuracy]?[1] = 1.5
      records[1].metrics[.trainLoss]?[0] = .infinity
      records[2].message = "done, and yet"
      records[3].status = .diverged
      records[4].duration = -1
      records[5].weights[0][3] = .nan
      records[6].metrics[.testLoss]?.removeLast()
      try await writer.append(records.enumerated().map { ($0.offset, $0.element) })
      try await writer.finish()
      let problems = try ResultsReader(path: path).verify().problems
      for row in 0..<7 {
        #expect(problems.contains { $0.hasPrefix("trial \(row): ") }, "\(row): \(problems)")
      }
    }
  }

  /// With a column decoded for every row, 2,400 trials take 40 s; decoded once, a tenth of one.
  @Test func timeIsLinearInTheTrials() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(seeds: 800, epochs: 1)
      let writer = try Fixtures.create(path, plan)
      try await writer.append((0..<2400).map { ($0, Self.record(plan, $0)) })
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      let start = ContinuousClock.now
      #expect(try reader.verify().finished == 2400)
      #expect(ContinuousClock.now - start < .seconds(8))
    }
  }

  @Test func aFileThatHDF5HasChangedHasNoSeal() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: [])
      var data = try contents(path)
      data.removeLast(16)
      try overwrite(path, data)
      #expect(try !ResultsReader(path: path).verify().isSealed)
    }
  }

  @Test func rowsToRetrainAreSpreadOverWhatEnded() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: [0, 2, 3, 5, 7, 8])
      let reader = try ResultsReader(path: path)
      #expect(reader.rowsToRetrain(0) == [])
      #expect(reader.rowsToRetrain(3) == [0, 3, 7])
      #expect(reader.rowsToRetrain(100) == [0, 2, 3, 5, 7, 8])
      #expect(try reader.matches(Fixtures.record(plan, 3), row: 3))
      var other = Fixtures.record(plan, 3)
      other.metrics[.testLoss]?[2].negate()
      #expect(try !reader.matches(other, row: 3))
      other = Fixtures.record(plan, 3)
      other.weights[1][0] += 1
      #expect(try !reader.matches(other, row: 3))
      other = Fixtures.record(plan, 3)
      other.weights = []
      #expect(try !reader.matches(other, row: 3))
    }
  }
}

@Suite struct SweepProgressTests {
  @Test func tellsWhoWritesAndHowLongItWillTake() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      var progress = try SweepProgress.read(path: path)
      #expect(progress.counts == ["pending": 9] && progress.secondsLeft == nil)
      #expect(progress.writer?.contains("process \(getpid())") == true)
      var record = Fixtures.record(plan, 0)
      record.finishedAt = Date().timeIntervalSince1970 + 1000
      try await writer.append([(0, record)])
      try CheckpointFolder(results: path).save([1], of: plan.trials[1].id, engine: "e")
      try CheckpointFolder(results: path).save([1], of: plan.trials[0].id, engine: "e")
      progress = try SweepProgress.read(path: path)
      #expect(progress.counts == ["pending": 8, "done": 1] && progress.checkpoints == 1)
      // 1000 s for one trial: 8000 s for eight, and the last one ended 1000 s from now. The bounds
      // leave a busy machine a minute or two.
      let left = try #require(progress.secondsLeft)
      #expect(left > 8_500 && left < 10_000, "\(left)")
      #expect(progress.text.contains("about 2 h"))
      try await writer.finish()
      progress = try SweepProgress.read(path: path)
      #expect(progress.writer == nil && progress.secondsLeft == nil)
      #expect(progress.text.contains("nobody"))
    }
  }

  @Test func askingDoesNotKeepARunFromStarting() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: [])
      let asking = Task.detached {
        while !Task.isCancelled { _ = try? SweepProgress.read(path: path) }
      }
      for _ in 0..<20 {
        let writer = try Fixtures.open(path, plan)
        try await writer.finish()
      }
      asking.cancel()
      await asking.value
    }
  }
}
