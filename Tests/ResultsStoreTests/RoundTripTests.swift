import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: [WeightsPolicy.none, .final])
  func everythingComesBack(weights: WeightsPolicy) async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan(weights: weights)
      let writer = try Fixtures.create(path, plan)
      var records = plan.trials.indices.map { Fixtures.record(plan, $0) }
      records[2].status = .diverged
      records[2].message = "the loss is NaN in epoch 3 – naïve ü"
      records[2].epochsRun = 2
      records[2].metrics = records[2].metrics.mapValues { Array($0.prefix(2)) }
      records[2].weights = []
      try await writer.append([(0, records[0])])
      try await writer.append([(2, records[2]), (1, records[1])])
      try await writer.finish()

      let reader = try ResultsReader(path: path)
      let results = reader.results
      #expect(results.title == plan.title)
      #expect(results.question == plan.question)
      #expect(results.trialIDs == plan.trials.map(\.id))
      #expect(results.trialColumns == plan.trialColumns)
      #expect(results.cellColumns == plan.cellColumns)
      #expect(results.cells == plan.cells)
      #expect(results.comparisons == plan.comparisons)
      #expect(results.margin == 0.5)
      #expect(results.status[..<4] == [.done, .done, .diverged, .pending])
      #expect(results.epochsRun[..<4] == [4, 4, 2, 0])
      #expect(results.messages[2] == records[2].message)
      #expect(results.durations[1] == 2.5)
      #expect(results.durations[3].isNaN)
      for metric in plan.metrics {
        #expect(results.metrics[metric]?[1] == records[1].metrics[metric])
        #expect(results.metrics[metric]?[2] == records[2].metrics[metric])
        #expect(results.metrics[metric]?[3] == [])
      }
      #expect(Set(results.metrics.keys) == Set(plan.metrics))
      #expect(reader.tornRows.isEmpty)
      #expect(reader.engine == Fixtures.engine)
      #expect(reader.formatVersion == 3)
      #expect(reader.gridText == plan.gridText)
      #expect(reader.datasets == plan.datasets)
      #expect(reader.sessions.map(\.info) == [Fixtures.session])
      #expect(reader.sessions[0].end >= reader.sessions[0].start)
      try checkWeights(reader, plan, records)
    }
  }

  private func checkWeights(
    _ reader: ResultsReader, _ plan: Plan, _ records: [TrialRecord]
  ) throws {
    for row in [0, 1] {
      let weights = try reader.weights(row: row)
      #expect(weights.map(\.values) == records[row].weights)
      if plan.weights == .final {
        #expect(
          weights.map(\.parameter)
            == plan.architectures[plan.trials[row].architecture].parameters)
      }
    }
    #expect(try reader.weights(row: 2).isEmpty)
    #expect(try reader.weights(row: 3).isEmpty)
  }

  @Test func thePlanIsValidJSON() async throws {
    try await withTemporaryFile { path in
      var plan = Fixtures.plan(seeds: 1)
      plan.title = "quotes \" back\\slash\ttab\nline \u{1} – ü"
      _ = try Fixtures.create(path, plan)
      let text = try ResultsReader(path: path).planText
      let json = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
      #expect(json?["title"] as? String == plan.title)
      let trials = try #require(json?["trials"] as? [[String: Any]])
      #expect(trials.map { $0["id"] as? String } == plan.trials.map { "\($0.id)" })
      #expect(trials[1]["configuration"] as? String == plan.trials[1].spec.canonicalText)
    }
  }

  @Test func theLayoutIsTheDocumentedOne() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: 0..<9)
      let file = try File.open(path)
      #expect(try file.textAttribute("Conventions") == "CF-1.8")
      #expect(try file.textAttribute("format") == "dropgrid")
      #expect(try file.textAttribute("coordinates") == "rate kind seed")
      let loss = try file.openDataset("test_loss")
      #expect(try loss.shape() == [9, 4])
      #expect(try loss.elementType() == .float32)
      #expect(try loss.textAttribute("units") == "1")
      #expect(try file.openDataset("status").elementType() == .int8)
      #expect(
        try file.openDataset("status").textAttribute("flag_meanings")
          == "pending done failed diverged timed_out pruned censored")
      let kernel = try file.openDataset("weights/small/block1.conv1/kernel")
      #expect(try kernel.shape() == [6, 3, 3, 1, 4])
      #expect(try kernel.textAttribute("axes") == "row kh kw in out")
      for axis in 0..<5 { #expect(try kernel.scaleCount(axis: axis) == 1) }
      #expect(try file.openDataset("weights/tiny-2/logits/kernel").shape() == [3, 4, 10])
      let rows = try file.openDataset("weights/tiny-2/trial_of_row").readBytes()
      #expect(rows.withUnsafeBytes { Array($0.bindMemory(to: Int64.self)) } == [0, 3, 6])
      #expect(try file.openDataset("weights/small/logits/in").shape() == [16])
    }
  }

  @Test func withoutWeightsThereIsNoGroupForThem() async throws {
    try await withTemporaryFile { path in
      _ = try Fixtures.create(path, Fixtures.plan(weights: .none))
      let file = try File.open(path)
      #expect(try !file.contains("weights"))
    }
  }

  @Test func aLongMessageIsCutBetweenCharacters() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      var record = Fixtures.record(plan, 0, epochs: 0)
      record.status = .failed
      record.message = "\0" + String(repeating: "ü", count: 300)
      try await writer.append([(0, record)])
      let results = try ResultsReader.read(path: path)
      #expect(results.status[0] == .failed)
      #expect(results.messages[0] == "\u{FFFD}" + String(repeating: "ü", count: 118))
      #expect(results.metrics[.testLoss]?[0] == [])
    }
  }

  @Test func namesThatNoReaderTakesAreRefused() async throws {
    try await withTemporaryFile { path in
      for name in ["", "a/b", "a b", "n\0l", "-x", "trial", "status", "row_crc32c", "test_loss"] {
        var plan = Fixtures.plan()
        plan.trialColumns[0].name = name
        await expectUserError(.badInput) { try Fixtures.create(path, plan) }
      }
      var plan = Fixtures.plan()
      plan.architectures[0].name = "../x"
      await expectUserError(.badInput, "../x") { try Fixtures.create(path, plan) }
      plan = Fixtures.plan()
      plan.trialColumns[1].name = "rate"
      await expectUserError(.badInput, "rate", "dropout.kind") { try Fixtures.create(path, plan) }
      #expect(!FileManager.default.fileExists(atPath: path))
    }
  }

  /// Writes a file for `scripts/check-readers` to the path in `DROPGRID_TEST_KEEP`.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["DROPGRID_TEST_KEEP"] != nil))
  func keepAFileForOtherReaders() async throws {
    let path = try #require(ProcessInfo.processInfo.environment["DROPGRID_TEST_KEEP"])
    try await Fixtures.write(path, Fixtures.plan(), rows: 0..<7)
  }
}
