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
    ("stopping: {rule: median, rungs: [12]}", "g:3:11: stopping: ends no trial: the first epoch"),
    ("stopping: {rule: median, grace: 12}", "after which it could is 12, and no trial goes on"),
    ("stopping: {rule: patience, patience: 11}", "is 12, and no trial goes on after epoch 12"),
    ("weights: every 13", "weights: every 13 keeps the last epoch's alone, because no trial has"),
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

  /// What comes from the command line is the command line's mistake, and what a file has already
  /// recorded is none.
  @Test func uselessOptionsAreWhoseTheyAre() throws {
    let text = Self.data + "stopping: {rule: median, rungs: [3]}\nweights: every 2"
    // A first look at one epoch is no mistake; the plan says what the file's options do then.
    let report = PlanReport(try layout(text, overrides: ["epochs=1"])).text()
      .replacing(/\s+/, with: " ")
    #expect(
      report.contains(
        "Note stopping ends no trial: the first epoch after which it could is 3, and no trial goes "
          + "on after epoch 1 weights every 2 keeps the last epoch's alone, because no trial has more "
          + "than 1 epoch"))
    let found = problems(text, overrides: ["stopping.rungs=20"])
    #expect(found.count == 1 && found[0].hasPrefix("command line: stopping: ends no"), "\(found)")
    let recorded = "epochs: 3\nweights: every 5\noptimiser: {name: adam, momentum: 0.5}"
    #expect(problems(recorded).count == 2)
    _ = try GridFile.parse(recorded: recorded, name: "g")
  }

  @Test func thePlanListsTheRungsThatThereAre() throws {
    func text(_ epochs: String) throws -> String {
      let grid = try layout(
        "data: {validation: 100}\nepochs: \(epochs)\nweights: every 4\n"
          + "stopping: {rule: median, rungs: [3, 9, 20]}")
      return PlanReport(grid).text(rows: 0).split { $0.isWhitespace }.joined(separator: " ")
    }
    let one = try text("12")
    #expect(one.contains("at epochs 3, 9 stop; forecasts are without it"), "\(one)")
    #expect(!one.contains("of trials of"))
    let several = try text("[2, 3, 12]")
    #expect(several.contains("at epochs 3, 9 stop; trials of 2, 3 epochs run to"), "\(several)")
    #expect(several.contains("every 4 (of trials of 2, 3 epochs the last epoch's)"), "\(several)")
  }

  @Test func theForecastCountsTrialsThatWait() throws {
    func bytes(_ text: String) throws -> Double {
      let grid = try layout(Self.data + "seed: 1..8\n" + text)
      let machine = MachineProfile(flopsPerSecondPerCore: 1e9, jobs: 1)
      return Forecast(grid, machine: machine).waitingBytes
    }
    let parameters = try layout(Self.data).architectures[0].parameters.reduce(0) { $0 + $1.count }
    let all = Double(8 * 4 * parameters)
    #expect(try bytes("stopping: {rule: median}") == 2 * all)
    #expect(try bytes("stopping: {rule: median}\noptimiser: {name: adam}") == 3 * all)
    // After epoch 9 half of the arms are left, with four copies each.
    #expect(try bytes("stopping: {rule: median, rungs: [1, 9]}\nweights: every 2") == 3 * all)
    #expect(try bytes("stopping: {rule: patience, patience: 2}") == 0)
    #expect(try bytes("") == 0)
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
