import Datasets
import ExperimentModel
import Testing
import Training

/// What the planner takes for the same training is the same to the last bit, as written.
@Suite struct EquivalenceTests {
  static let blocks = [16, 24]

  /// The record of a training without its times.
  private func record(
    _ blocks: [BlockSpec], _ dropout: [DropoutSpec], fused: Bool = true,
    learningRate: Double = 0.05
  ) throws -> TrialRecord {
    let set = try DatasetSource(name: "random:12x12x1,classes=4,train=50,test=20,seed=1").load()
    let network = NetworkSpec(name: "tiny", blocks: blocks, dense: [12])
    let spec = TrialSpec(
      network: network, dropout: dropout,
      optimiser: OptimiserSpec(learningRate: learningRate, momentum: 0.9, nesterov: true),
      batch: 16,
      epochs: 4, data: DataSpec(name: set.name), seed: Seed(3))
    var record = try Trainer(
      trial: PlannedTrial(
        id: TrialID(bytes: Array(repeating: 7, count: 16)), spec: spec, architecture: 0, flops: 0),
      network: try ResolvedNetwork(
        network, input: ImageShape(height: 12, width: 12, channels: 1), classes: 4),
      data: try PreparedData(set, SplitOptions()), weights: .final, fused: fused
    ).run()
    record.duration = 0
    record.finishedAt = 0
    return record
  }

  /// Dropout at every block, before or after its pool.
  private func sites(
    _ kind: DropoutKind, _ rate: Double, before: Bool, in blocks: [BlockSpec]
  ) -> [DropoutSpec] {
    blocks.indices.map {
      DropoutSpec(
        site: before ? .beforePool(block: $0 + 1) : .afterPool(block: $0 + 1), kind: kind,
        rate: rate)
    }
  }

  private func areEqual(_ pool: PoolKind, size: Int, rate: Double) throws -> Bool {
    let blocks = Self.blocks.map { BlockSpec(filters: $0, pool: pool, poolSize: size) }
    let before = try record(blocks, sites(.spatial, rate, before: true, in: blocks))
    let after = try record(blocks, sites(.spatial, rate, before: false, in: blocks))
    #expect(before.status == .done)
    return before == after
  }

  @Test(arguments: [0.1, 0.25, 0.4, 0.5, 0.75], [2, 3])
  func spatialMax(rate: Double, size: Int) throws {
    #expect(try areEqual(.max, size: size, rate: rate))
  }

  @Test(arguments: [0.5, 0.75, 0.875], [2, 3])
  func spatialAverage(rate: Double, size: Int) throws {
    #expect(try areEqual(.average, size: size, rate: rate))
  }

  /// The condition of the rule is needed: other rates round differently.
  @Test func spatialAverageAtOtherRatesIsAnotherTraining() throws {
    #expect(try !areEqual(.average, size: 2, rate: 0.3))
    #expect(try !areEqual(.average, size: 3, rate: 0.4))
  }

  @Test(arguments: [PoolKind.max, .average], [0.3, 0.5])
  func onePixel(pool: PoolKind, rate: Double) throws {
    // 12 × 12, pooled to 6 × 6 and to 1 × 1; then a block whose maps are 1 × 1 on both sides.
    let blocks = [
      BlockSpec(filters: 16, pool: pool), BlockSpec(filters: 24, pool: pool, poolSize: 6),
      BlockSpec(filters: 16, pool: pool, poolSize: 1),
    ]
    for site in [DropoutSite.afterPool(block: 2), .beforePool(block: 3), .afterPool(block: 3)] {
      let one = try record(blocks, [DropoutSpec(site: site, kind: .elementWise, rate: rate)])
      let two = try record(blocks, [DropoutSpec(site: site, kind: .spatial, rate: rate)])
      #expect(one.status == .done)
      #expect(one == two, "\(site)")
    }
    // Where maps are larger it is not so.
    let site = DropoutSite.afterPool(block: 1)
    #expect(
      try record(blocks, [DropoutSpec(site: site, kind: .elementWise, rate: rate)])
        != record(blocks, [DropoutSpec(site: site, kind: .spatial, rate: rate)]))
  }

  /// Dropout in front of an activation is the same behind it: alone, and with some behind the pool.
  private func commutes(
    _ activation: ActivationKind, _ kind: DropoutKind, _ rate: Double, pool: PoolKind = .max,
    normalisation: Normalisation? = nil
  ) throws -> Bool {
    let blocks = [
      BlockSpec(
        filters: 16, convolutions: 2, pool: pool, normalisation: normalisation,
        activation: activation),
      BlockSpec(filters: 24, pool: nil, activation: activation),
    ]
    func specs(_ side: DropoutSite.ConvolutionSide, pool: Bool) -> [DropoutSpec] {
      [(1, 1), (1, 2), (2, 1)].map { block, index in
        DropoutSpec(
          site: .convolution(block: block, index: index, side), kind: kind, rate: rate)
      } + (pool ? [DropoutSpec(site: .afterPool(block: 1), kind: .spatial, rate: 0.2)] : [])
    }
    return try [false, true].allSatisfy { pool in
      let before = try record(
        blocks, specs(.beforeActivation, pool: pool), learningRate: 0.005)
      #expect(before.status == .done)
      return try before
        == record(blocks, specs(.afterActivation, pool: pool), learningRate: 0.005)
    }
  }

  @Test(arguments: [PoolKind.max, .average], [0.3, 0.5])
  func relu(pool: PoolKind, rate: Double) throws {
    for normalisation in [Normalisation.batch, nil] {
      #expect(try commutes(.relu, .elementWise, rate, pool: pool, normalisation: normalisation))
      // A max pool picks its winners before the maps right in front of it are scaled.
      #expect(
        try commutes(.relu, .spatial, rate, pool: pool, normalisation: normalisation)
          == (pool == .average || rate == 0.5))
    }
  }

  @Test func leakyReLU() throws {
    for kind in [DropoutKind.elementWise, .spatial] {
      for rate in [0.5, 0.75] { #expect(try commutes(.leakyReLU, kind, rate)) }
    }
    // The condition is needed: other rates round differently.
    #expect(try !commutes(.leakyReLU, .elementWise, 0.3))
    // And no other activation commutes.
    for activation in [ActivationKind.elu, .selu, .tanh, .sigmoid] {
      #expect(try !commutes(activation, .elementWise, 0.5), "\(activation)")
    }
  }

  @Test func rows() throws {
    let blocks = [BlockSpec(filters: 16)]
    let records = try [DropoutKind.elementWise, .spatial].map {
      try record(blocks, [DropoutSpec(site: .dense(layer: 1), kind: $0, rate: 0.4)])
    }
    #expect(records[0] == records[1])
    #expect(records[0].status == .done)
  }

  /// Both rules in a chain: before the activation, before the pool and after it.
  @Test(arguments: [true, false]) func spatialAllAlong(fused: Bool) throws {
    let blocks = [BlockSpec(filters: 16)]
    let sites: [DropoutSite] = [
      .convolution(block: 1, index: 1, .beforeActivation), .beforePool(block: 1),
      .afterPool(block: 1),
    ]
    let records = try sites.map {
      try record(blocks, [DropoutSpec(site: $0, kind: .spatial, rate: 0.5)], fused: fused)
    }
    #expect(records[0] == records[1])
    #expect(records[1] == records[2])
    #expect(
      try records[0]
        == record(
          blocks, [DropoutSpec(site: sites[0], kind: .spatial, rate: 0.5)], fused: !fused))
  }

  /// Noise shapes that are another kind, on maps and on rows.
  @Test func noiseShapes() throws {
    let blocks = [BlockSpec(filters: 16)]
    func noise(_ site: DropoutSite, _ shape: String) throws -> TrialRecord {
      try record(
        blocks,
        [
          DropoutSpec(
            site: site, kind: .noiseShape, rate: 0.3, noise: NoiseShape(rawValue: shape))
        ])
    }
    for site in [DropoutSite.beforePool(block: 1), .afterPool(block: 1)] {
      for (shape, kind) in [("n11c", DropoutKind.spatial), ("nhwc", .elementWise)] {
        let other = try record(blocks, [DropoutSpec(site: site, kind: kind, rate: 0.3)])
        #expect(try noise(site, shape) == other, "\(site) \(shape)")
      }
    }
    let row = DropoutSite.dense(layer: 1)
    let rows = try record(blocks, [DropoutSpec(site: row, kind: .elementWise, rate: 0.3)])
    for shape in ["nhwc", "n1wc", "nh1c", "n11c"] { #expect(try noise(row, shape) == rows) }
    #expect(try noise(row, "n111") != rows)
    #expect(try noise(row, "1hwc") != rows)
  }

  /// The rules of pools do not need values above 0.
  @Test func spatialAroundPoolsOfSignedValues() throws {
    for (pool, rate) in [(PoolKind.max, 0.3), (.average, 0.5)] {
      let blocks = [BlockSpec(filters: 16, pool: pool, activation: .elu)]
      let records = try [DropoutSite.beforePool(block: 1), .afterPool(block: 1)].map {
        try record(blocks, [DropoutSpec(site: $0, kind: .spatial, rate: rate)])
      }
      #expect(records[0] == records[1])
    }
  }
}
