import ExperimentModel
import TensorCore
import Testing
import Training

/// Looking inside a network, beside what theory says must be seen there.
@Suite struct DiagnosticsTests {
  private static func plan(
    _ dropout: [DropoutSpec], words: [Diagnostic] = Diagnostic.allCases
  ) throws -> DiagnosticsPlan {
    let network = try TrainerTests.job().network
    return DiagnosticsPlan(
      words: words, sites: DiagnosticsPlan.sites([(points: network.points, dropout: dropout)]))
  }

  private static func run(
    _ dropout: [DropoutSpec], _ plan: DiagnosticsPlan?, checkpoints: Checkpoints? = nil,
    isCancelled: () -> Bool = { false }
  ) throws -> TrialRecord {
    let job = try TrainerTests.job(dropout: dropout)
    return try Trainer(
      trial: PlannedTrial(
        id: TrialID(bytes: Array(repeating: 7, count: 16)), spec: job.spec, architecture: 0,
        flops: 0),
      network: job.network, data: job.data, weights: .final, diagnostics: plan
    ).run(checkpoints: checkpoints, isCancelled: isCancelled)
  }

  private static let dropout = [
    DropoutSpec(site: .beforePool(block: 1), kind: .spatial, rate: 0.5),
    DropoutSpec(site: .afterPool(block: 2), kind: .elementWise, rate: 0.25),
    DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5),
  ]

  @Test func sitesAreThoseOfDropoutAndOfPools() throws {
    #expect(
      try Self.plan(Self.dropout).sites.map(\.name) == [
        "block1.before-pool", "block1.after-pool", "block2.before-pool", "block2.after-pool",
        "dense1",
      ])
    #expect(try Self.plan([]).sites.map(\.window) == [4, 4, 4, 4])
  }

  @Test func trainingIsTheSameToTheBitWithAndWithoutThem() throws {
    let plan = try Self.plan(Self.dropout)
    let with = CheckpointTests.bits(try Self.run(Self.dropout, plan))
    var bare = with
    bare.diagnostics = [:]
    #expect(bare == CheckpointTests.bits(try Self.run(Self.dropout, nil)))
    #expect(Set(with.diagnostics.keys) == Set(DiagnosticFigure.allCases))
    for (figure, values) in with.diagnostics {
      #expect(values.count == 3 * plan.length(of: figure), "\(figure)")
    }
  }

  @Test func figuresAreWhatTheoryDemands() throws {
    let plan = try Self.plan(Self.dropout)
    let record = try Self.run(Self.dropout, plan)
    func value(_ figure: DiagnosticFigure, _ site: String) throws -> Double {
      let index = try #require(plan.sites.firstIndex { $0.name == site })
      return Double(try #require(record.diagnostics[figure])[2 * plan.sites.count + index])
    }
    // Spatial dropout right before a max pool is seen there, though it is computed behind it.
    let before = try value(.zeroShareEvaluation, "block1.before-pool")
    #expect(
      abs(try value(.zeroShareTraining, "block1.before-pool") - (0.5 + 0.5 * before)) < 0.08)
    // Element-wise dropout makes a share p of the non-zero values 0, and keeps the mean.
    for (site, rate) in [("block2.after-pool", 0.25), ("dense1", 0.5)] {
      let zeros = try value(.zeroShareEvaluation, site)
      #expect(
        abs(try value(.zeroShareTraining, site) - (rate + (1 - rate) * zeros)) < 0.08, "\(site)")
    }
    // At most one of the four inputs of a window of max pooling has a gradient.
    #expect(try value(.zeroGradientShare, "block1.before-pool") >= 0.75)
    // Averages give all four the same gradient; dropout behind them takes a quarter of those.
    #expect(
      abs(try value(.zeroGradientShare, "block2.before-pool") - 0.25) < 0.25)
    let rows = try #require(plan.sites.firstIndex { $0.name == "dense1" })
    #expect(try #require(record.diagnostics[.holeSizeTraining])[rows].isNaN)
    #expect(try value(.neighbourCorrelation, "block1.before-pool") > -1)
    let shifted = try #require(record.diagnostics[.shiftedAccuracy])
    #expect(shifted.allSatisfy { (0...1).contains($0) })
    // 12 × 12 images: the largest patch covers all of them, and so the answer is always the same.
    let occluded = try #require(record.diagnostics[.occludedAccuracy])
    let labels = try TrainerTests.job().data.test.labels
    let shares = (0..<4).map { label in
      Float(Double(labels.count { $0 == Int32(label) }) / Double(labels.count))
    }
    #expect(shares.contains(occluded[11]))
  }

  @Test func networksWithoutASiteHaveNoNumberThere() throws {
    var plan = try Self.plan([], words: [.activations, .removal])
    plan = DiagnosticsPlan(
      words: plan.words, sites: plan.sites + [.init(name: "block7.after-pool", window: 4)])
    let record = try Self.run([], plan)
    let means = try #require(record.diagnostics[.meanEvaluation])
    #expect(means.count == 15)
    for epoch in 0..<3 {
      #expect(means[epoch * 5 + 4].isNaN)
      let there = means[(epoch * 5)..<(epoch * 5 + 4)]
      #expect(there.allSatisfy { $0.isFinite })
    }
  }

  @Test func aTrialThatGoesOnHasTheSameDiagnostics() throws {
    let plan = try Self.plan(Self.dropout)
    let whole = CheckpointTests.bits(try Self.run(Self.dropout, plan))
    // Four epochs' worth of pauses in: the second epoch is under way.
    var last: [UInt8]?
    var asked = 0
    #expect(throws: CancellationError.self) {
      try Self.run(
        Self.dropout, plan,
        checkpoints: Checkpoints(interval: .infinity, last: nil) { last = $0 },
        isCancelled: {
          asked += 1
          return asked > 8
        })
    }
    let state = try #require(last)
    let resumed = try Self.run(
      Self.dropout, plan, checkpoints: Checkpoints(interval: .infinity, last: state) { _ in })
    #expect(Self.bits(resumed.diagnostics) == Self.bits(whole.diagnostics))
    // Without diagnostics that state lacks nothing but has too much: it starts anew.
    let other = try Self.run(
      Self.dropout, nil, checkpoints: Checkpoints(interval: .infinity, last: state) { _ in })
    #expect(other.diagnostics.isEmpty)
    #expect(other.metrics == whole.metrics)
  }

  private static func bits(_ values: [DiagnosticFigure: [Float]]) -> [DiagnosticFigure: [UInt32]] {
    values.mapValues { $0.map(\.bitPattern) }
  }
}
