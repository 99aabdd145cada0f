import ExperimentModel
import GridPlanner
import Testing

/// What the results file and the analysis get besides trials.
@Suite struct ColumnTests {
  @Test func everyPlanHasTheSameColumnsAndThenItsAxes() throws {
    let always = ["rate", "placement", "kind", "pool", "dense_rate", "model", "data", "seed"]
    #expect(try plan("batch: 8").trialColumns.map(\.name) == always)
    let plan = try plan(
      """
      optimiser: {learning-rate: [0.1, 0.01], nesterov: [true, false], form: [keras]}
      model: {name: small, dense: [[64]]}
      dropout: {dense: [0, 0.5]}
      """)
    #expect(
      plan.trialColumns.map(\.name) == always + ["learning_rate", "nesterov", "form", "dense"])
    #expect(plan.trialColumns.allSatisfy { $0.count == plan.trials.count })
    #expect(plan.trialColumns.first { $0.name == "dense_rate" }?.path == "dropout.dense")
    #expect(
      try plan.texts("learning_rate") == plan.trials.map { "\($0.spec.optimiser.learningRate)" })
    #expect(try plan.texts("nesterov") == plan.trials.map { "\($0.spec.optimiser.nesterov)" })
  }

  @Test func whatATrialDoesNotReadIsEmpty() throws {
    let blocks = try plan(
      """
      dropout: {rate: 0.25, placement: before-pool, kind: [spatial, drop-block], block-size: [3, 5]}
      pool: average
      """)
    #expect(try blocks.texts("kind") == ["spatial", "drop-block", "drop-block"])
    #expect(try blocks.texts("block_size") == ["", "3", "5"])
    let optimisers = try plan(
      """
      groups:
        by:
          sgd: {optimiser.momentum: 0.5}
          adam: {optimiser.name: adam, optimiser.beta1: 0.8}
          steps: {optimiser.schedule: step, optimiser.step-epochs: 2}
      optimiser: {nesterov: [true]}
      """)
    #expect(try optimisers.texts("momentum") == ["0.5", "", "0.9"])
    #expect(try optimisers.texts("beta1") == ["", "0.8", ""])
    #expect(try optimisers.texts("nesterov") == ["true", "", "true"])
    #expect(try optimisers.texts("step_epochs") == ["", "", "2"])
    #expect(optimisers.trialColumns.first { $0.name == "seed" }?.values == .integer([1, 1, 1]))
  }

  @Test func cellColumnsAreAsWritten() throws {
    let plan = try plan(
      "dropout: {rate: [0, 0.5], placement: [before-pool, after-pool]}\nseed: 4..5")
    #expect(plan.cellColumns.map(\.path) == ["dropout.rate", "dropout.placement", "seed"])
    #expect(plan.cellColumns[0].values == .real([0, 0, 0, 0, 0.5, 0.5, 0.5, 0.5]))
    #expect(plan.cellColumns[1].text(at: 0) == "before-pool")
    #expect(plan.cellColumns[2].values == .integer([4, 5, 4, 5, 4, 5, 4, 5]))
  }

  @Test func validationFiguresAreThereWithASplit() throws {
    let without: [Metric] = [
      .trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .testECE, .fitLoss, .fitAccuracy,
    ]
    #expect(try plan("seed: 1").metrics == without)
    #expect(
      try plan("data: {validation: [0, 10]}").metrics
        == without + [.validationLoss, .validationAccuracy])
  }

  @Test func weightsAreKeptBelowAGibibyteUnlessAsked() throws {
    #expect(try plan("seed: 1..10").weights == .final)
    #expect(try plan("seed: 1..10\nweights: none").weights == .none)
    #expect(try plan("model: vgg28\nseed: 1..400").weights == .none)
    #expect(try plan("model: vgg28\nseed: 1..400\nweights: final").weights == .final)
  }

  @Test func everyAxisButTheSeedIsComparedByDefault() throws {
    let comparisons = try plan(PlanTests.placement).comparisons
    #expect(
      comparisons == [
        Comparison(factor: "pool", by: []), Comparison(factor: "rate", by: []),
        Comparison(factor: "placement", by: []), Comparison(factor: "kind", by: []),
        Comparison(factor: "pool", by: ["placement", "kind"]),
        Comparison(factor: "rate", by: ["pool", "placement", "kind"]),
        Comparison(factor: "placement", by: ["pool", "kind"]),
        Comparison(factor: "kind", by: ["pool", "placement"]),
      ])
    #expect(try plan("pool: [max]\nseed: 1..5\nbatch: 8").comparisons.isEmpty)
    // One axis has nothing to be told apart by.
    #expect(
      try plan("dropout: {rate: [0, 0.5]}\nseed: 1..5").comparisons == [
        Comparison(factor: "rate", by: [])
      ])
  }

  @Test func comparisonsAsAskedFor() throws {
    let base =
      "dropout: {rate: [0, 0.5], kind: [element-wise, spatial]}\npool: [max]\nseed: 1..2\ncompare:\n"
    #expect(
      try plan(base + "  - {factor: dropout.kind, by: [dropout.rate]}").comparisons == [
        Comparison(factor: "kind", by: ["rate"])
      ])
    #expect(
      try plan(base + "  - {factor: dropout.kind, by: dropout.rate}").comparisons == [
        Comparison(factor: "kind", by: ["rate"])
      ])
    #expect(
      try plan(base + "  - {factor: dropout.rate}").comparisons == [
        Comparison(factor: "rate", by: [])
      ])
    #expect(try plan(base.dropLast() + " []").comparisons.isEmpty)
    for (line, message) in [
      (
        "{factor: seed}",
        "g:5:14: compare.factor: `seed` repeats the experiment; seeds are averaged over, not compared"
      ),
      (
        "{factor: pool}",
        "g:5:14: compare.factor: `pool` is no axis with two values or more; those are dropout.rate, dropout.kind"
      ),
      (
        "{factor: kind}",
        "g:5:14: compare.factor: there is no setting `kind`; did you mean `dropout.kind`?"
      ),
      (
        "{factor: dropout.kind, by: dropout.kind}",
        "g:5:32: compare.by: `dropout.kind` occurs twice; keep one"
      ),
      ("{by: dropout.kind}", "g:5:5: compare: has no `factor`: the axis whose values are compared"),
      (
        "{factor: dropout.kind, across: pool}",
        "g:5:28: unknown key `compare.across`; the keys here are factor or by"
      ),
      (
        "dropout.kind",
        "g:5:5: compare: a comparison is a mapping such as {factor: dropout.placement, by: [pool]}, not `dropout.kind`"
      ),
    ] {
      #expect(problems(base + "  - \(line)") == [message])
    }
  }
}
