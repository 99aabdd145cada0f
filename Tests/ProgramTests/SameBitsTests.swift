import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// However a sweep is run, it ends in the same numbers.
@Suite(.serialized) struct SameBitsTests {
  static let grid = """
    title: Bits
    data: {name: fashion-mnist-mini, train: 320, test: 160}
    pool: [max, average]
    dropout:
      rate: [0, 0.3]
      placement: [before-pool, after-pool]
      kind: [element-wise, spatial]
    epochs: 4
    merge: false
    seed: 1..2
    """

  /// The grid's numbers from one worker, without interruption.
  static func reference(in workplace: Program.Workplace) async throws -> Recorded {
    let grid = try workplace.write(Self.grid, as: "grid.yaml")
    let outcome = try await Program.run(
      ["run", grid, "-o", "one.h5", "--jobs", "1"], in: workplace)
    #expect(outcome.code == 0, "\(outcome.errors)")
    let recorded = try Recorded(workplace.path("one.h5"))
    #expect(recorded.finished == 20)
    #expect(recorded.weights.allSatisfy { !$0.isEmpty })
    return recorded
  }

  @Test func workersAndInterruptionsChangeNothing() async throws {
    let workplace = try Program.Workplace()
    let reference = try await Self.reference(in: workplace)

    let two = try await Program.run(
      ["run", "grid.yaml", "-o", "two.h5", "--jobs", "2"], in: workplace)
    #expect(two.code == 0, "\(two.errors)")
    #expect(try Recorded(workplace.path("two.h5")) == reference)

    for (signal, code) in [(SIGINT, Int32(130)), (SIGTERM, 143), (SIGKILL, 9)] {
      let name = "stopped-\(signal).h5"
      var kept = 0
      for attempt in 0..<50 {
        let running = try Program.Running(
          ["run", "grid.yaml", "-o", name, "--jobs", "2"], in: workplace)
        if attempt < 3 {
          // Let at least one more trial finish, then strike.
          try await Self.wait(for: kept + 1, in: workplace.path(name), of: running)
          kill(running.process.processIdentifier, signal)
        }
        let end = await running.end()
        let recorded = try Recorded(workplace.path(name))
        #expect(recorded.finished >= kept)
        kept = recorded.finished
        if end == 0 { break }
        #expect(end == code)
      }
      #expect(try Recorded(workplace.path(name)) == reference)
    }
  }

  static func wait(for trials: Int, in path: String, of running: Program.Running) async throws {
    let deadline = Date(timeIntervalSinceNow: 120)
    while running.process.isRunning, Date() < deadline {
      if let results = try? ResultsReader.read(path: path),
        results.status.count(where: { $0 != .pending }) >= trials
      {
        return
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  @Test func aDivergedTrialIsRecordedAndTheOthersGoOn() async throws {
    let workplace = try Program.Workplace()
    let grid = try workplace.write(
      """
      data: {name: fashion-mnist-mini, train: 64, test: 32}
      optimiser: {learning-rate: [0.01, 500]}
      epochs: 2
      seed: 1..2
      """, as: "grid.yaml")
    let outcome = try await Program.run(["run", grid, "-o", "out.h5"], in: workplace)
    #expect(outcome.code == UserError.Code.trialsFailed.rawValue)
    let results = try ResultsReader.read(path: workplace.path("out.h5"))
    #expect(results.status.count { $0 == .done } == 2)
    #expect(results.status.count { $0 == .diverged } == 2)
    #expect(results.messages.contains { $0.contains("not finite") })
    // Nothing is left to do: the same command says so, and trains nothing anew.
    let again = try await Program.run(["run", grid, "-o", "out.h5"], in: workplace)
    #expect(again.code == UserError.Code.trialsFailed.rawValue)
    #expect(again.output.contains("0 to go"))
  }
}
