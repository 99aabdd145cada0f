import ExperimentModel
import GridPlanner
import Testing

/// Which cells are one trial, by which rule, and when they are not.
@Suite struct MergeTests {
  static let max = "spatial dropout before a max pool is the same after it"
  static let average = "spatial dropout before an average pool is the same after it at this rate"
  static let sides = "dropout: {rate: RATE, kind: spatial, placement: [before-pool, after-pool]}\n"

  private func rules(_ text: String) throws -> [String] {
    let plan = try plan(text)
    #expect(plan.trials.count == Set(plan.trials.map(\.id)).count)
    return plan.cells.map(\.rule)
  }

  private func sides(_ rate: Double, _ rest: String) throws -> [String] {
    try rules(Self.sides.replacing("RATE", with: "\(rate)") + rest)
  }

  @Test func spatialDropoutAroundMaxPools() throws {
    #expect(try sides(0.3, "pool: max") == ["", Self.max])
    #expect(try sides(0.3, "pool: max\nmerge: false") == ["", ""])
    #expect(try sides(0.3, "pool: max\nmerge: [spatial-average, one-pixel]") == ["", ""])
    #expect(try sides(0.3, "pool: max\nmerge: [spatial-max]") == ["", Self.max])
  }

  @Test(arguments: [(0.5, true), (0.75, true), (0.25, false), (0.3, false), (0.999, false)])
  func spatialDropoutAroundAveragePoolsAtPowersOfTwo(rate: Double, merges: Bool) throws {
    #expect(try sides(rate, "pool: average") == ["", merges ? Self.average : ""])
  }

  @Test func elementsAreNotMapsAndNothingElseMayStandAtThePool() throws {
    #expect(
      try rules("dropout: {rate: 0.5, placement: [before-pool, after-pool]}") == ["", ""])
    // With dropout on both sides of block 1's pool, only block 2 could be rewritten.
    let both = """
      dropout:
        kind: spatial
        block1: {after-pool: {rate: 0.5}, before-pool: {rate: 0.5}}
        block2: {rate: 0.5, placement: [before-pool, after-pool]}
      """
    let plan = try plan(both)
    #expect(plan.trials.count == 1)
    #expect(
      plan.trials[0].spec.dropout.map { "\($0.site)" } == [
        "block1.before-pool", "block1.after-pool", "block2.after-pool",
      ])
  }

  @Test func mixedPoolsMergeOnlyIfEveryPoolAllowsIt() throws {
    let model = "model: {blocks: [{filters: 2, pool: max}, {filters: 2, pool: average}]}"
    #expect(try sides(0.3, model) == ["", ""])
    #expect(try sides(0.5, model) == ["", "\(Self.max); \(Self.average)"])
  }

  @Test func onMapsOfOnePixelKindsAreOne() throws {
    let text = """
      data: 'idx:tiny'
      dropout: {block2: {after-pool: {rate: 0.3, kind: [element-wise, spatial]}}}
      """
    #expect(
      try rules(text) == ["", "on maps of one pixel element-wise dropout is spatial"])
    #expect(try rules(text.replacing("block2", with: "block1")) == ["", ""])
  }

  @Test func whatIsSwitchedOffIsStillOneSpecificationAtRateZero() throws {
    let text = """
      merge: false
      dropout: {rate: 0, kind: [element-wise, spatial]}
      seed: {mask: [1, 2]}
      """
    let plan = try plan(text)
    #expect(plan.trials.count == 2)
    #expect(
      plan.cells.map(\.rule) == [
        "", "", "rate 0: placement and kind do not matter",
        "rate 0: placement and kind do not matter",
      ])
  }

  @Test func theCommandLineCanTurnMergingOff() throws {
    let grid = try GridFile.parse(Self.sides.replacing("RATE", with: "0.5"), name: "g")
    #expect(try grid.plan(cards: cards, numericsVersion: 1, merging: false).trials.count == 2)
    #expect(try grid.plan(cards: cards, numericsVersion: 1).trials.count == 1)
  }

  @Test func theExplanationNamesCellsAndRules() throws {
    let grid = try layout(Self.sides.replacing("RATE", with: "[0, 0.3]") + "pool: max")
    let report = PlanReport(grid, machine: MachineProfile(flopsPerSecondPerCore: 1, jobs: 1))
    let text = report.explanation()
    #expect(text.contains("rate-0, bitwise: rate 0: placement and kind do not matter (1 cell)"))
    #expect(text.contains("spatial-max, bitwise: \(Self.max)"))
    #expect(text.contains("cell 3 (rate 0.3, placement after-pool) is cell 2 (rate 0.3, placement"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let none = PlanReport(
      try layout("seed: 1..2"), machine: MachineProfile(flopsPerSecondPerCore: 1, jobs: 1))
    #expect(none.explanation() == "Every cell has a trial of its own.\n")
  }

  @Test func auditedPairsAreAsWritten() throws {
    let grid = try layout(
      """
      dropout: {rate: [0, 0.3, 0.5], kind: spatial, placement: [before-pool, after-pool]}
      pool: [max, average]
      seed: {mask: 1..3}
      """)
    let pairs = grid.mergedPairs(atMost: 6)
    #expect(pairs.count == 6)
    for pair in pairs {
      #expect(pair.trials.0.spec != pair.trials.1.spec)
      #expect(pair.cells.0 < pair.cells.1)
    }
    // Two rules at pools, and the masks' seed without dropout: alone, and beside the placement.
    #expect(Set(pairs.map(\.rules)).count == 4)
    #expect(
      try layout("dropout: {rate: 0, kind: [spatial, element-wise]}").mergedPairs(atMost: 9).isEmpty
    )
  }
}

/// Parts of a plan, and a plan in a file.
@Suite struct SelectionTests {
  static let text = """
    model: [small, vgg28]
    dropout: {rate: [0, 0.25, 0.5]}
    epochs: [1, 3]
    seed: 1..7
    """

  @Test(arguments: [1, 2, 3, 8, 100]) func shardsPartTheTrialsEvenly(count: Int) throws {
    let grid = try layout(Self.text)
    let shards = (1...count).map { grid.shard($0, of: count) }
    #expect(shards.flatMap(\.self).sorted() == Array(0..<grid.trialCount))
    for shard in shards { #expect(shard == shard.sorted()) }
    let loads = shards.map { $0.reduce(0) { $0 + grid.trial($1).flops } }
    let largest = (0..<grid.trialCount).map { grid.trial($0).flops }.max() ?? 0
    #expect((loads.max() ?? 0) - (loads.min() ?? 0) <= largest)
  }

  @Test func conditionsChooseTrials() throws {
    let grid = try layout(Self.text)
    let rows = try grid.trials(where: "dropout.rate > 0 and seed == 2")
    #expect(rows.count == 2 * 2 * 2)
    #expect(rows.allSatisfy { grid.trial($0).spec.seed == Seed(2) })
    #expect(try grid.trials(where: "seed == 99").isEmpty)
    for (condition, message) in [
      (
        "sed == 2",
        "command line: --where: at character 1: there is no setting `sed`; did you mean `seed`?"
      ),
      (
        "batch == 2",
        "command line: --where: `batch` is no axis of this grid, so that no cell differs in it"
      ),
    ] {
      let error = #expect(throws: GridError.self) { try grid.trials(where: condition) }
      #expect(error?.description == message)
    }
  }

  @Test func listedTrialsAreThoseAskedFor() throws {
    let grid = try layout("batch: [8, 16]\nseed: 1..3\ntitle: 'a, \"b\"'")
    let machine = MachineProfile(flopsPerSecondPerCore: 1e9, jobs: 1)
    let report = PlanReport(grid, machine: machine, rows: [1, 4])
    let lines = report.csv().components(separatedBy: "\r\n")
    #expect(
      lines[0]
        == "trial,id,architecture,flops,rate,placement,kind,pool,dense_rate,model,data,seed,batch")
    #expect(lines.count == 4)
    #expect(lines[1].hasPrefix("1,\(grid.trial(1).id),small,"))
    #expect(lines[2].hasSuffix(",0,,,max,0,small,fashion-mnist-mini,3,8"))
    #expect(report.text().contains("    4      8     3"))
  }

  @Test func aPlanInAFileIsThePlan() throws {
    let overrides = ["seed=1..2"]
    let grid = try layout(Self.text, overrides: overrides)
    let json = try PlanFile(grid, text: Self.text, overrides: overrides, merging: nil).json()
    let file = try PlanFile(json: json, path: "p.json")
    let again = try file.layOut(try file.gridFile(), cards: cards, numericsVersion: 1)
    #expect(again.plan == grid.plan)

    #expect(throws: UserError.self) { try PlanFile(json: "{}", path: "p.json") }
    var others = cards
    others["fashion-mnist-mini"]?.fingerprint = "other"
    for (cards, version, part) in [(cards, 2, "numerics version"), (others, 1, "other images")] {
      let error = #expect(throws: UserError.self) {
        try file.layOut(try file.gridFile(), cards: cards, numericsVersion: version)
      }
      #expect(error?.code == .mismatch)
      #expect(error?.message.contains(part) == true)
    }
    let tampered = try PlanFile(json: json.replacing("seed: 1..7", with: "batch: 8"), path: "p")
    #expect(throws: UserError.self) {
      try tampered.layOut(try tampered.gridFile(), cards: cards, numericsVersion: 1)
    }
  }

  @Test func progressComparesWithAFile() throws {
    let grid = try layout("batch: [8, 16]\nseed: 1..2")
    let plan = grid.plan
    let stored = SweepResults(
      title: "", question: "",
      trialIDs: [plan.trials[0].id, plan.trials[3].id, TrialID(bytes: 0..<16)],
      trialColumns: plan.trialColumns.map { column in
        var column = column
        switch column.values {
        case .integer(let values): column.values = .integer([values[0], values[3], values[1]])
        case .real(let values): column.values = .real([values[0], values[3], values[1]])
        case .text(let values): column.values = .text([values[0], values[3], values[1]])
        }
        return column
      }, status: [.done, .failed, .done], messages: [], epochsRun: [], durations: [], metrics: [:],
      cells: [], cellColumns: [], comparisons: [])
    let progress = grid.progress(in: stored)
    #expect(progress.status == [.done: 1, .failed: 1])
    #expect((progress.missing, progress.changed, progress.others) == (2, 1, 1))
    #expect(
      progress.text(path: "x.h5") == """
        1 trial done
        1 trial failed
        2 trials not in x.h5
        1 trial of those changed: the file has one of the same settings, but another training
        1 trial in x.h5 only

        """)
  }

  @Test func measuredSpeedsCountByTheirOperations() throws {
    let grid = try layout("model: [small, vgg28]\nbatch: 8\nseed: 1..3")
    let typical = grid.typicalTrials(atMost: 4)
    #expect(typical.map(\.spec.network.name) == ["vgg28", "small"])
    let speeds = [
      ProbedSpeed(trial: typical[0].id, windows: [100e9, 130e9, 80e9]),
      ProbedSpeed(trial: typical[1].id, windows: [50e9]),
    ]
    let profile = grid.profile(speeds, jobs: 2)
    let (large, small) = (3 * typical[0].flops, 3 * typical[1].flops)
    let expected = (large + small) / (large / 100e9 + small / 50e9)
    #expect(abs(profile.flopsPerSecondPerCore * 1.125 / expected - 1) < 1e-9)
    #expect(abs(profile.uncertainty - (130.0 / 80).squareRoot() * 1.05) < 1e-9)
    #expect(grid.profile([speeds[1]], jobs: 1).uncertainty == 1.2)
  }
}

@Suite struct SchemaTests {
  @Test func theSchemaKnowsEverySetting() throws {
    let schema = try GridSchema.json()
    for path in GridFile.settingPaths {
      let key = path.split(separator: ".").last.map(String.init) ?? path
      #expect(schema.contains("\"\(key)\""), "\(path)")
    }
    #expect(try GridSchema.json() == schema)
    #expect(try read("docs/schema/grid.schema.json") == schema, "run scripts/check-schema --update")
  }
}
