import ExperimentModel
import GridPlanner
import Testing

/// The section `stopping` and the choice of weights.
@Suite struct StoppingTests {
  private static let data = "data: {validation: 100}\nepochs: 12\n"

  @Test(arguments: [
    ("{rule: median}", StoppingRule(.median)),
    (
      "{rule: median, metric: accuracy, grace: 3}",
      StoppingRule(.median, figure: .accuracy, grace: 3)
    ),
    (
      "{rule: successive-halving, rungs: [1, 3, 9], reduction: 4}",
      StoppingRule(.successiveHalving, rungs: [1, 3, 9], reduction: 4)
    ),
    ("{rule: median, rungs: 4}", StoppingRule(.median, rungs: [4])),
    (
      "{rule: patience, patience: 3, min-delta: 0.01, grace: 2}",
      StoppingRule(.patience, grace: 2, patience: 3, minDelta: 0.01)
    ),
  ])
  func aRuleIsRead(text: String, rule: StoppingRule) throws {
    #expect(try plan(Self.data + "stopping: \(text)").stopping == rule)
  }

  @Test func overridesReachIt() throws {
    let with = try plan(
      Self.data, overrides: ["stopping.rule=successive-halving", "stopping.rungs=1,4"])
    #expect(with.stopping == StoppingRule(.successiveHalving, rungs: [1, 4]))
    #expect(try plan(Self.data, overrides: ["weights=every 5"]).weights == .every(5))
  }

  @Test func stoppingChangesNoTrialsIdentity() throws {
    let plain = try plan(Self.data + "seed: 1..3")
    let stopping = try plan(Self.data + "seed: 1..3\nstopping: {rule: median}")
    #expect(plain.trials.map(\.id) == stopping.trials.map(\.id))
    #expect(plain.stopping == nil)
  }

  @Test(arguments: [
    ("stopping: median", "g:3:11: stopping: is a mapping such as {rule: median}, not"),
    ("stopping: {rule: mediam}", "`mediam` is not known; did you mean median?"),
    ("stopping: {grace: 2}", "stopping: names no rule"),
    ("stopping: {rule: patience}", "stopping: says no patience"),
    (
      "stopping: {rule: median, patience: 2}", "stopping.patience: means nothing to the rule median"
    ),
    ("stopping: {rule: patience, patience: 2, rungs: [1]}", "stopping.rungs: means nothing to"),
    ("stopping: {rule: median, rungs: [3, 3]}", "3 stands behind 3; rungs are epochs in ascending"),
    ("stopping: {rule: median, rungs: []}", "stopping.rungs: lists 1 to 1,000 epochs"),
    ("stopping: {rule: median, grace: 0}", "stopping.grace: 0 is out of range"),
    ("stopping: {rule: successive-halving, reduction: 1}", "1 is out of range; it is 2 to 1000"),
    ("stopping: {rule: median, metric: test_loss}", "stopping.metric: `test_loss` is not known"),
    ("stopping: {rule: median, metric: [loss, accuracy]}", "stopping.metric: is one value, not"),
    ("stopping: {rule: median, runs: 2}", "unknown key `stopping.runs`; did you mean `rungs`?"),
    ("weights: every", "weights: is none, final, best or every with a number of epochs"),
    ("weights: every 0", "not `every 0`"),
    ("weights: last", "not `last`"),
  ])
  func aMistakeIsOneLine(text: String, message: String) {
    let found = problems(Self.data + text)
    #expect(found.count == 1 && found[0].contains(message), "\(found)")
  }

  @Test(arguments: ["stopping: {rule: median}", "weights: best"])
  func whatLooksAtValidationImagesNeedsSome(text: String) {
    let found = problems("data: {validation: [0, 100]}\n" + text)
    #expect(found.count == 1 && found[0].contains("set data.validation above 0"), "\(found)")
  }

  @Test func theForecastCountsEveryCopyOfTheWeights() throws {
    func bytes(_ text: String) throws -> Double {
      let grid = try layout(Self.data + text)
      let machine = MachineProfile(flopsPerSecondPerCore: 1e9, jobs: 1)
      return Forecast(grid, machine: machine).weightBytes
    }
    #expect(try bytes("weights: every 5") == 3 * bytes("weights: final"))
    #expect(try bytes("weights: best") == bytes("weights: final"))
    #expect(try bytes("weights: none") == 0)
  }
}
