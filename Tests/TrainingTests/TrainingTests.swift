import Datasets
import ExperimentModel
import TensorCore
import Testing
import Training

@Suite struct TrainerTests {
  static let network = NetworkSpec(
    name: "tiny", blocks: [BlockSpec(filters: 16), BlockSpec(filters: 8, pool: .average)],
    dense: [12])

  struct Job {
    var spec: TrialSpec
    var network: ResolvedNetwork
    var data: PreparedData

    func trainer(keepsWeights: Bool = true) -> Trainer {
      Trainer(
        trial: PlannedTrial(
          id: TrialID(bytes: Array(repeating: 7, count: 16)), spec: spec, architecture: 0,
          flops: 0),
        network: network, data: data, weights: keepsWeights ? .final : .none)
    }
  }

  static func job(
    dropout: [DropoutSpec] = [], learningRate: Double = 0.02, epochs: Int = 3,
    validation: Int = 0, seed: Seed = Seed(1), change: (inout TrialSpec) -> Void = { _ in }
  ) throws -> Job {
    let set = try DatasetSource(name: "random:12x12x1,classes=4,train=50,test=20,seed=1").load()
    let data = DataSpec(name: set.name, train: 40, validation: validation)
    var spec = TrialSpec(
      network: network, dropout: dropout,
      optimiser: OptimiserSpec(learningRate: learningRate, momentum: 0.9, nesterov: true),
      batch: 16, epochs: epochs, data: data, seed: seed)
    change(&spec)
    return Job(
      spec: spec,
      network: try ResolvedNetwork(
        spec.network, input: ImageShape(height: 12, width: 12, channels: 1), classes: 4),
      data: try PreparedData(set, SplitOptions(train: 40, validation: validation)))
  }

  @Test func recordsEveryEpoch() throws {
    var epochs: [Int] = []
    let job = try Self.job(validation: 10) { $0.monteCarlo = 2 }
    let record = try job.trainer().run(onEpoch: { epoch, figures in
      epochs.append(epoch)
      #expect(figures.count == Metric.allCases.count)
    })
    #expect(epochs == [1, 2, 3])
    #expect(record.status == .done)
    #expect(record.message.isEmpty)
    #expect(record.epochsRun == 3)
    #expect(Set(record.metrics.keys) == Set(Metric.allCases))
    #expect(record.metrics.values.allSatisfy { $0.count == 3 })
    // 40 random labels are learnt by heart: the loss falls below that of guessing, ln 4.
    let losses = try #require(record.metrics[.trainLoss])
    #expect(losses[2] < losses[0])
    #expect(record.duration > 0)
    #expect(
      record.weights.map(\.count)
        == (try Self.job()).network.parameters.map(\.count))
  }

  @Test func validationIsRecordedOnlyWhereThereIsSome() throws {
    let record = try Self.job(epochs: 1).trainer(keepsWeights: false).run()
    #expect(record.metrics[.validationLoss] == nil)
    #expect(record.weights.isEmpty)
  }

  @Test func theSameSpecificationGivesTheSameBits() throws {
    let dropout = [
      DropoutSpec(site: .beforePool(block: 1), kind: .elementWise, rate: 0.3),
      DropoutSpec(site: .afterPool(block: 2), kind: .spatial, rate: 0.25),
      DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5),
    ]
    func figures(_ job: Job) throws -> TrialRecord {
      var record = try job.trainer().run()
      record.duration = 0
      record.finishedAt = 0
      return record
    }
    let first = try figures(try Self.job(dropout: dropout))
    #expect(try figures(try Self.job(dropout: dropout)) == first)
    for seed in [
      Seed(initialisation: 2, order: 1, mask: 1), Seed(initialisation: 1, order: 2, mask: 1),
      Seed(initialisation: 1, order: 1, mask: 2),
    ] {
      #expect(try figures(try Self.job(dropout: dropout, seed: seed)) != first)
    }
    // Without dropout the mask's seed reaches nothing.
    let plain = try figures(try Self.job())
    #expect(
      try figures(try Self.job(seed: Seed(initialisation: 1, order: 1, mask: 2))) == plain)
  }

  @Test func evaluationNeverSeesAMask() throws {
    // With a learning rate of (almost) 0 the weights stay, and so does the evaluation.
    let dropout = [DropoutSpec(site: .beforePool(block: 1), kind: .elementWise, rate: 0.5)]
    let with = try Self.job(dropout: dropout, learningRate: 1e-30).trainer().run()
    let without = try Self.job(learningRate: 1e-30).trainer().run()
    #expect(with.metrics[.testLoss] == without.metrics[.testLoss])
    #expect(with.metrics[.trainLoss] == without.metrics[.trainLoss])
    #expect(with.metrics[.fitLoss] != without.metrics[.fitLoss])
  }

  @Test func divergenceIsRecorded() throws {
    let record = try Self.job(learningRate: 1e20).trainer().run()
    #expect(record.status == .diverged)
    #expect(record.message.hasPrefix("not finite: "))
    #expect(record.message.contains("at step "))
    #expect(record.weights.isEmpty)
    #expect(record.epochsRun < 3)
    #expect(record.metrics.values.allSatisfy { $0.count == record.epochsRun })
  }

  @Test(arguments: [1, 7, 40, 1000])
  func everyBatchTrainsEveryImage(batch: Int) throws {
    var job = try Self.job(
      dropout: [DropoutSpec(site: .afterPool(block: 1), kind: .spatial, rate: 1.0.nextDown)],
      epochs: 1)
    job.spec.batch = batch
    let record = try job.trainer().run()
    #expect(record.status == .done, "\(record.message)")
    let speeds = try SpeedProbe.flopsPerSecond(
      job.spec, network: job.network, data: job.data, windows: 2, seconds: 0.005)
    #expect(!speeds.isEmpty && speeds.allSatisfy { $0 > 0 && $0.isFinite })
  }

  @Test func cancellationStopsAtTheNextStep() throws {
    let trainer = try Self.job().trainer()
    var asked = 0
    #expect(throws: CancellationError.self) {
      try trainer.run(isCancelled: {
        asked += 1
        return asked == 5
      })
    }
    #expect(asked == 5)
  }
}

@Suite struct NetworkMappingTests {
  @Test func sitesAndNamesFollowTheNumbers() throws {
    let network = try ResolvedNetwork(
      NetworkSpec(
        name: "n",
        blocks: [BlockSpec(filters: 4, convolutions: 2, padding: .valid), BlockSpec(filters: 8)],
        dense: [6, 5]), input: ImageShape(height: 12, width: 10, channels: 3), classes: 7)
    let description = NetworkDescription(
      network,
      dropout: [
        DropoutSpec(site: .beforePool(block: 2), kind: .spatial, rate: 0.25),
        DropoutSpec(site: .dense(layer: 2), kind: .elementWise, rate: 0.5),
      ], updates: 3)
    let expected: [NetworkDescription.Layer] = [
      .convolution(
        ConvolutionLayer(
          label: "block1.conv1", name: .kernel(block: 1, convolution: 1),
          input: FeatureShape(height: 12, width: 10, channels: 3),
          output: FeatureShape(height: 10, width: 8, channels: 4), kernel: 3, padding: .valid)),
      .activation(.relu),
      .convolution(
        ConvolutionLayer(
          label: "block1.conv2", name: .kernel(block: 1, convolution: 2),
          input: FeatureShape(height: 10, width: 8, channels: 4),
          output: FeatureShape(height: 8, width: 6, channels: 4), kernel: 3, padding: .valid)),
      .activation(.relu),
      .pool(
        PoolLayer(
          kind: .max, size: 2, input: FeatureShape(height: 8, width: 6, channels: 4),
          output: FeatureShape(height: 4, width: 3, channels: 4))),
      .convolution(
        ConvolutionLayer(
          label: "block2.conv1", name: .kernel(block: 2, convolution: 1),
          input: FeatureShape(height: 4, width: 3, channels: 4),
          output: FeatureShape(height: 4, width: 3, channels: 8), kernel: 3, padding: .same)),
      .activation(.relu),
      .dropout(Dropout(kind: .spatial, rate: 0.25, name: .pool(block: 2))),
      .pool(
        PoolLayer(
          kind: .max, size: 2, input: FeatureShape(height: 4, width: 3, channels: 8),
          output: FeatureShape(height: 2, width: 1, channels: 8))),
      .dense(DenseLayer(label: "dense1", name: .kernel(dense: 1), inputs: 16, outputs: 6)),
      .activation(.relu),
      .dense(DenseLayer(label: "dense2", name: .kernel(dense: 2), inputs: 6, outputs: 5)),
      .activation(.relu),
      .dropout(Dropout(kind: .elementWise, rate: 0.5, name: .dense(2))),
      .dense(DenseLayer(label: "logits", name: .logitsKernel, inputs: 5, outputs: 7)),
    ]
    #expect(description.layers == expected)
  }
}
