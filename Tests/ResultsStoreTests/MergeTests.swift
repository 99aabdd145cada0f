import ExperimentModel
import Foundation
import ResultsStore
import Testing

@Suite struct MergeTests {
  private func withFiles(
    _ body: (_ a: String, _ b: String, _ output: String) async throws -> Void
  ) async throws {
    try await withTemporaryFile { path in try await body(path + ".a", path + ".b", path) }
  }

  @Test func whatEitherHasIsInTheMergedFile() async throws {
    try await withFiles { a, b, output in
      let plan = Fixtures.plan()
      try await Fixtures.write(a, plan, rows: [0, 3, 4])
      try await Fixtures.write(b, plan, rows: [1, 4, 8])
      let report = try ResultsMerge.merge([a, b], into: output, session: Fixtures.session)
      #expect(report.trials == 9 && report.finished == 5 && report.repeated == 1)
      let merged = try ResultsReader(path: output)
      #expect(merged.tornRows.isEmpty)
      #expect(try merged.verify().problems.allSatisfy { $0.contains("accuracy") })
      for row in [0, 1, 3, 4, 8] {
        #expect(try merged.matches(Fixtures.record(plan, row), row: row))
        #expect(merged.finishedAt[row] == Fixtures.record(plan, row).finishedAt)
      }
      #expect(merged.results.status.count { $0 == .pending } == 4)
      // It goes on like any other file.
      let writer = try Fixtures.open(output, plan)
      #expect(writer.finished == [0, 1, 3, 4, 8])
      try await writer.finish()
      #expect(try entriesBeside(output) == ["sweep.h5", "sweep.h5.a", "sweep.h5.b"])
    }
  }

  @Test func mergingAgainChangesNothing() async throws {
    try await withFiles { a, b, output in
      let plan = Fixtures.plan()
      try await Fixtures.write(a, plan, rows: [0, 3])
      try await Fixtures.write(b, plan, rows: [1, 3])
      _ = try ResultsMerge.merge([a, b], into: output, session: Fixtures.session)
      let again = output + ".again"
      _ = try ResultsMerge.merge([output, b, a, b], into: again, session: Fixtures.session)
      let first = try ResultsReader(path: output)
      let second = try ResultsReader(path: again)
      #expect(first.results.status == second.results.status)
      for row in [0, 1, 3] {
        #expect(try second.matches(Fixtures.record(plan, row), row: row))
      }
    }
  }

  @Test func doneStandsBeforeFailed() async throws {
    try await withFiles { a, b, output in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(a, plan)
      for (row, message) in [(0, "first"), (1, "alone")] {
        var record = TrialRecord(id: plan.trials[row].id, status: .failed, message: message)
        record.finishedAt = 1.8e9
        try await writer.append([(row, record)])
      }
      try await writer.finish()
      try await Fixtures.write(b, plan, rows: [0])
      for order in [[a, b], [b, a]] {
        _ = try ResultsMerge.merge(order, into: output, session: Fixtures.session)
        let results = try ResultsReader.read(path: output)
        #expect(results.status[..<3] == [.done, .failed, .pending])
        #expect(results.messages[1] == "alone")
        try FileManager.default.removeItem(atPath: output)
      }
    }
  }

  @Test func conflictsAndStrangersAreRefused() async throws {
    try await withFiles { a, b, output in
      let plan = Fixtures.plan()
      try await Fixtures.write(a, plan, rows: [0, 2])
      var record = Fixtures.record(plan, 2)
      record.weights[0][0].negate()
      let writer = try Fixtures.create(b, plan)
      try await writer.append([(2, record)])
      try await writer.finish()
      await expectUserError(.mismatch, "trial 2", a, b) {
        try ResultsMerge.merge([a, b], into: output, session: Fixtures.session)
      }
      for other in [Fixtures.plan(firstSeed: 2), Fixtures.plan(seeds: 4), Fixtures.plan(epochs: 5)]
      {
        try FileManager.default.removeItem(atPath: b)
        try await Fixtures.write(b, other, rows: [0])
        await expectUserError(.mismatch, b) {
          try ResultsMerge.merge([a, b], into: output, session: Fixtures.session)
        }
      }
      try FileManager.default.removeItem(atPath: b)
      let engine = try ResultsWriter.create(
        path: b, plan: plan, engine: "another", session: Fixtures.session)
      try await engine.finish()
      await expectUserError(.mismatch, "another") {
        try ResultsMerge.merge([a, b], into: output, session: Fixtures.session)
      }
      await expectUserError(.badFile, "exists") {
        try ResultsMerge.merge([a], into: a, session: Fixtures.session)
      }
      #expect(!FileManager.default.fileExists(atPath: output))
    }
  }

  @Test func aFinishedRowIsWrittenOnceMoreOnlyWhereThatIsAllowed() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let created = try Fixtures.create(path, plan)
      var failed = TrialRecord(id: plan.trials[1].id, status: .failed, message: "why")
      failed.finishedAt = 1.8e9
      try await created.append([(0, Fixtures.record(plan, 0)), (1, failed)])
      try await created.finish()
      let writer = try Fixtures.open(path, plan)
      await writer.allowAgain([1, 5])
      #expect(try ResultsReader.read(path: path).status[1] == .failed, "until there is another")
      try await writer.append([(1, Fixtures.record(plan, 1))])
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      #expect(reader.results.status[..<3] == [.done, .done, .pending])
      #expect(try reader.matches(Fixtures.record(plan, 1), row: 1))
    }
  }
}
