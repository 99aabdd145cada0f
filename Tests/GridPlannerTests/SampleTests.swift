import ExperimentModel
import GridPlanner
import Testing

/// Subsets of a grid: the same ones everywhere, and even.
@Suite struct SampleTests {
  static let grid = """
    dropout: {rate: {linspace: [0, 0.75, 16]}, dense: {linspace: [0, 0.75, 16]}}
    batch: 1..8
    seed: 1..3

    """

  @Test(arguments: ["random", "latin-hypercube", "sobol"])
  func armsAreSampledAndSeedsAreNot(method: String) throws {
    let text = Self.grid + "sample: {count: 16, method: \(method), seed: 5}"
    let first = try plan(text)
    #expect(first.cells.count == 16 * 3)
    #expect(try Set(first.cellTexts("seed")) == ["1", "2", "3"])
    #expect(try plan(text) == first)
    #expect(try plan(Self.grid + "sample: {count: 16, method: \(method), seed: 6}") != first)
    if method != "random" {
      // 16 points, 16 levels: each level once (for each seed), and each of 8 twice.
      for (column, times) in [("rate", 3), ("dense_rate", 3), ("batch", 6)] {
        let counts = Dictionary(try first.cellTexts(column).map { ($0, 1) }, uniquingKeysWith: +)
        #expect(Set(counts.values) == [times], "\(column)")
      }
    }
  }

  /// Any two dimensions of 16 points of Sobol's sequence have one in each of 4 × 4 squares, for
  /// the first two of them.
  @Test func sobolIsEvenInTwoDimensions() throws {
    let plan = try plan(Self.grid + "sample: {count: 16, method: sobol, seed: 9}\nonly: seed == 1")
    func coarse(_ name: String) throws -> [Int] {
      try plan.cellTexts(name).map { Int(((Double($0) ?? 0) / 0.05).rounded()) / 4 }
    }
    let squares = zip(try coarse("rate"), try coarse("dense_rate")).map { 4 * $0 + $1 }
    #expect(Set(squares).count == 16)
  }

  @Test func theRestIsExcludedFirst() throws {
    let plan = try plan(
      Self.grid + "only: [dropout.rate > 0.5, seed < 3]\nsample: {count: 20}")
    #expect(plan.cells.count == 40)
    #expect(try plan.cellTexts("rate").allSatisfy { (Double($0) ?? 0) > 0.5 })
  }

  @Test func aSampleLargerThanTheGridIsTheGrid() throws {
    #expect(try plan("batch: 1..4\nsample: {count: 9}").cells.count == 4)
  }

  @Test func vastGridsCanBeSampled() throws {
    let vast = """
      batch: 1..60000
      epochs: 1..90000
      dropout: {rate: {linspace: [0, 0.9, 10001]}}
      seed: 1..2

      """
    for method in ["random", "latin-hypercube", "sobol"] {
      #expect(try plan(vast + "sample: {count: 7, method: \(method)}").cells.count == 14)
    }
  }

  @Test(arguments: [
    ("{count: 0}", "g:2:17: sample.count: 0 is out of range; it is 1 to 1000000"),
    (
      "{method: sobol}",
      "g:2:9: sample: is a mapping such as {count: 50, method: sobol, seed: 1} with a count, hours or minutes, not a mapping"
    ),
    ("{count: 3, hours: 1}", "g:2:20: sample: has one of count, hours and minutes"),
    ("{hours: 0}", "g:2:17: sample.hours: 0 is not a time; a time is above 0 and at most 100000"),
    (
      "{count: 3, method: halton}",
      "g:2:28: sample.method: `halton` is not known; it is random, latin-hypercube or sobol"
    ),
    ("{count: 3, sed: 4}", "g:2:20: unknown key `sample.sed`; did you mean `seed`?"),
  ])
  func mistakes(sample: String, expected: String) {
    #expect(problems("batch: 1..4\nsample: \(sample)") == [expected])
  }
}

/// What the plan says of a sample.
@Suite struct SamplingTests {
  @Test(arguments: [
    ("{count: 100}", "", "Sample all 6 arms: the sample asks for 100, and there are no more"),
    ("{count: 6}", "", "Sample all 6 arms"),
    ("{count: 4, method: sobol, seed: 2}", "", "Sample 4 of 6 arms by sobol, seed 2"),
    // Every arm is there for one seed, and excluded for the other.
    ("{count: 4}", "exclude: [{seed: 2, batch: 1}]", "Sample 4 of 6 arms by random, seed 1"),
    ("{count: 4}", "exclude: [{batch: 1}]", "Sample 4 of 5 arms by random, seed 1"),
    ("{count: 4}", "only: batch == 1", "Sample all 1 arm: the sample asks for 4, and there are"),
  ])
  func itSaysHowManyOfHowMany(sample: String, rest: String, expected: String) throws {
    let grid = try layout("batch: 1..6\nseed: 1..2\nsample: \(sample)\n\(rest)")
    let text = PlanReport(grid).text(rows: 0).split { $0.isWhitespace }.joined(separator: " ")
    #expect(text.contains(expected), "\(text)")
  }
}

/// Samples with a budget in time, which is turned into a count before anything is planned.
@Suite struct BudgetTests {
  static let text = SampleTests.grid + "sample: {hours: 1, method: sobol, seed: 3}"

  private func arms(_ text: String, flopsPerSecond: Double) throws -> Int {
    let grid = try GridFile.parse(text, name: "g")
    return try grid.armsWithinBudget(
      cards: cards, numericsVersion: 1,
      machine: MachineProfile(flopsPerSecondPerCore: flopsPerSecond, jobs: 2, uncertainty: 1.2))
  }

  @Test func asManyArmsAsFitAndNotOneMore() throws {
    let flops = 1e10
    let count = try arms(Self.text, flopsPerSecond: flops)
    func seconds(_ arms: Int) throws -> Double {
      let machine = MachineProfile(flopsPerSecondPerCore: flops, jobs: 2, uncertainty: 1.2)
      let planned = try layout(Self.text, overrides: ["sample.count=\(arms)"])
      return Forecast(planned, machine: machine).seconds.upperBound
    }
    #expect(count > 1 && count < 2048)
    #expect(try seconds(count) <= 3600)
    #expect(try seconds(count + 1) > 3600)
    #expect(try arms(Self.text + "\nonly: seed == 1", flopsPerSecond: flops) >= 2 * count)
    // The whole grid, where it fits, and no more than that.
    #expect(try arms(Self.text, flopsPerSecond: 1e16) == 2048)
    #expect(try arms("batch: 1..5\nsample: {hours: 1}", flopsPerSecond: 1e16) == 5)
  }

  @Test func nothingIsPlannedBeforeThat() throws {
    let found = problems(Self.text)
    #expect(found.count == 1)
    for part in ["g:4:9: sample: has a budget", "plan g -o plan.json", "run --plan plan.json"] {
      #expect(found.first?.contains(part) == true, "\(found)")
    }
    #expect(try GridFile.parse(Self.text, name: "g").count().description == "at most 6,144")
    #expect(throws: GridError.self) { try arms(Self.text, flopsPerSecond: 1e3) }
    #expect(
      problems("union: [{batch: 1..4, sample: {hours: 1}}]")
        == ["g:1:31: sample: has a count here: a budget in time is for a whole grid"])
  }

  @Test func aCountOfTheCommandLineTakesItsPlace() throws {
    let grid = try GridFile.parse(Self.text, name: "g", overrides: ["sample.count=5"])
    #expect(grid.timeBudget == nil)
    #expect(try layout(Self.text, overrides: ["sample.count=5"]).cellCount == 15)
    let again = try GridFile.parse(recorded: grid.text, name: "g")
    #expect(try again.layOut(cards: cards, numericsVersion: 1).cellCount == 15)
    let other = try GridFile.parse(Self.text, name: "g", overrides: ["sample.minutes=3"])
    #expect(other.timeBudget == 180)
  }
}

/// How many cells there are, without making them.
@Suite struct CountTests {
  private func count(_ text: String) throws -> String {
    try GridFile.parse(text, name: "g").count().description
  }

  @Test func aTrillionCellsAreCountedAtOnce() throws {
    let text = "batch: 1..10000\nepochs: 1..10000\nseed: 1..10000\ndropout: {rate: [0, 0.5]}\n"
    let start = ContinuousClock.now
    #expect(try count(text) == "2,000,000,000,000")
    // 100 × 10,000 of the 10^8 pairs of a batch and a rate are left out, for each of 10^8.
    #expect(try count(text + "exclude: [batch <= 100 and dropout.rate > 0]") == "1,990,000,000,000")
    #expect(
      try count(text + "exclude: [batch <= 100 and epochs > 4]") == "at most 2,000,000,000,000")
    #expect(
      try count(text + "when: [{if: dropout.rate > 0, dropout.kind: [element-wise, spatial]}]")
        == "3,000,000,000,000")
    #expect(ContinuousClock.now - start < .seconds(5))
  }

  @Test func unionsAreCountedAtMost() throws {
    #expect(try count("union: [{batch: [1, 2]}, {batch: [2, 3]}]") == "at most 4")
    #expect(
      try count("seed: {init: 1..90000, order: 1..90000, mask: 1..90000}\nbatch: 1..60000")
        .hasPrefix("about 4.374e+19"))
  }
}

@Suite struct ScaleTests {
  /// In release mode about a second; the bound is for a busy machine in debug mode.
  @Test(.timeLimit(.minutes(2))) func aMillionCells() throws {
    let text = """
      dropout: {rate: {linspace: [0, 0.9, 10]}, kind: [element-wise, spatial], placement: [before-pool, after-pool]}
      optimiser: {learning-rate: {logspace: [0.001, 0.1, 25]}}
      seed: 1..1000
      """
    let start = ContinuousClock.now
    let grid = try layout(text)
    let elapsed = ContinuousClock.now - start
    print("a million cells: \(elapsed)")
    #expect(grid.cellCount == 1_000_000)
    // Rate 0, and spatial dropout before and after max pooling.
    #expect(grid.trialCount == 25_000 * (1 + 9 * 3))
    #expect(elapsed < .seconds(60))
  }
}

@Suite struct VastTests {
  @Test func axesByRuleAreReadAtOnce() throws {
    let start = ContinuousClock.now
    let text =
      "dropout: {rate: {linspace: [0, 0.75, 100000]}, dense: {logspace: [0.1, 0.9, 100000]}}"
    let grid = try GridFile.parse(text, name: "g")
    #expect(grid.axes.map(\.levels.count) == [100_000, 100_000])
    #expect(grid.axes[0].levels[1...2] == ["7.50007500075e-06", "1.50001500015e-05"])
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test(arguments: [
    "sample: {count: 3}", "exclude: [batch == 1 and epochs == 1]",
    "when: [{if: batch == 1, dropout.rate: [0, 0.5]}]", "sample: {count: 1000000, method: sobol}",
  ])
  func gridsThatAreTooLargeAreErrorsAndSoon(line: String) {
    let start = ContinuousClock.now
    let found = problems(
      "seed: {init: 1..90000, order: 1..90000, mask: 1..90000}\nbatch: 1..60000\nepochs: 1..100\n"
        + line)
    #expect(found.count == 1)
    #expect(found.first?.contains("at most 1,000,000 are supported") == true)
    #expect(ContinuousClock.now - start < .seconds(10))
  }

  @Test func sobolHasSoManyDimensions() {
    let sites = (1...22).map { "  block\($0): {rate: [0, 0.5]}\n" }.joined()
    let text = "dropout:\n\(sites)sample: {count: 4, method: sobol}"
    #expect(
      problems(text) == [
        "g:24:9: sample: sobol takes at most 21 axes, and there are 22; use latin-hypercube"
      ])
  }
}
