import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Plans, records and files for the tests.
enum Fixtures {
  static let engine = "numerics 3"
  static let session = SessionInfo(
    commandLine: "dropgrid run grids/test.yaml", host: "lab3", cpu: "test CPU",
    versions: "dropgrid 0.1, HDF5 1.10", commit: "0123abc")

  static let architectures = [
    Architecture(
      name: "small",
      parameters: [
        ParameterShape(layer: "block1.conv1", role: .kernel, shape: [3, 3, 1, 4]),
        ParameterShape(layer: "block1.conv1", role: .bias, shape: [4]),
        ParameterShape(layer: "logits", role: .kernel, shape: [16, 10]),
        ParameterShape(layer: "logits", role: .bias, shape: [10]),
      ]),
    Architecture(
      name: "tiny-2",
      parameters: [
        ParameterShape(layer: "logits", role: .kernel, shape: [4, 10]),
        ParameterShape(layer: "logits", role: .bias, shape: [10]),
      ]),
  ]

  /// Rates 0 (one kind) and 0.5 (two kinds) × seeds; the cells have both kinds at every rate.
  static func plan(
    seeds: Int = 3, epochs: Int = 4, weights: WeightsPolicy = .final, firstSeed: Int = 1,
    metrics: [Metric] = [.trainLoss, .trainAccuracy, .testLoss, .testAccuracy]
  ) -> Plan {
    var trials: [PlannedTrial] = []
    var cells: [PlannedCell] = []
    var (rates, kinds, trialSeeds) = ([Double](), [String](), [Int64]())
    var (cellRates, cellKinds, cellSeeds) = ([Double](), [String](), [Int64]())
    for seed in firstSeed..<firstSeed + seeds {
      for (rate, kind) in [
        (0, "element-wise"), (0, "spatial"), (0.5, "element-wise"), (0.5, "spatial"),
      ] {
        cellRates.append(rate)
        cellKinds.append(kind)
        cellSeeds.append(Int64(seed))
        if rate == 0, kind == "spatial" {
          cells.append(
            PlannedCell(trial: trials.count - 1, rule: "rate 0: the kind does not matter"))
          continue
        }
        cells.append(PlannedCell(trial: trials.count, rule: ""))
        rates.append(rate)
        kinds.append(rate == 0 ? "" : kind)
        trialSeeds.append(Int64(seed))
        trials.append(trial(seed: seed, rate: rate, kind: kind, epochs: epochs))
      }
    }
    return Plan(
      title: "A test “sweep”", question: "Which kind?", gridText: "title: A test\nrate: [0, 0.5]\n",
      trials: trials,
      trialColumns: [
        Column(name: "rate", path: "dropout.rate", values: .real(rates)),
        Column(name: "kind", path: "dropout.kind", values: .text(kinds)),
        Column(name: "seed", path: "seed", values: .integer(trialSeeds)),
      ], cells: cells,
      cellColumns: [
        Column(name: "rate", path: "dropout.rate", values: .real(cellRates)),
        Column(name: "kind", path: "dropout.kind", values: .text(cellKinds)),
        Column(name: "seed", path: "seed", values: .integer(cellSeeds)),
      ], architectures: architectures,
      datasets: [
        DatasetCard(
          name: "random", shape: ImageShape(height: 8, width: 8, channels: 1), classes: 10,
          train: 100, test: 50, fingerprint: "ab12")
      ], epochs: epochs, metrics: metrics, weights: weights,
      comparisons: [Comparison(factor: "kind", by: ["rate"])], margin: 0.5)
  }

  private static func trial(seed: Int, rate: Double, kind: String, epochs: Int) -> PlannedTrial {
    let kind = DropoutKind(rawValue: kind) ?? .elementWise
    let dropout = DropoutSpec(site: .beforePool(block: 1), kind: kind, rate: rate)
    let id = [UInt8(seed & 255), UInt8(seed >> 8), UInt8(rate * 10), kind == .spatial ? 1 : 0]
    return PlannedTrial(
      id: TrialID(bytes: id + Array(repeating: 0xA5, count: 12)),
      spec: TrialSpec(
        network: .small, dropout: rate == 0 ? [] : [dropout],
        optimiser: OptimiserSpec(learningRate: 0.01), batch: 32, epochs: epochs,
        data: DataSpec(name: "random"), seed: Seed(Int64(seed))),
      architecture: rate == 0 ? 1 : 0, flops: 1e6)
  }

  /// A finished trial whose numbers tell its row.
  static func record(_ plan: Plan, _ row: Int, epochs: Int? = nil) -> TrialRecord {
    let run = epochs ?? plan.epochs
    let trial = plan.trials[row]
    let metrics = plan.metrics.enumerated().map { index, metric in
      (metric, (0..<run).map { Float(row) + Float(index) / 10 + Float($0) / 100 })
    }
    let weights = plan.architectures[trial.architecture].parameters.enumerated().map {
      index, shape in
      (0..<shape.count).map { Float(row * 1000 + index * 100) + Float($0) / 7 }
    }
    return TrialRecord(
      id: trial.id, status: .done, epochsRun: run,
      metrics: Dictionary(uniqueKeysWithValues: metrics),
      weights: plan.weights == .final ? weights : [], finishedAt: 1.76e9 + Double(row),
      duration: 1.5 + Double(row))
  }

  static func create(_ path: String, _ plan: Plan) throws -> ResultsWriter {
    try ResultsWriter.create(path: path, plan: plan, engine: engine, session: session)
  }

  static func open(_ path: String, _ plan: Plan) throws -> ResultsWriter {
    try ResultsWriter.open(path: path, plan: plan, engine: engine, session: session)
  }

  /// A file of `plan` in which the given rows are done.
  static func write(_ path: String, _ plan: Plan, rows: some Sequence<Int>) async throws {
    let writer = try create(path, plan)
    try await writer.append(rows.map { ($0, record(plan, $0)) })
    try await writer.finish()
  }
}

/// Runs `body` with a path in a directory of its own, and removes the directory afterwards.
func withTemporaryFile<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory
    .appendingPathComponent("dropgrid-store-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory.appendingPathComponent("sweep.h5").path)
}

func contents(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

/// The names in the directory of `path`.
func entriesBeside(_ path: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(
    atPath: URL(fileURLWithPath: path).deletingLastPathComponent().path
  ).sorted()
}

func overwrite(_ path: String, _ data: Data) throws {
  try data.write(to: URL(fileURLWithPath: path))
}

/// Expects a `UserError` of the given code whose message holds every one of `parts`.
func expectUserError<Result>(
  _ code: UserError.Code, _ parts: String..., sourceLocation: SourceLocation = #_sourceLocation,
  _ body: () async throws -> Result
) async {
  do {
    _ = try await body()
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
