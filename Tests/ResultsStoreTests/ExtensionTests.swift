import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// A results file that gets more trials.
@Suite struct ExtensionTests {
  private func extend(_ path: String, _ plan: Plan) throws -> ResultsWriter {
    try ResultsWriter.extend(
      path: path, plan: plan, engine: Fixtures.engine, session: Fixtures.session)
  }

  /// `plan` with other trials in front of those of `Fixtures.plan(seeds: 2)`, and more epochs.
  private func larger(epochs: Int = 4) -> Plan {
    Fixtures.plan(
      seeds: 4, epochs: epochs,
      metrics: [.trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .validationLoss])
  }

  @Test func finishedRowsAreCopiedAndTheOthersArePending() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(seeds: 2)
      let created = try Fixtures.create(path, plan)
      var failed = TrialRecord(id: plan.trials[1].id, status: .failed, message: "why")
      failed.finishedAt = 1.8e9
      try await created.append([
        (0, Fixtures.record(plan, 0)), (1, failed), (5, Fixtures.record(plan, 5)),
      ])
      try await created.finish()
      let before = try ResultsReader(path: path)
      #expect(before.results.extensions.isEmpty && before.results.generations.isEmpty)

      var union = larger()
      union.trials.swapAt(5, 9)
      union.gridText = "seed: 1..4\n"
      let writer = try extend(path, union)
      #expect(writer.finished == [0, 1, 9])
      try await writer.append([(2, Fixtures.record(union, 2))])
      try await writer.finish()

      let after = try ResultsReader(path: path)
      #expect(after.tornRows.isEmpty)
      #expect(try after.verify().problems.allSatisfy { $0.contains("accuracy") })
      #expect(after.results.trialIDs == union.trials.map(\.id))
      for (old, new) in [(0, 0), (5, 9)] {
        for metric in plan.metrics {
          #expect(after.results.metrics[metric]?[new] == before.results.metrics[metric]?[old])
        }
        // A figure that the old file did not have.
        #expect(after.results.metrics[.validationLoss]?[new].allSatisfy(\.isNaN) == true)
        #expect(
          try after.weights(row: new).map(\.values) == before.weights(row: old).map(\.values))
        #expect(after.finishedAt[new] == before.finishedAt[old])
        #expect(after.results.durations[new] == before.results.durations[old])
      }
      #expect(after.results.messages[1] == "why")
      #expect(after.results.status[1] == .failed)
      #expect(after.results.status[5] == .pending)
      #expect(after.sessions.count == 2)
      #expect(after.sessions[0] == before.sessions[0])
      #expect(after.gridText == union.gridText)
      let extended = try #require(after.results.extensions.first)
      #expect(extended.earlierGrid == plan.gridText)
      #expect(extended.trials == 6 && extended.finished == 3)
      let late = union.trials.map { trial in plan.trials.contains { $0.id == trial.id } ? 0 : 1 }
      #expect(after.results.generations == late)
      #expect(try entriesBeside(path) == ["sweep.h5"])

      // Extended once more, what was known stays known; the same plan again changes nothing.
      let most = Fixtures.plan(seeds: 5, metrics: union.metrics)
      try await extend(path, most).finish()
      let bytes = try contents(path)
      let last = try extend(path, most)
      #expect(last.finished.count == 4)
      try await last.finish()
      #expect(try contents(path).count == bytes.count)
      let results = try ResultsReader(path: path).results
      #expect(results.extensions.map(\.trials) == [6, 12])
      #expect(results.generations == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2])
    }
  }

  @Test func figuresOfMoreEpochsEndInNaN() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(seeds: 1)
      try await Fixtures.write(path, plan, rows: 0..<3)
      var union = Fixtures.plan(seeds: 2, epochs: 6)
      for row in plan.trials.indices { union.trials[row] = plan.trials[row] }
      try await extend(path, union).finish()
      let reader = try ResultsReader(path: path)
      #expect(reader.results.epochsRun[..<4] == [4, 4, 4, 0])
      for row in 0..<3 { #expect(try reader.matches(Fixtures.record(plan, row), row: row)) }
    }
  }

  @Test func damagedRowsAreNotCopied() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(seeds: 2), rows: 0..<6)
      try edit(path, "test_loss", row: 1) { $0 ^ 0x10 }
      // Row 2 is the second of architecture "small".
      try edit(path, "weights/small/logits/kernel", row: 1) { $0 ^ 1 }
      let writer = try extend(path, Fixtures.plan(seeds: 3))
      #expect(writer.finished == [0, 3, 4, 5])
      try await writer.finish()
      #expect(try ResultsReader(path: path).tornRows.isEmpty)
    }
  }

  @Test func whatCannotBeJoinedIsRefusedAndTheFileStays() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: [0])
      let bytes = try contents(path)
      func refuse(_ part: String, _ change: (inout Plan) -> Void) async {
        var other = Fixtures.plan(seeds: 4)
        change(&other)
        await expectUserError(.mismatch, path, part) { try extend(path, other) }
      }
      await refuse("margin") { $0.margin = 1 }
      await refuse("weights") { $0.weights = .none }
      await refuse("images") { $0.datasets[0].fingerprint = "cd34" }
      await refuse("its trial 0 (rate 0, seed 1)") { $0 = Fixtures.plan(firstSeed: 2) }
      await expectUserError(.mismatch, "engine") {
        try ResultsWriter.extend(
          path: path, plan: plan, engine: "another", session: Fixtures.session)
      }
      #expect(try contents(path) == bytes)
      #expect(try entriesBeside(path) == ["sweep.h5"])
      // A changed grid is refused with the difference and the word; another engine without it.
      await expectUserError(.mismatch, "3 of the grid's 12 are not in it", "--extend") {
        try Fixtures.open(path, Fixtures.plan(seeds: 4))
      }
      do {
        _ = try ResultsWriter.open(
          path: path, plan: plan, engine: "another", session: Fixtures.session)
        Issue.record("nothing was thrown")
      } catch {
        #expect(!"\(error)".contains("--extend"))
      }
    }
  }

  @Test func theLockIsHeld() async throws {
    try await withTemporaryFile { path in
      let writer = try Fixtures.create(path, Fixtures.plan())
      await expectUserError(.busy, path) { try extend(path, Fixtures.plan(seeds: 4)) }
      try await writer.finish()
      let extended = try extend(path, Fixtures.plan(seeds: 4))
      await expectUserError(.busy, path) { try Fixtures.open(path, Fixtures.plan(seeds: 4)) }
      try await extended.finish()
    }
  }
}
