import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// What is refused, and that the refusal says why and changes nothing.
@Suite struct MismatchTests {
  @Test func anotherEngineIsRefused() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      try await Fixtures.write(path, plan, rows: [0])
      let before = try contents(path)
      await expectUserError(.mismatch, Fixtures.engine, "other engine") {
        try ResultsWriter.open(
          path: path, plan: plan, engine: "other engine", session: Fixtures.session)
      }
      #expect(try contents(path) == before)
    }
  }

  @Test func otherTrialsAreCounted() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(seeds: 3), rows: [0])
      let before = try contents(path)
      await expectUserError(.mismatch, "of its 9 trials 3 are not in", "and 6 of the grid's 12") {
        try Fixtures.open(path, Fixtures.plan(seeds: 4, firstSeed: 2))
      }
      var plan = Fixtures.plan()
      plan.trials.swapAt(0, 3)
      await expectUserError(.mismatch, "order") { try Fixtures.open(path, plan) }
      #expect(try contents(path) == before)
    }
  }

  @Test func theFirstDifferenceIsNamed() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: [0])
      func refuse(_ parts: String, _ change: (inout Plan) -> Void) async {
        var plan = Fixtures.plan()
        change(&plan)
        await expectUserError(.mismatch, parts) { try Fixtures.open(path, plan) }
      }
      await refuse("'rate' has '0.5' in row 1 and the grid '0.25'") { plan in
        guard case .real(var values) = plan.trialColumns[0].values else { return }
        values[1] = 0.25
        plan.trialColumns[0].values = .real(values)
      }
      await refuse("its trial columns are rate, kind, seed and the grid's dropout, kind, seed") {
        $0.trialColumns[0].name = "dropout"
      }
      await refuse("room for 4 epochs and the plan has 5") { $0.epochs = 5 }
      await refuse("the plan train_loss") { $0.metrics = [.trainLoss] }
      await refuse("'final' and the plan 'none'") { $0.weights = .none }
      await refuse("the weights of 'small' have other shapes") {
        $0.architectures[0].parameters[1].shape = [5]
      }
      await refuse("other names") { $0.architectures[0].name = "large" }
      await refuse("12 cells and the grid 11") {
        $0.cells.removeLast()
        $0.cellColumns = []
      }
      await refuse("cell 3 is trial 2 in it and 1") { $0.cells[3].trial = 1 }
      await refuse("its cell columns are rate, kind, seed") { $0.cellColumns.removeLast() }
      await refuse("kind by rate and the grid for (none)") { $0.comparisons = [] }
      await refuse("margin is 0.5 and the grid's 1.0") { $0.margin = 1 }
      await refuse("margin is 0.5 and the grid's none") { $0.margin = nil }
    }
  }

  /// Older files hold some value there, in columns of whole numbers too.
  @Test func aValueWhereASettingDoesNotApplyIsNoDifference() async throws {
    try await withTemporaryFile { path in
      var plan = Fixtures.plan()
      let count = plan.trials.count
      plan.trialColumns.append(
        Column(
          name: "block_size", path: "dropout.block-size",
          values: .integer((0..<count).map { $0 == 0 ? 5 : 3 })))
      try await Fixtures.write(path, plan, rows: [0])
      plan.trialColumns[plan.trialColumns.count - 1].values = .real(
        (0..<count).map { $0 == 0 ? 5 : .nan })
      let writer = try Fixtures.open(path, plan)
      #expect(writer.finished == [0])
      try await writer.finish()
      plan.trialColumns[plan.trialColumns.count - 1].values = .real(
        (0..<count).map { $0 == 0 ? 7 : .nan })
      await expectUserError(.mismatch, "'block_size' has '5' in row 0 and the grid '7'") {
        try Fixtures.open(path, plan)
      }
    }
  }

  @Test func aCommentInTheGridIsNoDifference() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: [0])
      var plan = Fixtures.plan()
      plan.gridText += "# a comment\n"
      #expect(try Fixtures.open(path, plan).finished == [0])
    }
  }

  @Test func whatExistsIsNotOverwritten() async throws {
    try await withTemporaryFile { path in
      try overwrite(path, Data("precious".utf8))
      await expectUserError(.badFile, path, "not overwritten") {
        try Fixtures.create(path, Fixtures.plan())
      }
      #expect(try contents(path) == Data("precious".utf8))
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
      await expectUserError(.badFile, "not overwritten") {
        try Fixtures.create(directory, Fixtures.plan())
      }
      #expect(try entriesBeside(path) == ["sweep.h5"])
    }
  }

  @Test(arguments: ["/nonexistent/directory/x.h5", "/dev/null/x.h5", "/proc/self/x.h5"])
  func aPlaceThatCannotBeWrittenIsOneError(path: String) async {
    await expectUserError(.badFile, path) { try Fixtures.create(path, Fixtures.plan()) }
    await expectUserError(.badFile, path) { try Fixtures.open(path, Fixtures.plan()) }
  }

  @Test func aDiskThatIsTooSmallIsRefused() async throws {
    try await withTemporaryFile { path in
      var plan = Fixtures.plan()
      plan.architectures[0].parameters[2].shape = [1 << 20, 1 << 20]
      await expectUserError(.badFile, "bytes free", "keep no weights") {
        try Fixtures.create(path, plan)
      }
      plan.architectures[0].parameters[2].shape = [1 << 31, 1 << 31]
      await expectUserError(.badFile, "more bytes than any disk has") {
        try Fixtures.create(path, plan)
      }
      let entries = try entriesBeside(path)
      #expect(entries == [])
    }
  }

  @Test func aSecondWriterIsToldWhoTheFirstIs() async throws {
    try await withTemporaryFile { path in
      let plan = Fixtures.plan()
      let writer = try Fixtures.create(path, plan)
      let me = "process \(ProcessInfo.processInfo.processIdentifier) on host "
      await expectUserError(.busy, path, me) { try Fixtures.open(path, plan) }
      await expectUserError(.busy, path, me) { try Fixtures.create(path, plan) }
      try await writer.append([(0, Fixtures.record(plan, 0))])
      try await writer.finish()
      #expect(!FileManager.default.fileExists(atPath: path + ".lock"))
      #expect(try Fixtures.open(path, plan).finished == [0])
    }
  }

  @Test func whatACrashLeftBesideTheFileIsInNobodysWay() async throws {
    try await withTemporaryFile { path in
      try overwrite(path + ".lock", Data("99999 elsewhere\n".utf8))
      try overwrite(path + ".tmp", Data(repeating: 7, count: 100_000))
      try await Fixtures.write(path, Fixtures.plan(), rows: [3])
      #expect(try ResultsReader.read(path: path).status[3] == .done)
      #expect(try entriesBeside(path) == ["sweep.h5"])
    }
  }
}
