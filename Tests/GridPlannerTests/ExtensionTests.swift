import ExperimentModel
import GridPlanner
import Testing

/// Grids that extend others, and what the command line says of groups.
@Suite struct ExtensionTests {
  static let grid = """
    dropout: {rate: [0, 0.5], kind: [element-wise, spatial]}
    seed: 1..3

    """

  private func extended(
    _ text: String, overrides: [String] = [], from earlier: [String]
  ) throws -> PlannedGrid {
    try GridFile.parse(text, name: "g", overrides: overrides).layOut(
      extending: earlier.map { try GridFile.parse(recorded: $0, name: "e") }, cards: cards,
      numericsVersion: 1)
  }

  @Test func moreSeedsMakeThePlanOfAllSeeds() throws {
    let union = try extended(Self.grid, overrides: ["seed=1..5"], from: [Self.grid])
    #expect(try union.plan == plan(Self.grid, overrides: ["seed=1..5"]))
    #expect(union.ownTrials == Array(0..<union.trialCount))
    #expect(try extended(Self.grid, from: [Self.grid]).plan == plan(Self.grid))
  }

  @Test func whatTheNewGridDropsStays() throws {
    let union = try extended(
      Self.grid, overrides: ["dropout.rate=0.5,0.7", "seed=3..4"], from: [Self.grid])
    // 2 rates × 2 kinds × 2 seeds, and of the old ones all but rate 0.5 at seed 3.
    #expect(union.cellCount == 8 + 10)
    let old = try plan(Self.grid).trials.map(\.id)
    let ids = union.plan.trials.map(\.id)
    #expect(Set(old).isSubset(of: ids))
    let own = try plan(Self.grid, overrides: ["dropout.rate=0.5,0.7", "seed=3..4"]).trials.map(\.id)
    #expect(Set(union.ownTrials.map { ids[$0] }) == Set(own))
    // Whole blocks: the new grid's seeds first.
    let blocks = try union.plan.texts("seed").reduce(into: [String]()) {
      if $0.last != $1 { $0.append($1) }
    }
    #expect(blocks == ["3", "4", "1", "2"])
  }

  @Test func aFixedSettingThatChangesBecomesAColumn() throws {
    let union = try extended(Self.grid, overrides: ["epochs=20"], from: [Self.grid]).plan
    #expect(union.cells.count == 24)
    #expect(try Set(union.cellTexts("epochs")) == ["10", "20"])
    #expect(Set(union.trials.map(\.id)).count == union.trials.count)
  }

  @Test func anAxisThatIsNewIsEmptyForOldCellsUnlessTheirTrialIsThere() throws {
    let union = try extended(
      Self.grid, overrides: ["pool=max,average", "dropout.rate=0.5"], from: [Self.grid]
    ).plan
    // `small` pools by maximum: the old cells of rate 0.5 are the new ones of `max`.
    #expect(union.cells.count == 2 * 2 * 3 + 2 * 3)
    let pools = try union.cellTexts("pool")
    #expect(try zip(pools, union.cellTexts("rate")).allSatisfy { ($0 == "") == ($1 == "0") })
  }

  @Test func severalGridsAreExtended() throws {
    let second = Self.grid + "epochs: 20\n"
    let third = try extended(
      Self.grid, overrides: ["epochs=30"], from: [Self.grid, second, Self.grid])
    #expect(third.cellCount == 36)
    #expect(third.ownTrials.count == third.trialCount / 3)
  }

  @Test func theFirstGridsWeightsStay() throws {
    // A thousand seeds of vgg28 are beyond 1 GiB: alone, they would keep none.
    let text = "model: vgg28\nseed: 1..2\n"
    #expect(try plan(text).weights == .final)
    #expect(try layout(text, overrides: ["seed=1..1000"]).weights == .none)
    #expect(try extended(text, overrides: ["seed=1..1000"], from: [text]).weights == .final)
    #expect(
      try extended(text, overrides: ["weights=none"], from: [text, text]).weights == .none)
  }

  static let groups = """
    groups:
      regularisation:
        none: {}
        light: {dropout.rate: 0.1}
        heavy: {dropout.rate: 0.5, dropout.dense: 0.5}
    seed: 1..2

    """

  @Test func groupsAreAskedForByNameOnTheCommandLine() throws {
    let chosen = try plan(Self.groups, overrides: ["regularisation=heavy,none"])
    #expect(try chosen.cellTexts("regularisation") == ["heavy", "heavy", "none", "none"])
    #expect(try chosen.texts("rate").contains("0.5"))
    let one = try plan(Self.groups, overrides: ["regularisation=light"])
    #expect(one.trials.count == 2)
    #expect(one.trials.allSatisfy { $0.spec.dropout.map(\.rate) == [0.1, 0.1] })
    let grid = try GridFile.parse(Self.groups, name: "g", overrides: ["regularisation=light"])
    #expect(try GridFile.parse(recorded: grid.text, name: "g").combinations == grid.combinations)
    // A level that comes later is one more level of the same column.
    let union = try extended(
      Self.groups, overrides: ["regularisation=light,heavy"],
      from: [GridFile.parse(Self.groups, name: "g", overrides: ["regularisation=none"]).text])
    #expect(union.cellCount == 6)
  }

  @Test(arguments: [
    ("regularisation=hevy", "has no level `hevy`; did you mean `heavy`?"),
    ("regularisation=light,light", "names `light` twice"),
    ("regularisation=[1]", "has no level `1`"),
    ("regularization=light", "did you mean `regularisation`?"),
    ("dropout.rate=0.3", "is set in `zip`, `groups`"),
    ("sample.cout=3", "unknown key `sample.cout`; did you mean `count`?"),
  ])
  func mistakes(override: String, part: String) {
    let found = problems(Self.groups, overrides: [override])
    #expect(found.first?.hasPrefix("command line: ") == true, "\(found)")
    #expect(found.contains { $0.contains(part) }, "\(found)")
  }

  @Test func aCommentThatLooksLikeOverridesIsNone() throws {
    let text = Self.grid + "# overrides: [\"seed=7\"]\n"
    let grid = try GridFile.parse(text, name: "g")
    let again = try GridFile.parse(recorded: grid.text, name: "g")
    #expect(again.combinations == grid.combinations)
  }
}
