import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Sweeps that stop arms early, as a user runs them.
@Suite(.serialized) struct EarlyStoppingTests {
  static let grid = """
    title: Halving
    data: {name: fashion-mnist-mini, train: 1264, test: 64, validation: 64}
    model: {blocks: [{filters: 4, convolutions: 1}], dense: [8]}
    dropout: {rate: [0, 0.2, 0.5], placement: after-pool}
    optimiser: {learning-rate: [0.001, 0.01]}
    epochs: 6
    weights: every 2
    stopping: {rule: successive-halving, rungs: [1, 3], reduction: 2}
    seed: 1..2
    """

  @Test func workersAndDeathsChangeNoDecision() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let one = try await Program.run(
      ["run", "grid.yaml", "-o", "one.h5", "--jobs", "1"], in: workplace)
    #expect(one.code == 0, "\(one.errors)")
    #expect(one.output.contains("Stopped early"), "\(one.output)")
    let reference = try Recorded(workplace.path("one.h5"))
    let reader = try ResultsReader(path: workplace.path("one.h5"))
    // 6 arms: 3 go on after epoch 1, and 1 of them after epoch 3.
    let ends = Dictionary(grouping: reader.results.status.indices) { reader.results.epochsRun[$0] }
    #expect(ends.mapValues(\.count) == [1: 6, 3: 4, 6: 2])
    #expect(reader.results.status.count { $0 == .pruned } == 10)
    #expect(!FileManager.default.fileExists(atPath: workplace.path("one.h5.d")))
    let messages = reader.results.messages

    let two = try await Program.run(
      ["run", "grid.yaml", "-o", "two.h5", "--jobs", "2"], in: workplace)
    #expect(two.code == 0, "\(two.errors)")
    #expect(try Recorded(workplace.path("two.h5")) == reference)

    for (name, interval) in [("killed.h5", "0s"), ("forgetful.h5", "1h")] {
      var deaths = 0
      for delay in [200, 500, 900, 1500, 60_000] {
        let running = try Program.Running(
          ["run", "grid.yaml", "-o", name, "--jobs", "2", "--checkpoint-every", interval],
          in: workplace)
        // Without a task: Swift's own pool may be busy with other tests for longer than this.
        for _ in 0..<delay where running.process.isRunning { usleep(1000) }
        if running.process.isRunning { kill(running.process.processIdentifier, SIGKILL) }
        let end = await running.end()
        if end == 0 { break }
        deaths += 1
        #expect(end == SIGKILL)
      }
      #expect(deaths > 0)
      #expect(try Recorded(workplace.path(name)) == reference)
      #expect(try ResultsReader.read(path: workplace.path(name)).messages == messages)
    }

    let verify = try await Program.run(["verify", "two.h5", "--retrain", "12"], in: workplace)
    #expect(verify.code == 0, "\(verify.errors)")
    #expect(verify.output.contains("12 trials trained anew ended in the same bits\n"))
    let shard = try await Program.run(["run", "grid.yaml", "--shard", "1/2"], in: workplace)
    #expect(shard.code == 2 && shard.errors.contains("a shard has only some"), "\(shard.errors)")
  }

  @Test func patienceIsATrialsOwnAndBestWeightsAreKept() async throws {
    let workplace = try Program.Workplace()
    let grid = try workplace.write(
      """
      data: {name: fashion-mnist-mini, train: 160, test: 64, validation: 64}
      model: {blocks: [{filters: 4, convolutions: 1}], dense: [8]}
      dropout: {rate: [0, 0.5]}
      epochs: 8
      weights: best
      stopping: {rule: patience, patience: 2, min-delta: 0.5, grace: 4}
      seed: 1..2
      """, as: "grid.yaml")
    let run = try await Program.run(["run", grid, "-o", "out.h5"], in: workplace)
    #expect(run.code == 0, "\(run.errors)")
    #expect(run.output.contains("ended by their own patience"), "\(run.output)")
    let reader = try ResultsReader(path: workplace.path("out.h5"))
    #expect(reader.results.status.contains(.censored))
    #expect(reader.results.status.allSatisfy { $0.isComplete })
    #expect(reader.results.status.indices.allSatisfy { reader.weightEpochs(row: $0).count == 1 })
    let verify = try await Program.run(["verify", "out.h5", "--retrain", "99"], in: workplace)
    #expect(verify.code == 0, "\(verify.errors)")
    #expect(verify.output.contains("; 99 were asked for, and there are no more"))
    let export = try await Program.run(
      ["export", "safetensors", "out.h5", "--trial", "0", "--epoch", "99", "-o", "w.safetensors"],
      in: workplace)
    #expect(export.code == 2 && export.errors.contains("of epoch 99"), "\(export.errors)")
  }

  @Test func anUnknownTrialLeavesNoFile() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(Self.grid, as: "grid.yaml")
    let run = try await Program.run(
      ["run", "grid.yaml", "-o", "out.h5", "--only", "ffffffff"], in: workplace)
    #expect(run.code == 2, "\(run.output)")
    let left = try FileManager.default.contentsOfDirectory(atPath: workplace.url.path).sorted()
    #expect(left == ["errors", "grid.yaml", "output"])
  }
}
