import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

/// Damage anywhere in a results file is told, and costs no finished trial that can be saved.
@Suite struct EveryByteTests {
  @Test func aRowIsFinishedWhereItsChecksumSaysSo() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await VerificationTests.write(path, plan, rows: [0, 3, 4])
      for row in [0, 3, 4] { try edit(path, "status", row: row) { _ in row == 3 ? 77 : 0 } }
      // A kill may have come before the derived figures, too.
      try edit(path, "final_test_loss", row: 4) { $0 ^ 0xFF }
      let reader = try ResultsReader(path: path)
      #expect(reader.results.status.enumerated().filter { $1 == .done }.map(\.offset) == [0, 3, 4])
      #expect(try reader.verify().recovered == [0, 3, 4])
      let writer = try Fixtures.open(path, plan)
      #expect(writer.finished == [0, 3, 4])
      try await writer.finish()
      let after = try ResultsReader(path: path).verify()
      #expect(after.recovered == [] && after.problems == [])
    }
  }

  @Test func noFlippedBitGoesUnnoticed() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(seeds: 1, epochs: 2)
      try await VerificationTests.write(path, plan, rows: 0..<3)
      let whole = try contents(path)
      let known = try ResultsReader(path: path)
      try #require(try known.verify().problems == [])
      var unnoticed: [Int] = []
      for place in stride(from: 0, to: whole.count, by: 61) {
        var damaged = whole
        damaged[place] ^= 1 << (place % 8)
        try overwrite(path, damaged)
        guard let reader = try? ResultsReader(path: path), let found = try? reader.verify() else {
          continue
        }
        let isTold =
          !found.problems.isEmpty || !found.recovered.isEmpty || !found.isSealed
          || found.cutOffSession != nil
        if !isTold || !found.recovered.isEmpty && reader.results.status != known.results.status {
          unnoticed.append(place)
        }
      }
      #expect(unnoticed == [])
    }
  }

  @Test func settingsOfAFileWithoutItsSealAreVouchedFor() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await VerificationTests.write(path, plan, rows: 0..<9)
      let rate = try ResultsReader(path: path).results.trialColumns
      do {
        let file = try File.change(path)
        try file.setAttribute("note", .text("mine"))
        try file.close()
      }
      let reader = try ResultsReader(path: path)
      #expect(reader.results.trialColumns == rate)
      #expect(try !reader.verify().isSealed)
      let changed = try contents(path)
      try edit(path, "rate", row: 1) { $0 ^ 1 }
      await expectUserError(.badFile, "checksum") { try ResultsReader(path: path) }
      try overwrite(path, changed)
      try ResultsReader.seal(path)
      #expect(try ResultsReader(path: path).verify().isSealed)
      await expectUserError(.badFile, "seal") { try ResultsReader.seal(path) }
    }
  }

  @Test func everyRunIsRememberedHoweverManyThereAre() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(weights: .none)
      try await VerificationTests.write(path, plan, rows: [2])
      for _ in 0..<70 { try await Fixtures.open(path, plan).finish() }
      let reader = try ResultsReader(path: path)
      #expect(reader.sessions.count == 71)
      #expect(reader.sessions.allSatisfy { $0.end.isFinite })
      #expect(reader.results.status[2] == .done && reader.results.extensions.isEmpty)
      #expect(try reader.verify().problems == [])
    }
  }

  @Test func finalFiguresAndSharedSettingsStandInTheFile() async throws {
    try await withTemporaryFile { path in
      var plan = Fixtures.plan()
      plan.constants = [Column(name: "batch", path: "batch", values: .integer([32]))]
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(1, Fixtures.record(plan, 1, epochs: 2))])
      try await writer.finish()
      let file = try File.open(path)
      let values = try file.openDataset("final_test_loss").readBytes()
      let last = try #require(Fixtures.record(plan, 1, epochs: 2).metrics[.testLoss]?.last)
      let stored = values.withUnsafeBytes { bytes in
        (0..<9).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
      }
      #expect(stored[1] == last)
      #expect(stored.enumerated().allSatisfy { $0.offset == 1 || $0.element.isNaN })
      #expect(try file.hasAttribute("setting_batch"))
    }
  }
}
