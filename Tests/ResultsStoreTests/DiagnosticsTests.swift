import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

@Suite struct StoredDiagnosticsTests {
  static let diagnostics = DiagnosticsPlan(
    words: [.activations, .holes, .shifts],
    sites: [
      .init(name: "block1.before-pool", window: 4), .init(name: "block1.after-pool", window: 4),
      .init(name: "dense1", window: 0),
    ])

  static func plan(seeds: Int = 3) -> Plan {
    var plan = Fixtures.plan(seeds: seeds, weights: .none)
    plan.diagnostics = diagnostics
    plan.claim = "Order does not matter."
    return plan
  }

  /// Values that tell their row, figure and place; the last site does not exist.
  static func record(_ plan: Plan, _ row: Int, epochs: Int? = nil) -> TrialRecord {
    var record = Fixtures.record(plan, row, epochs: epochs)
    for (index, figure) in diagnostics.figures.enumerated() {
      let length = diagnostics.length(of: figure)
      record.diagnostics[figure] = (0..<record.epochsRun * length).map { place in
        let isMissing = figure.axes == [.site] && place % length == length - 1
        return isMissing ? .nan : Float(row * 1000 + index * 50) + Float(place) / 8
      }
    }
    return record
  }

  private func bits(_ values: [DiagnosticFigure: [Float]]) -> [DiagnosticFigure: [UInt32]] {
    values.mapValues { $0.map(\.bitPattern) }
  }

  @Test func theyComeBackToTheBit() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan()
      var records = (0..<3).map { Self.record(plan, $0) }
      records[2] = Self.record(plan, 2, epochs: 2)
      records[2].status = .diverged
      records[2].message = "the loss"
      let writer = try Fixtures.create(path, plan)
      try await writer.append(records.enumerated().map { ($0, $1) })
      try await writer.finish()
      let reader = try ResultsReader(path: path)
      let results = try #require(reader.results.diagnostics)
      #expect(results.plan == Self.diagnostics)
      #expect(reader.results.claim == plan.claim)
      #expect(Set(results.values.keys) == Set(Self.diagnostics.figures))
      for row in 0..<3 {
        #expect(bits(results.values.mapValues { $0[row] }) == bits(records[row].diagnostics))
      }
      #expect(results.values[.holeSizes]?[3] == [])
      #expect(results.last(.shiftedAccuracy, of: 2).count == 3)
      #expect(try reader.verify().problems.allSatisfy { !$0.contains("not run") })
      #expect(try reader.matches(records[0], row: 0))
      var other = records[0]
      other.diagnostics[.shiftedAccuracy]?[1] += 1
      #expect(try !reader.matches(other, row: 0))
    }
  }

  @Test func figuresOfEpochsThatWereNotRunAreFound() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan()
      var record = Self.record(plan, 0)
      record.epochsRun = 3
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(0, record)])
      try await writer.finish()
      let problems = try ResultsReader(path: path).verify().problems
      let found = problems.contains { $0.contains("shifted_accuracy has figures of epochs") }
      #expect(found, "\(problems)")
    }
  }

  @Test func axesAreLabelled() async throws {
    try await withTemporaryFile { path in
      _ = try Fixtures.create(path, Self.plan())
      let file = try File.open(path)
      let sizes = try file.openDataset("diagnostics/hole_sizes_train")
      #expect(try sizes.shape() == [9, 4, 3, 8])
      for axis in 0..<4 { #expect(try sizes.scaleCount(axis: axis) == 1) }
      let site = try file.openDataset("diagnostics/site")
      #expect(try site.readTexts() == Self.diagnostics.sites.map(\.name))
      #expect(try !file.contains("diagnostics/patch"), "nobody asked for it")
      #expect(try sizes.textAttribute("long_name").contains("zeros"))
    }
  }

  @Test func aChangedValueIsFoundAndTrainedAgain() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan()
      let writer = try Fixtures.create(path, plan)
      try await writer.append((0..<9).map { ($0, Self.record(plan, $0)) })
      try await writer.finish()
      let offset: UInt64
      do {
        let file = try File.open(path)
        offset = try #require(try file.openDataset("diagnostics/mean_eval").offset())
      }
      var data = try contents(path)
      // The second row: 4 epochs × 3 sites × 4 bytes each.
      data[Int(offset) + 48 + 5] ^= 1
      try overwrite(path, data)
      let reader = try ResultsReader(path: path)
      #expect(reader.tornRows == [1])
      let again = try Fixtures.open(path, plan)
      #expect(again.torn == [1])
      try await again.append([(1, Self.record(plan, 1))])
      try await again.finish()
      #expect(try ResultsReader(path: path).tornRows.isEmpty)
    }
  }

  @Test func anotherPlanCannotGoOnInTheFile() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan()
      try await Fixtures.create(path, plan).finish()
      var other = plan
      other.diagnostics = nil
      await expectUserError(.mismatch, "diagnostics") { try Fixtures.open(path, other) }
      other = plan
      other.diagnostics = DiagnosticsPlan(words: Self.diagnostics.words, sites: [])
      await expectUserError(.mismatch, "diagnostics") { try Fixtures.open(path, other) }
      other = plan
      other.claim = "It does."
      await expectUserError(.mismatch, "claim") { try Fixtures.open(path, other) }
      try await Fixtures.open(path, plan).finish()
    }
  }

  @Test func aSweepIsExtendedAtTheSameSitesOnly() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan(seeds: 1)
      let writer = try Fixtures.create(path, plan)
      try await writer.append([(1, Self.record(plan, 1))])
      try await writer.finish()
      var larger = Self.plan()
      larger.diagnostics = DiagnosticsPlan(words: Self.diagnostics.words, sites: [])
      await expectUserError(.mismatch, "diagnostics") {
        try ResultsWriter.extend(
          path: path, plan: larger, engine: Fixtures.engine, session: Fixtures.session)
      }
      larger.diagnostics = Self.diagnostics
      let extended = try ResultsWriter.extend(
        path: path, plan: larger, engine: Fixtures.engine, session: Fixtures.session)
      #expect(extended.finished == [1])
      try await extended.finish()
      let results = try ResultsReader.read(path: path)
      let found = try #require(results.diagnostics).values.mapValues { $0[1] }
      #expect(bits(found) == bits(Self.record(plan, 1).diagnostics))
    }
  }

  @Test func mergingKeepsThemAndFindsConflicts() async throws {
    try await withTemporaryFile { path in
      let plan = Self.plan()
      let (first, second) = (path + ".1", path + ".2")
      func write(_ path: String, _ records: [(row: Int, record: TrialRecord)]) async throws {
        let writer = try Fixtures.create(path, plan)
        try await writer.append(records)
        try await writer.finish()
      }
      try await write(first, [(0, Self.record(plan, 0)), (1, Self.record(plan, 1))])
      try await write(second, [(1, Self.record(plan, 1)), (2, Self.record(plan, 2))])
      _ = try ResultsMerge.merge([first, second], into: path, session: Fixtures.session)
      let merged = try #require(try ResultsReader(path: path).results.diagnostics)
      for row in 0..<3 {
        #expect(
          bits(merged.values.mapValues { $0[row] }) == bits(Self.record(plan, row).diagnostics))
      }
      var changed = Self.record(plan, 1)
      changed.diagnostics[.meanTraining]?[0] = 7
      let third = path + ".3"
      try await write(third, [(1, changed)])
      await expectUserError(.mismatch, "trial 1") {
        try ResultsMerge.merge([first, third], into: path + ".4", session: Fixtures.session)
      }
    }
  }

  /// Files from before calibration was recorded are continued as they are.
  @Test func aFileWithoutCalibrationGoesOn() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.create(path, Fixtures.plan()).finish()
      let plan = Fixtures.plan(
        metrics: [.trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .testECE])
      let writer = try Fixtures.open(path, plan)
      try await writer.append([(0, Fixtures.record(plan, 0))])
      try await writer.finish()
      let results = try ResultsReader.read(path: path)
      #expect(results.metrics[.testECE] == nil)
      #expect(results.status[0] == .done)
    }
  }
}
