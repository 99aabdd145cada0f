import ExperimentModel
import TensorCore
import Testing
import Training

/// Everything that a trial can ask for trains, and goes on from a checkpoint to the same bits.
@Suite struct VarietyTests {
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var change: @Sendable (inout TrialSpec) -> Void

    static func dropout(
      _ kind: DropoutKind, at site: DropoutSite, noise: NoiseShape? = nil,
      block: DropBlockShape? = nil, inference: DropConnectInference? = nil,
      schedule: RateSchedule = .constant
    ) -> Case {
      let spec = DropoutSpec(
        site: site, kind: kind, rate: 0.3, noise: noise, block: block, inference: inference,
        schedule: schedule)
      return Case(description: "\(spec)") { $0.dropout = [spec] }
    }
  }

  static let kinds: [Case] = [
    .dropout(.elementWise, at: .input),
    .dropout(.elementWise, at: .convolution(block: 1, index: 1, .beforeActivation)),
    .dropout(.spatial, at: .convolution(block: 2, index: 1, .afterActivation)),
    .dropout(.noiseShape, at: .afterPool(block: 1), noise: NoiseShape(rawValue: "1h1c")),
    .dropout(.noiseShape, at: .dense(layer: 1), noise: NoiseShape(rawValue: "n111")),
    .dropout(.gaussian, at: .afterPool(block: 1)),
    .dropout(.gaussian, at: .dense(layer: 1)),
    .dropout(.alpha, at: .beforePool(block: 1)),
    .dropout(.dropBlock, at: .beforePool(block: 1), block: DropBlockShape(size: 3)),
    .dropout(
      .dropBlock, at: .afterPool(block: 1),
      block: DropBlockShape(size: 2, channels: .shared, centres: .full)),
    .dropout(.dropConnect, at: .afterPool(block: 1), inference: .mean),
    .dropout(.dropConnect, at: .afterPool(block: 2), inference: .gaussian(samples: 5)),
    .dropout(.dropConnect, at: .logitsInput, inference: .mean),
    .dropout(
      .dropConnect, at: .afterPool(block: 2), inference: .mean, schedule: .linear(epochs: 2)),
    .dropout(.maxPooling, at: .beforePool(block: 1)),
    .dropout(.elementWise, at: .dense(layer: 1), schedule: .early(epochs: 1)),
    .dropout(.elementWise, at: .dense(layer: 1), schedule: .late(epochs: 1)),
    .dropout(.elementWise, at: .dense(layer: 1), schedule: .linear(epochs: 2)),
  ]

  static let others: [Case] = [
    Case(description: "batch") { $0.network.blocks[0].normalisation = .batch },
    Case(description: "batch-pytorch") { $0.network.blocks[1].normalisation = .batchPyTorch },
    Case(description: "stride") { $0.network.blocks[0].stride = 2 },
    Case(description: "strided") { $0.network.blocks[1] = $0.network.blocks[1].strided },
    Case(description: "stochastic") { $0.network.blocks[0].pool = .stochastic },
    Case(description: "global average") { $0.network.head = .globalAverage },
    Case(description: "elu") { $0.network.blocks[0].activation = .elu },
    Case(description: "dense tanh") { $0.network.denseActivation = .tanh },
    Case(description: "he-normal") { $0.network.initialiser = .heNormal },
    Case(description: "adam") { $0.optimiser = OptimiserSpec(name: .adam, learningRate: 0.01) },
    Case(description: "adamw") {
      $0.optimiser = OptimiserSpec(
        name: .adamW, learningRate: 0.01, form: .pytorch, adam: AdamSpec(weightDecay: 0.1))
    },
    Case(description: "step") { $0.optimiser.schedule = .step(epochs: 1, factor: 0.5) },
    Case(description: "cosine") { $0.optimiser.schedule = .cosine },
    Case(description: "one cycle") { $0.optimiser.schedule = .oneCycle },
    Case(description: "label smoothing") { $0.labelSmoothing = 0.1 },
  ]

  private static func plain() throws -> TrialRecord {
    CheckpointTests.bits(try TrainerTests.job().trainer().run())
  }

  @Test(arguments: kinds + others) func everyCaseTrainsAndGoesOn(_ change: Case) throws {
    let job = try TrainerTests.job(change: change.change)
    let whole = CheckpointTests.bits(try job.trainer().run())
    #expect(whole.status == .done)
    #expect(whole != (try Self.plain()))
    #expect(whole.weights.count == job.network.parameters.count)
    for (values, parameter) in zip(whole.weights, job.network.parameters) {
      #expect(values.count == parameter.count, "\(parameter.name)")
    }
    // Five steps or evaluations, and on from there.
    var last: [UInt8]?
    var asked = 0
    #expect(throws: CancellationError.self) {
      try job.trainer().run(
        checkpoints: Checkpoints(interval: .infinity, last: nil) { last = $0 },
        isCancelled: {
          asked += 1
          return asked > 5
        })
    }
    let state = try #require(last)
    let resumed = try job.trainer().run(
      checkpoints: Checkpoints(interval: .infinity, last: state) { _ in })
    #expect(CheckpointTests.bits(resumed) == whole)
  }

  /// Early dropout is dropout for an epoch, and late dropout none for an epoch.
  @Test func schedulesCountInEpochs() throws {
    func losses(_ schedule: RateSchedule?) throws -> [Float] {
      let specs = schedule.map {
        [DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.3, schedule: $0)]
      }
      let record = try TrainerTests.job(dropout: specs ?? []).trainer().run()
      return try #require(record.metrics[.fitLoss])
    }
    let (with, without) = (try losses(.constant), try losses(nil))
    let (early, late) = (try losses(.early(epochs: 1)), try losses(.late(epochs: 1)))
    #expect(early[0] == with[0])
    #expect(early[1] != with[1])
    #expect(late[0] == without[0])
    #expect(late[1] != without[1])
  }

  @Test func monteCarloEvaluatesWithMasks() throws {
    func record(_ rate: Double?, draws: Int) throws -> TrialRecord {
      let dropout = rate.map {
        [DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: $0)]
      }
      return try TrainerTests.job(dropout: dropout ?? []) { $0.monteCarlo = draws }.trainer().run()
    }
    let with = try record(0.5, draws: 3)
    #expect(with.metrics[.monteCarloLoss]?.count == 3)
    #expect(with.metrics[.monteCarloLoss] != with.metrics[.testLoss])
    #expect(try record(0.5, draws: 4).metrics[.monteCarloLoss] != with.metrics[.monteCarloLoss])
    // It changes nothing else.
    let plain = try record(0.5, draws: 0)
    #expect(plain.metrics[.monteCarloLoss] == nil)
    #expect(plain.metrics[.testLoss] == with.metrics[.testLoss])
    #expect(plain.weights == with.weights)
    // Without dropout every draw is the evaluation.
    let none = try record(nil, draws: 2)
    #expect(none.metrics[.monteCarloAccuracy] == none.metrics[.testAccuracy])
  }

  /// Places that a rule moves dropout between share a key, wherever else there is some.
  @Test func namesOfMasks() throws {
    let block = BlockSpec(filters: 4, convolutions: 2, normalisation: .batch)
    let network = try ResolvedNetwork(
      NetworkSpec(name: "n", blocks: [block], dense: [6]),
      input: ImageShape(height: 8, width: 8, channels: 1), classes: 3)
    func names(_ sites: DropoutSite...) -> [RandomName] {
      let specs = sites.map { DropoutSpec(site: $0, kind: .elementWise, rate: 0.5) }
      return NetworkDescription(network, dropout: specs, updates: 1).layers.compactMap {
        if case .dropout(let dropout) = $0 { dropout.name } else { nil }
      }
    }
    let (norm, activation) = (
      DropoutSite.convolution(block: 1, index: 2, .beforeNorm),
      DropoutSite.convolution(block: 1, index: 2, .beforeActivation)
    )
    let (before, after) = (DropoutSite.beforePool(block: 1), DropoutSite.afterPool(block: 1))
    let pool = RandomName.pool(block: 1)
    let second = RandomName.pool(block: 1, second: true)
    #expect(names(activation) == [pool])
    #expect(names(.convolution(block: 1, index: 2, .afterNorm)) == [pool])
    #expect(names(.convolution(block: 1, index: 2, .afterActivation)) == [pool])
    #expect(names(before) == [pool])
    #expect(names(after) == [pool])
    #expect(names(before, after) == [second, pool])
    #expect(names(activation, after) == [second, pool])
    #expect(names(activation, before) == [second, pool])
    #expect(Set(names(norm, activation, before, after)).count == 4)
    #expect(names(norm) == Array(names(norm, activation).prefix(1)))
    let first = DropoutSite.convolution(block: 1, index: 1, .beforeActivation)
    #expect(names(first) == names(.convolution(block: 1, index: 2, .input)))
    #expect(
      Set(
        names(
          .input, first, .convolution(block: 1, index: 1, .afterActivation), before,
          .dense(layer: 1))
      ).count == 5)
  }
}
