import Console
import ExperimentModel
import Testing

@Suite struct ProgressItemTests {
  @Test func labelsHaveTheColumnsThatVary() {
    let spec = TrialSpec(
      network: NetworkSpec(name: "test", blocks: [], dense: []), dropout: [],
      optimiser: OptimiserSpec(learningRate: 0.1), batch: 1, epochs: 7,
      data: DataSpec(name: "none"), seed: Seed(1))
    let id = TrialID(bytes: [UInt8](repeating: 0, count: 16))
    let plan = Plan(
      title: "", question: "", gridText: "",
      trials: [1, 2].map { PlannedTrial(id: id, spec: spec, architecture: 0, flops: $0) },
      trialColumns: [
        Column(name: "rate", path: "dropout.rate", values: .real([0.25, 0])),
        Column(name: "place", path: "dropout.place", values: .text(["before", ""])),
        Column(name: "batch", path: "batch", values: .integer([32, 32])),
      ], cells: [], cellColumns: [], architectures: [], datasets: [], epochs: 7, metrics: [],
      weights: .none, comparisons: [])
    #expect(
      ProgressItem.items(of: plan) == [
        ProgressItem(label: "rate=0.25 place=before", epochs: 7, flops: 1),
        ProgressItem(label: "rate=0", epochs: 7, flops: 2),
      ])
  }
}
