import ExperimentModel
import Export
import Foundation
import ResultsStore
import Testing

/// Results files for the tests.
enum Sweeps {
  /// 2 channels of 4×6, conv 3 and pooled to 2×3: the flattened image has (2·3)·3 numbers.
  static let parameters = [
    ParameterShape(layer: "block1.conv1", role: .kernel, shape: [3, 1, 2, 3]),
    ParameterShape(layer: "block1.conv1", role: .bias, shape: [3]),
    ParameterShape(layer: "dense1", role: .kernel, shape: [18, 5]),
    ParameterShape(layer: "dense1", role: .bias, shape: [5]),
    ParameterShape(layer: "logits", role: .kernel, shape: [5, 4]),
    ParameterShape(layer: "logits", role: .bias, shape: [4]),
  ]
  /// Without a convolution, on the image's own channels.
  static let dense = [
    ParameterShape(layer: "logits", role: .kernel, shape: [6, 2]),
    ParameterShape(layer: "logits", role: .bias, shape: [2]),
  ]

  static let metrics: [Metric] = [.testLoss, .testAccuracy]

  static func plan(
    trials count: Int = 4, parameters: [ParameterShape] = parameters,
    weights: WeightsPolicy = .final, metrics: [Metric] = metrics, dataName: String = "random"
  ) -> Plan {
    let trials = (0..<count).map { row in
      PlannedTrial(
        id: TrialID(bytes: [row == 3 ? 0xA0 : 0xA5, UInt8(row)] + Array(repeating: 7, count: 14)),
        spec: TrialSpec(
          network: .small, dropout: [], optimiser: OptimiserSpec(learningRate: 0.01), batch: 32,
          epochs: 2, data: DataSpec(name: dataName), seed: Seed(Int64(row))),
        architecture: 0, flops: 1)
    }
    return Plan(
      title: "A \"sweep\"", question: "Which, and why?", gridText: "", trials: trials,
      trialColumns: [
        Column(
          name: "rate", path: "dropout.rate",
          values: .real((0..<count).map { $0 == 1 ? .nan : Double($0) / 4 })),
        Column(
          name: "kind", path: "dropout.kind",
          values: .text((0..<count).map { $0 == 0 ? "" : "a, \"b\"" })),
        Column(
          name: "data", path: "data.name", values: .text(Array(repeating: dataName, count: count))),
        Column(name: "seed", path: "seed", values: .integer((0..<count).map { Int64($0) })),
      ],
      cells: (0..<count).map { PlannedCell(trial: $0, rule: "") } + [
        PlannedCell(trial: 0, rule: "rate 0: the kind does not matter")
      ],
      cellColumns: [
        Column(name: "seed", path: "seed", values: .integer((0...count).map { Int64($0) }))
      ],
      architectures: [Architecture(name: "small", parameters: parameters)],
      datasets: [
        DatasetCard(
          name: "random", shape: ImageShape(height: 4, width: 6, channels: 2), classes: 4,
          train: 10, test: 10, fingerprint: "ab")
      ], epochs: 2, metrics: metrics, weights: weights, comparisons: [])
  }

  /// Numbers that tell row, array and place.
  static func weights(_ plan: Plan, _ row: Int) -> [[Float]] {
    plan.architectures[0].parameters.enumerated().map { index, shape in
      (0..<shape.count).map { Float(row * 10000 + index * 1000 + $0) }
    }
  }

  /// Rows 0 to 2 have ended: 0 and 2 as done, 1 diverged in its second epoch.
  static func write(_ path: String, _ plan: Plan, accuracies: [Float] = [0.5, 0.75, 0.625])
    async throws
  {
    let writer = try ResultsWriter.create(
      path: path, plan: plan, engine: "numerics 1; test",
      session: SessionInfo(commandLine: "test", host: "h", cpu: "c", versions: "v", commit: ""))
    let records = (0..<min(3, plan.trials.count)).map { row in
      let isDone = row != 1
      let run = isDone ? 2 : 1
      return TrialRecord(
        id: plan.trials[row].id, status: isDone ? .done : .diverged,
        message: isDone ? "" : "not finite,\nin \"dense1\"", epochsRun: run,
        metrics: Dictionary(
          uniqueKeysWithValues: plan.metrics.map { metric in
            (
              metric,
              Array(
                [Float](
                  arrayLiteral: 1 - accuracies[row],
                  metric == .testLoss ? 2.5 : accuracies[row]
                ).prefix(run))
            )
          }),
        weights: isDone && plan.weights == .final ? weights(plan, row) : [],
        finishedAt: 1_760_000_000 + Double(row), duration: 2)
    }
    try await writer.append(records.enumerated().map { (row: $0.offset, record: $0.element) })
    try await writer.finish()
  }

  /// Runs `body` with the reader of such a file and a directory of its own.
  static func withReader<Result>(
    _ plan: Plan = plan(), _ body: (ResultsReader, String) async throws -> Result
  ) async throws -> Result {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent("dropgrid-export-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = directory.appendingPathComponent("sweep.h5").path
    try await write(path, plan)
    return try await body(try ResultsReader(path: path), directory.path)
  }
}

/// Expects a `UserError` of the given code whose message holds every one of `parts`.
func expectUserError<Result>(
  _ code: UserError.Code, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () throws -> Result
) {
  do {
    _ = try body()
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
  } catch let error as UserError {
    #expect(error.code == code, sourceLocation: sourceLocation)
    for part in parts {
      #expect(error.message.contains(part), "\(error.message)", sourceLocation: sourceLocation)
    }
  } catch {
    Issue.record("another error: \(error)", sourceLocation: sourceLocation)
  }
}
