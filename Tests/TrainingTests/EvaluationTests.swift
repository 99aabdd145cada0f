import ExperimentModel
import Testing
import Training

/// Images that are evaluated after some epochs only.
@Suite struct EvaluationTests {
  private static func trainer(
    _ train: EvaluationCadence, _ test: EvaluationCadence, stopping: StoppingRule? = nil
  ) throws -> Trainer {
    let job = try TrainerTests.job(dropout: CheckpointTests.dropout, epochs: 5, validation: 8) {
      $0.trainEvaluation = train
      $0.testEvaluation = test
      $0.monteCarlo = 2
    }
    return Trainer(
      trial: PlannedTrial(
        id: TrialID(bytes: Array(repeating: 7, count: 16)), spec: job.spec, architecture: 0,
        flops: 0),
      network: job.network, data: job.data, weights: .final, stopping: stopping)
  }

  private static func bits(_ record: TrialRecord) -> [Metric: [UInt32]] {
    record.metrics.mapValues { $0.map(\.bitPattern) }
  }

  /// The epochs, from 1, that have a figure.
  private static func epochs(_ metric: Metric, _ record: TrialRecord) -> [Int] {
    (record.metrics[metric] ?? []).enumerated().filter { !$0.element.isNaN }.map { $0.offset + 1 }
  }

  @Test func whatIsNotEvaluatedIsNotANumberAndNothingElseChanges() throws {
    let whole = try Self.trainer(.every(1), .every(1)).run()
    var told: [Set<Metric>] = []
    let record = try Self.trainer(.last, .every(2)).run(onEpoch: { told.append(Set($1.keys)) })
    #expect(record.status == .done && record.weights == whole.weights)
    for metric in Metric.allCases {
      let expected =
        switch metric {
        case .trainLoss, .trainAccuracy: [5]
        case .testLoss, .testAccuracy, .testECE, .monteCarloLoss, .monteCarloAccuracy: [2, 4, 5]
        case .validationLoss, .validationAccuracy, .fitLoss, .fitAccuracy: [1, 2, 3, 4, 5]
        }
      #expect(Self.epochs(metric, record) == expected, "\(metric)")
      #expect(record.metrics[metric]?.count == 5)
      for epoch in expected {
        #expect(told[epoch - 1].contains(metric))
        #expect(record.metrics[metric]?[epoch - 1] == whole.metrics[metric]?[epoch - 1])
      }
    }
    #expect(told[0] == [.validationLoss, .validationAccuracy, .fitLoss, .fitAccuracy])
  }

  @Test func theEpochThatPatienceMakesTheLastIsEvaluated() throws {
    let rule = StoppingRule(.patience, patience: 2, minDelta: 100)
    let record = try Self.trainer(.last, .every(2), stopping: rule).run()
    #expect(record.status == .censored && record.epochsRun == 3)
    #expect(Self.epochs(.trainLoss, record) == [3])
    #expect(Self.epochs(.testLoss, record) == [2, 3])
  }

  /// A few steps or evaluations more each time, until it is done.
  @Test func itGoesOnAfterEveryPlaceToStop() throws {
    let whole = try Self.trainer(.every(3), .last).run()
    var last: [UInt8]?
    var record: TrialRecord?
    var stops = 0
    while record == nil {
      var asked = 0
      do {
        record = try Self.trainer(.every(3), .last).run(
          checkpoints: Checkpoints(interval: .infinity, last: last) { last = $0 },
          isCancelled: {
            asked += 1
            return asked > 5
          })
      } catch is CancellationError {
        stops += 1
      }
      try #require(stops < 100)
    }
    #expect(stops > 3)
    #expect(record.map(Self.bits) == Self.bits(whole))
    #expect(record?.weights == whole.weights)
  }

  @Test func cadencesThatAreTheSameAreWrittenAlike() {
    #expect(EvaluationCadence("every") == .every(1) && EvaluationCadence("1") == .every(1))
    #expect(EvaluationCadence("last") == .last && EvaluationCadence("7")?.text == "7")
    for text in ["0", "-1", "07", "often", "", "1.5"] { #expect(EvaluationCadence(text) == nil) }
    for epochs in 1...6 {
      for cadence in [EvaluationCadence.last, .every(1), .every(2), .every(5), .every(9)] {
        func due(_ cadence: EvaluationCadence) -> [Int] {
          (1...epochs).filter { $0 == epochs || cadence.isDue(after: $0) }
        }
        let canonical = cadence.canonical(epochs: epochs)
        #expect(due(canonical) == due(cadence))
        #expect(cadence.count(epochs: epochs) == due(cadence).count)
        for other in [EvaluationCadence.last, .every(1), .every(2), .every(5), .every(9)] {
          let isSame = other.canonical(epochs: epochs) == canonical
          #expect(isSame == (due(other) == due(cadence)), "\(cadence) and \(other), \(epochs)")
        }
      }
    }
  }
}
