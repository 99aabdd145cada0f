import GridPlanner
import Testing

/// Boolean expressions over axes.
@Suite struct ConditionTests {
  static let axes = """
    dropout: {rate: [0, 0.25, 0.5], kind: [element-wise, spatial]}
    pool: [max, average]
    seed: 1..4

    """

  private func cells(_ line: String) throws -> Int { try plan(Self.axes + line).cells.count }

  @Test(arguments: [
    ("dropout.rate > 0", 2 * 2 * 2 * 4), ("dropout.rate >= 0.25 and pool == max", 2 * 2 * 4),
    ("not dropout.rate == 0", 32), ("dropout.rate != 0", 32), ("seed in 2..3", 24),
    ("seed in [1, 4]", 24), ("seed not in [1, 4]", 24),
    ("dropout.rate == 0.5 or pool == max and seed == 1", 16 + 4),
    ("(dropout.rate == 0.5 or pool == max) and seed == 1", 2 * 2 + 4),
    ("not (pool == 'max' or dropout.rate < 0.5)", 8), ("seed <= 2 and not not seed > 1", 12),
  ])
  func onlyKeepsWhatHoldsAndExcludeTheRest(condition: String, expected: Int) throws {
    #expect(try cells("only: \(condition)") == expected)
    #expect(try cells("only: [\"\(condition)\"]") == expected)
    #expect(try cells("exclude: [\"\(condition)\"]") == 48 - expected)
  }

  @Test(arguments: [
    ("dropout.rte > 0", "8: only: there is no setting `dropout.rte`; did you mean `dropout.rate`?"),
    ("pool > max", "13: only: `pool` is no number, so that nothing is more or less; use == or in"),
    ("pool = max", "13: only: `=` stands where ==, !=, <, <=, >, >= or in should"),
    ("dropout.rate > 2", "23: only: 2 is not a rate; a rate is at least 0 and below 1"),
    (
      "dropout.rate == 0.3", "24: only: 0.3 is no value of `dropout.rate`, which takes 0, 0.25, 0.5"
    ),
    (
      "batch == 8",
      "8: only: `batch` is no axis of this grid, so that no cell differs in it; leave it out"
    ),
    ("pool == max or", "22: only: ends where a setting such as `dropout.rate` should follow"),
    ("(pool == max", "20: only: ends where `)` should follow"),
    ("pool == max max", "20: only: `max` is not expected here; join tests by and / or"),
    ("seed in 3", "16: only: `3` is neither a list nor a span"),
    ("pool in max", "16: only: `max` is no list; write [max]"),
    ("pool == 'max", "16: only: the quotes are not closed"),
    ("pool == $x", "16: only: `$` has no meaning in a condition"),
  ])
  func mistakesHaveTheirPlace(condition: String, expected: String) {
    #expect(problems(Self.axes + "only:  \(condition)") == ["g:4:\(expected)"])
  }

  @Test func deepAndLongConditionsAreErrors() {
    let deep = String(repeating: "(", count: 60) + "seed == 1" + String(repeating: ")", count: 60)
    #expect(problems(Self.axes + "only: \(deep)").first?.contains("nested too deeply") == true)
    let long = Array(repeating: "seed == 1", count: 1000).joined(separator: " or ")
    #expect(problems(Self.axes + "only: \(long)").first?.contains("at most 4000") == true)
  }
}

/// Settings from the command line.
@Suite struct OverrideTests {
  static let text = """
    data: fashion-mnist-mini
    dropout: {rate: [0, 0.5], kind: spatial}
    seed: {init: 1..2, mask: 3}
    """

  @Test(arguments: [
    (["dropout.rate=0,0.25"], "dropout: {rate: [0, 0.25], kind: spatial}"),
    (["dropout.rate=0.25"], "dropout: {rate: 0.25, kind: spatial}"),
    (["dropout.rate=[0, 0.25]"], "dropout: {rate: [0, 0.25], kind: spatial}"),
    (["dropout.rate=linspace(0,0.5,3)"], "dropout: {rate: [0, 0.25, 0.5], kind: spatial}"),
    (["dropout.kind=element-wise"], "dropout: {rate: [0, 0.5], kind: element-wise}"),
    (
      ["dropout.block1.after-pool.rate=0.1"],
      "dropout: {rate: [0, 0.5], kind: spatial, block1: {after-pool: {rate: 0.1}}}"
    ),
    (
      ["batch=8,16", "epochs=3"],
      "dropout: {rate: [0, 0.5], kind: spatial}\nbatch: [8, 16]\nepochs: 3"
    ),
    (
      ["model.dense=[[64],[32,16]]"],
      "dropout: {rate: [0, 0.5], kind: spatial}\nmodel: {dense: [[64], [32, 16]]}"
    ),
  ])
  func anOverrideMeansWhatItMeansInTheFile(overrides: [String], file: String) throws {
    let left = try plan(Self.text, overrides: overrides)
    let right = try plan("data: fashion-mnist-mini\n\(file)\nseed: {init: 1..2, mask: 3}")
    #expect(left.trials.count > 0)
    #expect(Set(left.trials.map(\.id)) == Set(right.trials.map(\.id)))
    #expect(left.cells.count == right.cells.count)
    // What the results file keeps means the same when it is read again.
    #expect(left.gridText.hasPrefix(Self.text + "\n# overrides: ["))
    let again = try GridFile.parse(recorded: left.gridText, name: "x")
    #expect(again.text == left.gridText)
    #expect(again.axes == (try GridFile.parse(Self.text, name: "x", overrides: overrides)).axes)
  }

  @Test func wholeSectionsAreReplacedAndExtended() throws {
    #expect(try plan(Self.text, overrides: ["seed=1..10"]).trials.count == 20)
    #expect(try plan(Self.text, overrides: ["seed.order=1..3"]).trials.count == 12)
    let data = try plan(Self.text, overrides: ["data.train=100", "data=fashion-mnist"])
    #expect(
      data.trials.allSatisfy { $0.spec.data.name == "fashion-mnist" && $0.spec.data.train == 100 })
    #expect(try plan(Self.text, overrides: ["title=a, b: c"]).title == "a, b: c")
    #expect(
      try plan(Self.text, overrides: ["data='random:28x28x1,classes=10,train=200,test=100,seed=1'"])
        .datasets[0].classes == 10)
  }

  @Test(arguments: [
    (
      "dropout.rate=2",
      "command line: dropout.rate: 2 is not a rate; a rate is at least 0 and below 1"
    ),
    (
      "dropout.rte=0",
      "command line: there is no setting `dropout.rte`; did you mean `dropout.rate`?"
    ),
    ("rate=0", "command line: there is no setting `rate`; did you mean `dropout.rate`?"),
    (
      "extra.yaml",
      "command line: `extra.yaml` is no override; write a setting and its values such as dropout.rate=0,0.5"
    ),
    (
      "dropout.placement=before-norm",
      "command line: dropout.placement: `dropout.rate` 0.5 has nowhere to go: `small` has no "
        + "normalisation; set it to 0 or set `model.normalisation`"
    ),
    (
      "dropout.kind=noise-shape",
      "command line: dropout.kind: noise-shape dropout needs `dropout.noise-shape`, which is not given"
    ),
    ("batch=", "command line: batch: has no value; give one or leave the key out"),
    ("batch=8,8", "command line: batch: 8 occurs twice; keep one"),
    (
      "batch=[8",
      "command line: batch: not YAML: while parsing a flow sequence, did not find expected ',' or ']'"
    ),
  ])
  func mistakesAreOfTheCommandLine(override: String, expected: String) {
    #expect(problems(Self.text, overrides: [override]) == [expected])
  }

  @Test func whatVariesInAPartOfTheFileIsOutOfReach() {
    let text = "zip: {batch: [8, 16], epochs: [1, 2]}\nunion: [{dropout: {rate: 0.5}}]"
    for path in ["batch=8", "dropout.rate=0"] {
      #expect(
        problems(text, overrides: [path]).first?.hasSuffix("does not reach; change it there")
          == true)
    }
  }
}
