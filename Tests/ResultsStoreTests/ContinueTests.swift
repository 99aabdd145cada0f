import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// A sweep that is continued after it was cut off.
@Suite struct ContinueTests {
  @Test func aSweepThatWasKilledGoesOnWhereItWas() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      do {
        // Let go of without `finish`, as a process that dies does.
        let writer = try Fixtures.create(path, plan)
        #expect(writer.finished.isEmpty)
        try await writer.append([0, 4].map { ($0, Fixtures.record(plan, $0)) })
      }
      let writer = try Fixtures.open(path, plan)
      #expect(writer.finished == [0, 4])
      #expect(writer.torn.isEmpty)
      for row in plan.trials.indices where !writer.finished.contains(row) {
        try await writer.append([(row, Fixtures.record(plan, row))])
      }
      try await writer.finish()

      let reader = try ResultsReader(path: path)
      #expect(reader.results.status.allSatisfy { $0 == .done })
      #expect(reader.tornRows.isEmpty)
      #expect(reader.sessions.count == 2)
      #expect(reader.sessions[0].end.isNaN)
      #expect(!reader.sessions[1].end.isNaN)
      for row in plan.trials.indices {
        #expect(
          reader.results.metrics[.testLoss]?[row]
            == Fixtures.record(plan, row).metrics[.testLoss])
        #expect(try reader.weights(row: row).map(\.values) == Fixtures.record(plan, row).weights)
      }
    }
  }

  @Test(.timeLimit(.minutes(1))) func aPipeIsNoResultsFile() async throws {
    try await withTemporaryFile { path in
      #expect(mkfifo(path, 0o600) == 0)
      #expect(throws: UserError.self) { try ResultsReader(path: path) }
    }
  }

  @Test func aRowWithoutItsStatusIsFinished() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: [1])
      // What a crash between the two syncs leaves: everything but the status byte.
      try edit(path, "status", row: 1) { _ in 0 }
      #expect(try ResultsReader.read(path: path).status[1] == .done)
      #expect(try Fixtures.open(path, plan).finished == [1])
    }
  }

  @Test(arguments: ["test_loss", "message", "epochs_run", "engine", "row_crc32c"])
  func aTornRowIsPendingAndNamed(column: String) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: 0..<4)
      try edit(path, column, row: 2) { $0 ^ 0x10 }

      let reader = try ResultsReader(path: path)
      #expect(reader.tornRows == [2])
      #expect(reader.results.status[..<5] == [.done, .done, .pending, .done, .pending])
      #expect(reader.results.messages[2].contains("damaged"))
      #expect(reader.results.metrics[.testLoss]?[2] == [])

      let writer = try Fixtures.open(path, plan)
      #expect(writer.torn == [2])
      #expect(writer.finished == [0, 1, 3])
      try await writer.append([(2, Fixtures.record(plan, 2))])
      try await writer.finish()
      let after = try ResultsReader(path: path)
      #expect(after.tornRows.isEmpty)
      #expect(after.results.status[2] == .done)
    }
  }

  @Test(arguments: [2, 3] as [UInt8])
  func aStatusThatWasNotWrittenIsTorn(status: UInt8) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: 0..<2)
      try edit(path, "status", row: 1) { _ in status }
      #expect(try ResultsReader(path: path).tornRows == [1])
      #expect(try Fixtures.open(path, plan).finished == [0])
    }
  }

  @Test func damagedWeightsAreFoundWhereTheyAreRead() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: 0..<4)
      // Row 2 is the second of architecture "small".
      try edit(path, "weights/small/logits/kernel", row: 1) { $0 ^ 1 }
      let reader = try ResultsReader(path: path)
      #expect(reader.tornRows.isEmpty)
      #expect(try reader.weights(row: 1).count == 4)
      await expectUserError(.badFile, "weights", "\(plan.trials[2].id)") {
        try reader.weights(row: 2)
      }
      let writer = try Fixtures.open(path, plan)
      #expect(writer.torn == [2])
      #expect(writer.finished == [0, 1, 3])
    }
  }

  @Test func whatEndedBadlyIsFinishedToo() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      let ends: [TrialStatus] = [.done, .failed, .diverged, .timedOut, .pruned, .censored]
      try await writer.append(
        ends.enumerated().map { row, status in
          var record = Fixtures.record(plan, row)
          record.status = status
          return (row, record)
        })
      try await writer.finish()
      #expect(try Fixtures.open(path, plan).finished == [0, 1, 2, 3, 4, 5])
      #expect(Array(try ResultsReader.read(path: path).status[..<6]) == ends)
    }
  }

  @Test func aFileIsReadWhileItIsWritten() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      for row in 0..<5 {
        try await writer.append([(row, Fixtures.record(plan, row))])
        let status = try ResultsReader.read(path: path).status
        #expect(status.filter { $0 == .done }.count == row + 1)
      }
    }
  }

  @Test func tasksMayWriteAtOnce() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(seeds: 10)
      let writer = try Fixtures.create(path, plan)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for row in plan.trials.indices {
          group.addTask { try await writer.append([(row, Fixtures.record(plan, row))]) }
        }
        try await group.waitForAll()
      }
      let reader = try ResultsReader(path: path)
      #expect(reader.results.status.allSatisfy { $0 == .done })
      #expect(reader.tornRows.isEmpty)
    }
  }

  @Test func namesThatTheFileHasToChangeStillMatch() async throws {
    try await withTemporaryFile { path in
      var plan = Fixtures.plan(seeds: 1)
      plan.trialColumns[1].values = .text(["n\0l", "ü", ""])
      plan.cellColumns[0].name = "train_loss"
      plan.cellColumns[0].values = .real([.nan, 0, 1, 2])
      try await Fixtures.write(path, plan, rows: [2])
      #expect(try Fixtures.open(path, plan).finished == [2])
      #expect(
        try ResultsReader.read(path: path).trialColumns[1].values == .text(["n\u{FFFD}l", "ü", ""]))
    }
  }
}
