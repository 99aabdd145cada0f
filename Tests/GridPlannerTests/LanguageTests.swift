import ExperimentModel
import GridPlanner
import Testing

/// What can be said about axes: progressions, axes in step, groups, parts and conditions.
@Suite struct LanguageTests {
  @Test(arguments: [
    ("dropout: {rate: {linspace: [0, 0.5, 6]}}", "rate", ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]),
    ("dropout: {rate: {range: [0, 0.3, 0.1]}}", "rate", ["0", "0.1", "0.2", "0.3"]),
    ("dropout: {rate: [0, {linspace: [0.5, 0.9, 3]}]}", "rate", ["0", "0.5", "0.7", "0.9"]),
    ("seed: {range: [1, 10, 4]}", "seed", ["1", "5", "9"]),
    ("batch: {range: [64, 16, -16]}", "batch", ["64", "48", "32", "16"]),
    (
      "optimiser: {learning-rate: {logspace: [0.001, 0.1, 3]}}", "learning_rate",
      ["0.001", "0.01", "0.1"]
    ),
    ("batch: {logspace: [8, 64, 4]}", "batch", ["8", "16", "32", "64"]),
  ])
  func progressions(text: String, column: String, expected: [String]) throws {
    #expect(try plan(text).cellTexts(column) == expected)
  }

  @Test(arguments: [
    (
      "batch: {range: [1, 9]}",
      "g:1:16: batch: range takes [first, last, step], not a list of another length"
    ),
    (
      "batch: {range: [9, 1, 2]}",
      "g:1:16: batch: a range goes from the first number to the last in steps towards it, not by 2"
    ),
    (
      "batch: {linspace: [1, 8, 3]}",
      "g:1:19: batch: `4.5` is not a whole number; write it in digits, without point, exponent or separator"
    ),
    (
      "dropout: {rate: {linspace: [0, 1, 3]}}",
      "g:1:28: dropout.rate: 1 is not a rate; a rate is at least 0 and below 1"
    ),
    (
      "dropout: {rate: {linspace: [0, 0.5, 1]}}",
      "g:1:28: dropout.rate: the count of a linspace is a whole number from 2, not 1"
    ),
    (
      "dropout: {rate: {logspace: [0, 0.5, 3]}}",
      "g:1:28: dropout.rate: the ends of a logspace are above 0"
    ),
    (
      "dropout: {rate: {linspce: [0, 0.5, 3]}}",
      "g:1:18: dropout.rate: unknown key `linspce`; did you mean `linspace`?"
    ),
    (
      "dropout: {rate: {linspace: [0, 0.5, x]}}",
      "g:1:37: dropout.rate: `x` is not a number; a number here is at least -1e+18 and at most 1e+18"
    ),
    (
      "seed: {range: [0, 1e17, 1]}",
      "g:1:15: seed: that is 1e+17 values; an axis has at most 1,000,000"
    ),
  ])
  func progressionsThatMakeNoSense(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func axesInStepAreOneAxis() throws {
    let plan = try plan(
      """
      zip: {dropout.rate: [0.1, 0.2, 0.4], optimiser: {learning-rate: [0.1, 0.05, 0.05]}}
      seed: 1..2
      """)
    #expect(plan.cells.count == 6)
    #expect(plan.cellColumns.map(\.name) == ["rate", "seed"])
    #expect(try plan.texts("rate") == ["0.1", "0.2", "0.4", "0.1", "0.2", "0.4"])
    #expect(try plan.texts("learning_rate") == ["0.1", "0.05", "0.05", "0.1", "0.05", "0.05"])
    #expect(plan.comparisons == [Comparison(factor: "rate", by: [])])
  }

  @Test(arguments: [
    ("zip: {batch: [8, 8], epochs: [1, 2]}", "g:1:18: batch: 8 occurs twice; keep one"),
    (
      "zip: {batch: [8, 16], epochs: [1, 2, 3]}",
      "g:1:31: zip: `epochs` has 3 values and `batch` 2; axes in step are lists of one length"
    ),
    (
      "zip: {batch: [8, 16], epochs: [1, 2]}\nbatch: 9",
      "g:1:15: batch: is set in two places, which cannot both hold; keep one"
    ),
    (
      "zip: [batch]",
      "g:1:7: zip: is a mapping of axes of one length such as {dropout.rate: [0.1, 0.5], batch: [16, 32]}, not `batch`"
    ),
    (
      "zip: {bach: [8, 16]}", "g:1:7: zip: unknown key `bach`; did you mean `batch`?"
    ),
    (
      "groups: {arm: {a: {batch: [1, 2]}}}",
      "g:1:27: groups.arm.a: `batch` has one value in a group, not an axis"
    ),
    (
      "groups: {batch: {a: {batch: 1}}}",
      "g:1:10: groups: `batch` is a setting; give the group another name"
    ),
    (
      "groups: {block-size: {a: {batch: 1}}}",
      "g:1:10: groups: `block-size` is a setting; give the group another name"
    ),
    (
      "groups: {a-b: {x: {batch: 1}}, a_b: {x: {}}}",
      "g:1:32: groups: `a_b` and `a-b` are one name in the results file, `a_b`; rename one"
    ),
    (
      "groups: {arm: {a: {batch: 1}}}\nbatch: [1, 2]",
      "g:2:9: batch: is set in two places, which cannot both hold; keep one"
    ),
    (
      "union: {}",
      "g:1:8: union: is a list of grids that are put together, not a mapping"
    ),
    (
      "union: [{batch: 1}]\nsample: {count: 3}",
      "g:2:9: sample: belongs into the branches of `union`, where there is one"
    ),
    (
      "zip: {batch: [8, 16]}\nunion: [{batch: 8}]\nwhen: {if: batch == 8, batch: [1]}",
      "g:3:31: batch: is an axis of the grid already; give it in one place"
    ),
    (
      "when: {batch: [8, 16]}",
      "g:1:7: when: is a list of mappings such as {if: dropout.rate > 0, dropout.kind: [spatial]}, not a mapping without `if`"
    ),
    (
      "dropout: {rate: [0, 0.5]}\nwhen: {if: dropout.rate > 0, seed: 1..3}",
      "g:2:36: seed: repeats a trial; it has no condition"
    ),
    (
      "seed: 1\nmerge: [spatial-mix]",
      "g:2:9: merge: `spatial-mix` is not known; did you mean spatial-max? It is mask-seed, spatial-max, spatial-average, one-pixel, relu, leaky-relu, noise-shape or row"
    ),
    (
      "union: [{dropout: {rate: 0}, dropout.rate: 0.5}]",
      "g:1:44: dropout.rate: is set twice, here and in another spelling; keep one"
    ),
  ])
  func partsThatMakeNoSense(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func groupsAreSweptAsOne() throws {
    let plan = try plan(
      """
      dropout: {dense: 0}
      groups:
        arm:
          none: {}
          dense-only: {dropout.dense: 0.5}
          all-layers: {dropout: {rate: 0.25, dense: 0.5}}
      seed: 1..2
      compare: [{factor: arm}]
      """)
    #expect(plan.cellColumns.map(\.name) == ["arm", "seed"])
    #expect(try plan.cellTexts("arm").prefix(3) == ["none", "none", "dense-only"])
    #expect(try plan.texts("arm").prefix(3) == ["none", "dense-only", "all-layers"])
    #expect(plan.trials.prefix(3).map(\.spec.dropout.count) == [0, 1, 3])
    #expect(plan.comparisons == [Comparison(factor: "arm", by: [])])
  }

  @Test func aUnionPutsGridsTogetherWithoutRepeatingCells() throws {
    let plan = try plan(
      """
      batch: 16
      union:
        - {dropout: {rate: 0}}
        - {dropout: {rate: [0, 0.25], kind: [element-wise, spatial]}, batch: 8}
        - {dropout.rate: 0}
      seed: 1..2
      """)
    #expect(plan.cells.count == 2 + 8)
    #expect(plan.cellColumns.map(\.name) == ["seed", "rate", "kind", "batch"])
    #expect(try plan.cellTexts("batch").prefix(3) == ["16", "16", "8"])
    #expect(plan.trials.count == 2 + 2 + 4)
  }

  @Test func aConditionalAxisVariesWhereItsConditionHolds() throws {
    let plan = try plan(
      """
      dropout: {rate: [0, 0.25]}
      when:
        - if: dropout.rate > 0
          dropout: {placement: [before-pool, after-pool]}
          optimiser.decay: 1.0e-6
        - {if: dropout.placement == before-pool, dropout.kind: [element-wise, spatial]}
      seed: 1..2
      """)
    #expect(plan.cells.count == 2 * (1 + 2 + 1))
    #expect(plan.trials.count == plan.cells.count)
    // What a trial was trained with is not empty, idle or not.
    #expect(try Set(plan.texts("decay")) == ["0", "1e-06"])
    #expect(try plan.cellTexts("decay").prefix(3) == ["", "", "1e-06"])
    #expect(
      try plan.cellTexts("placement") == [
        "", "", "before-pool", "before-pool", "after-pool", "before-pool", "before-pool",
        "after-pool",
      ])
    #expect(
      try plan.cellTexts("kind") == [
        "", "", "element-wise", "spatial", "", "element-wise", "spatial", "",
      ])
  }

  @Test func includedCellsStandBesideTheGridWhateverIsExcluded() throws {
    let plan = try plan(
      """
      dropout: {rate: [0, 0.25], kind: [element-wise, spatial]}
      exclude: [dropout.kind == spatial and dropout.rate > 0]
      include: [{dropout.rate: 0.9, dropout.kind: spatial}]
      seed: 1..2
      """)
    #expect(plan.cells.count == 6 + 2)
    #expect(try plan.cellTexts("rate").suffix(2) == ["0.9", "0.9"])
  }

  @Test func sitesOfTheirOwn() throws {
    let plan = try plan(
      """
      merge: false
      dropout:
        rate: 0.1
        dense: 0.5
        block1: {rate: 0.2, kind: spatial, placement: before-pool}
        block2: {before-pool: {rate: [0, 0.3]}, after-pool: {kind: spatial}}
        dense1: {rate: 0}
      """)
    #expect(plan.cellColumns.map(\.name) == ["block2.before-pool.rate"])
    let first = DropoutSpec(site: .beforePool(block: 1), kind: .spatial, rate: 0.2)
    let last = DropoutSpec(site: .afterPool(block: 2), kind: .spatial, rate: 0.1)
    #expect(
      plan.trials.map(\.spec.dropout) == [
        [first, last],
        [first, DropoutSpec(site: .beforePool(block: 2), kind: .elementWise, rate: 0.3), last],
      ])
    #expect(try plan.texts("placement") == ["mixed", "mixed"])
    #expect(try plan.texts("rate") == ["0.2", "0.3"])
  }

  @Test(arguments: [
    (
      "dropout: {block3: {rate: 0.5}}",
      "g:1:26: dropout.block3.rate: block 3 of `small` has no pool; those with one are 1, 2"
    ),
    (
      "dropout: {dense2: {rate: 0.5}}",
      "g:1:26: dropout.dense2.rate: `small` has 1 hidden dense layer"
    ),
    (
      "dropout: {block1: {rat: 0.5}}",
      "g:1:20: unknown key `dropout.block1.rat`; did you mean `rate`?"
    ),
    (
      "dropout: {block1: {after-pool: {placement: before-pool}}}",
      "g:1:33: unknown key `dropout.block1.after-pool.placement`; did you mean `dropout.placement`?"
    ),
    (
      "dropout: {block0: {rate: 0.5}}",
      "g:1:11: unknown key `dropout.block0`; the keys here are rate, placement, kind, noise-shape, block-size and so on (docs/grids.md has all 16)"
    ),
    (
      "dropout: {dense1: 0.5}",
      "g:1:19: dropout.dense1: is a mapping of rate, kind, noise-shape, block-size, block-channels, block-centres, inference, inference-samples, schedule, schedule-epochs or input, not `0.5`"
    ),
  ])
  func sitesThatMakeNoSense(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  /// Names of columns, log fields and keys of output.
  @Test(
    arguments: [
      "trial", "rule", "event", "time", "worker", "id", "flops", "status", "engine", "trial-id",
      "test_loss", "final_test_loss", "cell_trial", "generation",
    ])
  func aGroupHasANameOfItsOwn(name: String) throws {
    let grid = "groups: {\(name): {a: {}, b: {batch: 1}}}"
    #expect(
      problems(grid) == [
        "g:1:10: groups: `\(name)` is the name of something else in results files, tables or logs; "
          + "give the group another name"
      ])
    #expect(throws: Never.self) { try GridFile.parse(recorded: grid, name: "g") }
  }

  @Test func theSameOverrideTwiceNamesBoth() throws {
    let twice = [
      "data.train=100", "data=fashion-mnist", "data.train=200", "data.name=fashion-mnist",
    ]
    #expect(
      problems("epochs: 1", overrides: twice) == [
        "command line: data.train: is given twice, by `data.train=100` and `data.train=200`; keep one, "
          + "or list the values with commas in between",
        "command line: data.name: is given twice, by `data=fashion-mnist` and "
          + "`data.name=fashion-mnist`; keep one, or list the values with commas in between",
      ])
    // What a results file says of a run before this was a mistake.
    let recorded = "epochs: 1\n# overrides: [\"batch=8\",\"batch=16\"]\n"
    let old = try GridFile.parse(recorded: recorded, name: "g")
    #expect(old.constants(beside: []).contains { $0.name == "batch" && $0.text(at: 0) == "16" })
  }

  @Test func thePlanSaysWhereSeedsNeverPair() throws {
    let never = "never, as no seed has two of its values"
    func text(_ grid: String) throws -> String {
      PlanReport(try layout(grid)).text(rows: 0)
        .split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    #expect(
      try text("union:\n  - {batch: 8, seed: 1..3}\n  - {batch: 16, seed: 4..6}").contains(never))
    #expect(try text("zip: {batch: [8, 16], seed: [1, 2]}").contains(never))
    #expect(
      try !text("union:\n  - {batch: 8, seed: 1..3}\n  - {batch: 16, seed: 3..6}").contains(never))
    let holes = "batch: [8, 16]\nseed: 1..3\nexclude: batch == 8 and seed == 1"
    #expect(try !text(holes).contains(never))
  }
}
