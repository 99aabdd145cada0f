import Analysis
import ExperimentModel
import Testing

/// Arms of two sweeps are matched by what their trials compute.
@Suite struct MatchedArmTests {
  /// 2 kinds × seeds; with `size`, a column that says something of trials that have no such setting.
  private func sweep(
    _ seeds: ClosedRange<Int>, size: Double? = nil, rate: String = "0.02", data: String = "aa",
    isKnown: Bool = true, kinds: [String] = ["spatial", "drop-block"]
  ) -> ComparedSweep {
    var names = ["kind", "seed"]
    if size != nil { names.insert("block_size", at: 1) }
    let cells = seeds.flatMap { seed in
      kinds.map { kind in
        WrittenSweep.Cell(
          [
            "kind": .text(kind), "seed": .real(Double(seed)),
            "block_size": size.map { .real(kind == "drop-block" ? 3 : $0) } ?? .none,
          ], accuracy: 0.8 + Double(seed % 3) / 100)
      }
    }
    var results = WrittenSweep(names: names, cells: cells, comparisons: []).build()
    var trials: [String] = []
    for (trial, cell) in cells.enumerated() {
      let kind = cell.written["kind"]?.description ?? ""
      let seed = Int(cell.written["seed"]?.number ?? 0)
      // Ids follow what is trained.
      results.trialIDs[trial] = WrittenSweep.id(seed * 10 + (kind == "spatial" ? 1 : 2))
      let setup = "dense=8\\ndropout.dense=\(kind),0.5\\nsgd=\(rate),0.9,true,0.0,keras\\nbatch=32"
      trials.append(
        "{\"id\": \"\(results.trialIDs[trial])\", \"configuration\": \"\(setup)\\nseed=\(seed),\(seed),"
          + "\(seed)\"}")
    }
    let plan =
      "{\"datasets\": [{\"name\": \"images\", \"fingerprint\": \"\(data)\"}], \"trials\": ["
      + trials.joined(separator: ",") + "]}"
    return ComparedSweep(
      name: rate, engine: "e", results: results,
      configurations: isKnown ? TrialConfigurations(plan: plan) : TrialConfigurations())
  }

  private func compare(_ a: ComparedSweep, _ b: ComparedSweep) throws -> SweepComparison {
    try SweepComparison(baseline: a, candidate: b, margin: 2)
  }

  @Test(arguments: [0.0, 3, 5])
  func whatDoesNotApplyTellsNoArmsApart(_ size: Double) throws {
    let comparison = try compare(sweep(1...9, size: size), sweep(1...9, size: 7))
    #expect(comparison.verdict == .identical && comparison.missing.isEmpty)
    #expect(comparison.sharedTrials == 18)
    #expect(try compare(sweep(1...9), sweep(1...9, size: 3)).verdict == .identical)
  }

  @Test func anotherSettingIsAnotherExperimentWhateverTheSeeds() throws {
    for seeds in [1...9, 11...19] {
      let error = #expect(throws: UserError.self) {
        try compare(sweep(1...9), sweep(seeds, rate: "0.05"))
      }
      #expect(error?.code == .badInput)
      #expect(
        error?.message.contains("learning rate is 0.02 in the baseline and 0.05 in the candidate")
          == true)
    }
    #expect(try compare(sweep(1...9), sweep(11...19)).verdict == .noHarm)
    let other = #expect(throws: UserError.self) {
      try compare(sweep(1...9), sweep(11...19, data: "bb"))
    }
    #expect(other?.message.contains("other data") == true)
  }

  @Test func armsThatOneSideLacksAreNamed() throws {
    let comparison = try compare(sweep(1...9), sweep(1...9, kinds: ["spatial"]))
    #expect(comparison.verdict == .inconclusive)
    #expect(comparison.sentence.contains("1 arm of the baseline is not there."))
    #expect(comparison.text().contains("Not in the candidate: kind drop-block."))
    let more = try compare(sweep(1...9, kinds: ["spatial"]), sweep(1...9))
    #expect(
      more.markdown().contains("1 arm is new and judged by nothing: kind drop\\-block.")
        || more.markdown().contains("1 arm is new and judged by nothing: kind drop-block."))
  }

  @Test func seedsAndFiguresThatOneSideLacksAreSaid() throws {
    var candidate = sweep(1...12)
    candidate.engine = "f"
    candidate.results.metrics[.testECE] = candidate.results.metrics[.testLoss]
    let comparison = try compare(sweep(1...9), candidate)
    #expect(comparison.remarks.contains("Seeds that only one side has are left out: 3 in 2 arms."))
    #expect(
      comparison.remarks.contains("Only one side recorded test_ece: its bits are not compared."))
  }
}
