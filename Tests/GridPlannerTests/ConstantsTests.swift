import ExperimentModel
import GridPlanner
import Testing

/// The settings that a results file has no columns for.
@Suite struct ConstantsTests {
  static let grid = """
    data: {name: fashion-mnist-mini, train: 500}
    dropout: {rate: [0, 0.5], kind: [element-wise, drop-block], block-size: 3}
    optimiser: {name: [sgd, adam], learning-rate: 0.02, momentum: 0.5}
    batch: [16, 32]
    epochs: 4
    """

  private func constants(row: Int? = nil) throws -> [String: String] {
    let plan = try plan(Self.grid)
    let columns = try GridFile.parse(recorded: Self.grid, name: "g")
      .constants(beside: plan.trialColumns, row: row)
    return Dictionary(uniqueKeysWithValues: columns.map { ($0.name, $0.text(at: 0)) })
  }

  @Test func ofAllTrialsWhatTheGridGivesAndWhatReadersAskFor() throws {
    #expect(
      try constants() == [
        "train": "500", "block_size": "3", "learning_rate": "0.02", "momentum": "0.5",
        "epochs": "4",
      ])
  }

  @Test func ofOneTrialWhatItReads() throws {
    let plan = try plan(Self.grid)
    let optimisers = try plan.texts("optimiser")
    let kinds = try plan.texts("kind")
    for row in plan.trials.indices {
      let constants = try constants(row: row)
      let isSGD = optimisers[row] == "sgd"
      #expect(constants["momentum"] == (isSGD ? "0.5" : nil))
      #expect(constants["nesterov"] == (isSGD ? "true" : nil))
      #expect(constants["beta1"] == (isSGD ? nil : "0.9"))
      #expect(constants["block_size"] == (kinds[row] == "drop-block" ? "3" : nil))
      #expect(constants["standardise"] == "global")
      #expect(constants["optimiser"] == nil && constants["seed"] == nil)
    }
  }
}
