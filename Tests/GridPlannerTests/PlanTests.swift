import ExperimentModel
import GridPlanner
import Testing

/// Cells, trials and their order.
@Suite struct PlanTests {
  @Test func theMarginIsANumberOfPoints() throws {
    #expect(try plan("epochs: 1").margin == nil)
    #expect(try plan("epochs: 1\nmargin: 0.5").margin == 0.5)
    #expect(try plan("epochs: 1", overrides: ["margin=2"]).margin == 2)
    for value in ["0", "101", "small", "[1, 2]", ".nan"] {
      #expect(problems("margin: \(value)").first?.hasPrefix("g:1:9: margin") == true)
    }
  }

  static let placement = """
    pool: [max, average]
    dropout:
      rate: [0, 0.25, 0.5]
      placement: [before-pool, after-pool]
      kind: [element-wise, spatial]
    seed: 1..3
    merge: false
    """

  @Test func rateZeroIsTrainedOnce() throws {
    let plan = try plan(Self.placement)
    #expect(plan.cells.count == 2 * 3 * 2 * 2 * 3)
    #expect(plan.trials.count == 2 * (1 + 2 * 2 * 2) * 3)
    let rate = try plan.cellTexts("rate")
    for (index, cell) in plan.cells.enumerated() {
      let trial = plan.trials[cell.trial]
      #expect(trial.spec.dropout.isEmpty == (rate[index] == "0"))
    }
    let rules = Dictionary(grouping: plan.cells, by: \.rule).mapValues(\.count)
    #expect(rules == ["": 54, "rate 0: placement and kind do not matter": 18])
    // The cell with a trial of its own is the first of those that share it.
    for (trial, cells) in Dictionary(grouping: plan.cells.indices, by: { plan.cells[$0].trial }) {
      #expect(plan.cells[cells[0]].rule.isEmpty, "trial \(trial)")
      #expect(cells.dropFirst().allSatisfy { !plan.cells[$0].rule.isEmpty })
    }
  }

  @Test func whereTheRateIsZeroPlacementAndKindAreEmpty() throws {
    let plan = try plan(Self.placement)
    let rate = try plan.texts("rate")
    for name in ["placement", "kind"] {
      for (value, rate) in zip(try plan.texts(name), rate) {
        #expect(value.isEmpty == (rate == "0"))
      }
    }
  }

  @Test func trialsComeInBalancedBlocksOfSeeds() throws {
    let plan = try plan(Self.placement)
    let seeds = plan.trials.map(\.spec.seed.order)
    #expect(
      seeds == Array(repeating: 1, count: 18) + Array(repeating: 2, count: 18)
        + Array(repeating: 3, count: 18))
    // Within a block as the cells: equal trials keep the order of the file.
    #expect(
      try plan.texts("pool").prefix(18)
        == ArraySlice(
          Array(repeating: "max", count: 9) + Array(repeating: "average", count: 9)))
  }

  @Test func theLongestComesFirstWithinABlock() throws {
    let plan = try plan("model: [small, vgg28]\nepochs: [1, 3]\nseed: 1..2")
    #expect(
      try plan.texts("model") == ["vgg28", "vgg28", "small", "small"] + [
        "vgg28", "vgg28", "small", "small",
      ])
    #expect(try plan.texts("epochs") == ["3", "1", "3", "1", "3", "1", "3", "1"])
    #expect(plan.epochs == 3)
    for block in [0..<4, 4..<8] {
      let flops = plan.trials[block].map(\.flops)
      #expect(flops == flops.sorted(by: >))
    }
  }

  @Test func theLastAxisOfTheFileVariesFastest() throws {
    let plan = try plan("seed: 1..2\nbatch: [16, 8]")
    #expect(plan.cellColumns.map(\.name) == ["seed", "batch"])
    #expect(try plan.cellTexts("seed") == ["1", "1", "2", "2"])
    #expect(try plan.cellTexts("batch") == ["16", "8", "16", "8"])
  }

  @Test func aGridWithoutAxesIsOneTrial() throws {
    let plan = try plan("title: one")
    #expect(plan.trials.count == 1)
    #expect(plan.cells == [PlannedCell(trial: 0, rule: "")])
    #expect(plan.cellColumns.isEmpty)
    #expect(plan.comparisons.isEmpty)
    #expect(
      plan.trials[0].spec
        == TrialSpec(
          network: .small, dropout: [],
          optimiser: OptimiserSpec(learningRate: 0.05, momentum: 0.9, nesterov: true), batch: 32,
          epochs: 10, data: DataSpec(name: "fashion-mnist-mini"), seed: Seed(1)))
  }

  @Test func sitesAreCanonical() throws {
    let plan = try plan(
      "merge: false\ndropout: {rate: 0.25, placement: before-pool, kind: spatial, dense: 0.5}")
    #expect(
      plan.trials[0].spec.dropout == [
        DropoutSpec(site: .beforePool(block: 1), kind: .spatial, rate: 0.25),
        DropoutSpec(site: .beforePool(block: 2), kind: .spatial, rate: 0.25),
        DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5),
      ])
  }

  @Test func excludedCellsAreLeftOut() throws {
    let plan = try plan(
      Self.placement + "\nexclude:\n  - {dropout.kind: spatial, dropout.rate: [0.25, 0.5]}\n"
        + "  - {seed: 2..3, pool: average}\n")
    #expect(plan.cells.count == 72 - 24 - 2 * 12 + 2 * 4)
    for index in plan.cells.indices {
      let cell = try ["kind", "rate", "seed", "pool"].map { try plan.cellTexts($0)[index] }
      #expect(!(cell[0] == "spatial" && cell[1] != "0"))
      #expect(!(cell[2] != "1" && cell[3] == "average"))
    }
    #expect(try Set(plan.texts("kind")) == ["", "element-wise"])
  }

  @Test(arguments: [
    (
      "{pool: max}",
      "g:3:6: exclude: `pool` is no axis of this grid, so that no cell differs in it; leave it out"
    ),
    ("{batch: 9}", "g:3:13: exclude: 9 is no value of `batch`, which takes 8, 16"),
    ("{bach: 8}", "g:3:6: exclude: there is no setting `bach`; did you mean `batch`?"),
    ("{rate: 8}", "g:3:6: exclude: there is no setting `rate`; did you mean `dropout.rate`?"),
    ("{batch: [8, 16]}", "g:3:3: exclude: every cell is excluded; leave out a rule"),
    (
      "batch",
      "g:3:5: exclude: a rule is a mapping such as {dropout.kind: spatial, dropout.rate: 0.5}, not `batch`"
    ),
    (
      "{}",
      "g:3:5: exclude: a rule is a mapping such as {dropout.kind: spatial, dropout.rate: 0.5}, not a mapping"
    ),
  ])
  func rulesThatExcludeNothingOrEverythingAreErrors(rule: String, expected: String) {
    #expect(problems("batch: [8, 16]\nexclude:\n  - \(rule)") == [expected])
  }

  @Test func splitSeedsAreCrossedAndTheMasksMatterOnlyWithDropout() throws {
    let plan = try plan("dropout: {rate: [0, 0.5]}\nseed: {init: 3, order: 1..2, mask: 5..7}")
    #expect(plan.cells.count == 12)
    #expect(plan.trials.count == 2 + 6)
    #expect(Set(plan.cells.map(\.rule)) == ["", "no dropout: the mask seed does not matter"])
    #expect(Set(plan.trials.map(\.spec.seed)).count == 8)
    for name in ["seed", "seed_init"] { #expect(try Set(plan.texts(name)) == ["3"]) }
    #expect(try plan.texts("seed_order") == plan.trials.map { "\($0.spec.seed.order)" })
    #expect(try plan.texts("seed_mask") == plan.trials.map { "\($0.spec.seed.mask)" })
    for trial in plan.trials where trial.spec.dropout.isEmpty { #expect(trial.spec.seed.mask == 3) }
  }

  @Test func theSameExperimentInOtherWordsIsOneTrial() throws {
    var cards = cards
    cards["idx:copy"] = cards["fashion-mnist-mini"].map {
      DatasetCard(
        name: "idx:copy", shape: $0.shape, classes: 10, train: $0.train, test: $0.test,
        fingerprint: $0.fingerprint)
    }
    let plan = try plan("data: [fashion-mnist-mini, 'idx:copy']\nseed: 1..2", cards: cards)
    #expect(plan.cells.count == 4)
    #expect(plan.trials.count == 2)
    #expect(plan.cells.map(\.trial) == [0, 1, 0, 1])
    #expect(
      plan.cells.map(\.rule) == [
        "", "", "the same trial in other words", "the same trial in other words",
      ])
    #expect(plan.datasets.map(\.name) == ["fashion-mnist-mini", "idx:copy"])
  }

  @Test func dataNamesAreThoseOfEveryCell() throws {
    #expect(try GridFile.parse("seed: 1", name: "g").dataNames == ["fashion-mnist-mini"])
    #expect(
      try GridFile.parse("data: ['idx:b', 'idx:a']", name: "g").dataNames == ["idx:a", "idx:b"])
    #expect(problems("data: 'idx:a'") == ["g:1:7: data.name: the data set `idx:a` was not loaded"])
  }

  @Test func thePlanIsTheSameEveryTime() throws {
    #expect(try plan(Self.placement) == plan(Self.placement))
  }
}
