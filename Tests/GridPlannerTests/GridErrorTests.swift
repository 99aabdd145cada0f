import GridPlanner
import Testing

/// Every mistake is one line: file, line, column, setting, value and remedy.
@Suite struct GridErrorTests {
  @Test(arguments: [
    // Values.
    (
      "dropout:\n  rate: 1.5",
      "g:2:9: dropout.rate: 1.5 is not a rate; a rate is at least 0 and below 1"
    ),
    (
      "dropout: {rate: [0, 1]}",
      "g:1:21: dropout.rate: 1 is not a rate; a rate is at least 0 and below 1"
    ),
    (
      "dropout: {rate: -0.1}",
      "g:1:17: dropout.rate: -0.1 is not a rate; a rate is at least 0 and below 1"
    ),
    (
      "dropout: {rate: .nan}",
      "g:1:17: dropout.rate: `.nan` is not a finite number; a rate is at least 0 and below 1"
    ),
    (
      "dropout: {rate: nan}",
      "g:1:17: dropout.rate: `nan` is not a finite number; a rate is at least 0 and below 1"
    ),
    (
      "optimiser: {decay: .inf}",
      "g:1:20: optimiser.decay: `.inf` is not a finite number; a decay is at least 0 and at most 1000"
    ),
    (
      "optimiser: {learning-rate: 1e999}",
      "g:1:28: optimiser.learning-rate: 1e999 is not a learning rate; a learning rate is above 0 and at most 1000"
    ),
    (
      "optimiser: {learning-rate: 0}",
      "g:1:28: optimiser.learning-rate: 0 is not a learning rate; a learning rate is above 0 and at most 1000"
    ),
    (
      "optimiser: {momentum: 0x0.8p0}",
      "g:1:23: optimiser.momentum: `0x0.8p0` is not a number; a momentum is at least 0 and below 1"
    ),
    (
      "dropout: {rate: 'half'}",
      "g:1:17: dropout.rate: `half` is text because of its quotes; leave them out"
    ),
    (
      "dropout: {rate: 0..0.5}",
      "g:1:17: dropout.rate: `0..0.5` is a span, and spans are of whole numbers; list the values: [0, 0.25, 0.5]"
    ),
    ("optimiser: {nesterov: yes}", "g:1:23: optimiser.nesterov: `yes` is neither true nor false"),
    (
      "batch: 1.5",
      "g:1:8: batch: `1.5` is not a whole number; write it in digits, without point, exponent or separator"
    ),
    ("batch: 0", "g:1:8: batch: 0 is out of range; it is 1 to 65536"),
    (
      "epochs: 010",
      "g:1:9: epochs: `010` starts with a zero, which YAML reads as octal; leave it out"
    ),
    ("seed: -1", "g:1:7: seed: -1 is out of range; it is 0 to 2^63 - 1"),
    (
      "seed: 9223372036854775808",
      "g:1:7: seed: 9223372036854775808 is out of range; it is 0 to 2^63 - 1"
    ),
    (
      "seed: 123456789012345678901234567890123456789012345",
      "g:1:7: seed: `1234567890123456789012345678901234567890…` is out of range; it is 0 to 2^63 - 1"
    ),
    (
      "dropout: {kind: spacial}",
      "g:1:17: dropout.kind: `spacial` is not known; did you mean spatial? It is element-wise, spatial, noise-shape, gaussian, alpha, drop-block, drop-connect or max-pooling"
    ),
    (
      "pool: sum",
      "g:1:7: pool: `sum` is not known; it is max, average, stochastic, strided or none"
    ),
    (
      "optimiser: {name: adam, epsilon: 1e-46}",
      "g:1:34: optimiser.epsilon: 1e-46 is 0 in single precision; an epsilon is above 0 and at most 1"
    ),
    (
      "optimiser: {momentum: 0.99999999999}",
      "g:1:23: optimiser.momentum: 0.99999999999 is 1 in single precision; a momentum is at least 0 and below 1"
    ),
    (
      "weights: best",
      "g:1:10: weights: best is chosen by validation loss, and there are no validation images: set data.validation above 0 (test images never choose)"
    ),
    (
      "weights: [none]",
      "g:1:10: weights: is none, final, best or every with a number of epochs (every 5), not a list"
    ),
    (
      "data: fashion-mnst",
      "g:1:7: data.name: `fashion-mnst` is not known; did you mean fashion-mnist? It is fashion-mnist-mini, fashion-mnist, idx:DIR, cifar10:DIR or random:…"
    ),
    (
      "data: 'idx:'",
      "g:1:7: data.name: `idx:` is not known; it is fashion-mnist-mini, fashion-mnist, idx:DIR, cifar10:DIR or random:…"
    ),
    ("batch:", "g:1:7: batch: has no value; give one or leave the key out"),
    ("batch: {size: 3}", "g:1:8: batch: takes a value or a list of values, not a mapping"),
    ("batch: [8, [16]]", "g:1:12: batch: each value of its list is one value, not a list"),
    ("batch: [8, null]", "g:1:12: batch: each value of its list is one value, not `null`"),
    ("batch: []", "g:1:8: batch: is an axis without values; give some or leave it out"),
    ("batch: [8, 16, 8]", "g:1:16: batch: 8 occurs twice; keep one"),
    ("seed: [1..4, 3]", "g:1:14: seed: 3 occurs twice; keep one"),
    (
      "dropout: {rate: [0.3, 0.5, 0.30000000000000004]}",
      "g:1:28: dropout.rate: 0.30000000000000004 is 0.3 to 12 digits, so that the two are one value "
        + "with a rounding error; keep one"
    ),
    ("dropout: {rate: [0, -0.0]}", "g:1:21: dropout.rate: 0 occurs twice; keep one"),
    ("title: [a]", "g:1:8: title: is text, not a list"),
    (
      "seed: [1..900000, 1000001..1900000, 2000001..2900000]",
      "g:1:37: seed: has more than 1,000,000 values; leave some out"
    ),
    // Spans.
    (
      "seed: 10..1",
      "g:1:7: seed: `10..1` runs backwards; a span goes from the smaller number to the larger: 1..10"
    ),
    (
      "seed: 1..x",
      "g:1:7: seed: `x` is not a whole number; write it in digits, without point, exponent or separator"
    ),
    (
      "seed: 0..9223372036854775807",
      "g:1:7: seed: `0..9223372036854775807` has 9223372036854775808 values; a grid has at most 1,000,000 cells"
    ),
    // Keys.
    ("optimizer: {decay: 0}", "g:1:1: unknown key `optimizer`; did you mean `optimiser`?"),
    (
      "data: {standardize: none}",
      "g:1:8: unknown key `data.standardize`; did you mean `standardise`?"
    ),
    ("rate: 0.5", "g:1:1: unknown key `rate`; did you mean `dropout.rate`?"),
    ("dropout.rate: 0.5", "g:1:1: unknown key `dropout.rate`; write `rate` under `dropout`"),
    (
      "seed: {initial: 3}",
      "g:1:8: unknown key `seed.initial`; the keys here are init, order or mask"
    ),
    (
      "dropout: 0.5",
      "g:1:10: dropout: is a mapping of rate, placement, kind, noise-shape, block-size and so on (docs/grids.md has all 16), not `0.5`"
    ),
    (
      "- batch: 3",
      "g:1:1: a grid is a mapping such as `epochs: 10`, not a list; docs/grids.md shows one"
    ),
    ("batch: 8\nepochs: 3\nbatch: 16", "g:1:1: `batch` occurs twice in this mapping; keep one"),
    ("? [a]\n: 1", "g:1:3: a list cannot be a key; a key is a word"),
  ])
  func oneMistakeIsOneLine(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func everyMistakeIsReportedAtOnceInTheOrderOfTheFile() {
    let text = """
      title: x
      dropout:
        rate: [0, 2]
        knd: spatial
      pools: max
      exclude:
        - {dropout.placment: before-pool}
        - {dropout.rate: 0.5}
      batch: many
      """
    #expect(
      problems(text) == [
        "g:3:13: dropout.rate: 2 is not a rate; a rate is at least 0 and below 1",
        "g:4:3: unknown key `dropout.knd`; did you mean `kind`?",
        "g:5:1: unknown key `pools`; did you mean `pool`?",
        "g:7:6: exclude: there is no setting `dropout.placment`; did you mean `dropout.placement`?",
        "g:9:8: batch: `many` is not a whole number; write it in digits, without point, exponent "
          + "or separator",
      ])
  }

  @Test func manyMistakesAreCounted() throws {
    let text = (0..<80).map { "zzzz\($0)zzzz: 1\n" }.joined()
    let error = try #require(throws: GridError.self) { try GridFile.parse(text, name: "g") }
    #expect(error.issues.count == 80)
    let lines = error.description.split(separator: "\n")
    #expect(lines.count == 51)
    #expect(lines.last == "and 30 more")
  }

  @Test func aGridOfMoreThanAMillionCellsIsRefusedWithItsSize() {
    #expect(
      problems("batch: 1..1001\nseed: 1..1000") == [
        "g:1:8: the grid has 1,001,000 cells (batch 1001 × seed 1000); at most 1,000,000 are "
          + "supported: leave out levels"
      ])
    let huge = """
      batch: 1..60000
      epochs: 1..90000
      seed: {init: 1..900000, order: 1..900000, mask: 1..900000}
      """
    #expect(
      problems(huge).first?.hasPrefix("g:3:14: the grid has about 3.9366e+27 cells (") == true)
  }

  @Test func mistakesInsideAMisspeltKeyAreToldWithIt() {
    let found = problems("optimizer: {learning-rat: 0, momentum: 2}\ndropout: {knid: spatal}")
    let expected = [
      "g:1:1: unknown key `optimizer`; did you mean `optimiser`?",
      "g:1:13: unknown key `optimiser.learning-rat`; did you mean `learning-rate`?",
      "g:1:27: optimiser.learning-rate: 0 is not a learning rate",
      "g:1:40: optimiser.momentum: 2 is not a momentum",
      "g:2:11: unknown key `dropout.knid`; did you mean `kind`?",
      "g:2:17: dropout.kind: `spatal` is not known; did you mean spatial?",
    ]
    #expect(found.count == expected.count)
    #expect(zip(found, expected).allSatisfy { $0.hasPrefix($1) }, "\(found)")
    // What it stands for is there: it is not read in its place.
    #expect(
      problems("epoch: -1\nepochs: 2") == ["g:1:1: unknown key `epoch`; did you mean `epochs`?"])
  }
}
