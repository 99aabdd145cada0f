import ArgumentParser
import Datasets
import ExperimentModel
import Foundation
import GridPlanner
import ResultsStore
import TensorCore

/// Writes a whole results file of made-up figures, to time what reads such files.
///
/// Its grid, plan, checksums and seal are those of a sweep; its figures are a function of the
/// trial's settings and `key`: accuracy falls with the distance from a rate of 0.3, seeds scatter
/// by a point, and so a contrast has something to find. No network was trained.
struct Synthesise: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a results file of made-up figures; no network is trained.")

  @Argument(help: "The new results file.") var output: String
  @Option(help: "Learning rates; with 10 dropout rates each, the arms.") var learningRates = 1
  @Option(help: "Seeds of each arm.") var seeds = 10
  @Option(help: "Epochs of each trial.") var epochs = 3
  @Option(help: "Trials written at a time.") var batch = 1000
  @Option(help: "Other figures for another key.") var key: UInt64 = 0
  @Option(help: "Write the grid here too.") var grid: String?

  func validate() throws {
    guard learningRates > 0, seeds > 0, epochs > 0, batch > 0 else {
      throw ValidationError("Learning rates, seeds, epochs and the batch are 1 or more.")
    }
  }

  func run() async throws {
    let text = gridText
    if let grid { try text.write(toFile: grid, atomically: true, encoding: .utf8) }
    let file = try GridFile.parse(text, name: "synthetic.yaml")
    let cache = DatasetCache()
    var cards: [String: DatasetCard] = [:]
    for name in file.dataNames {
      let images = try await cache.images(name)
      cards[name] = DatasetCard(
        name: images.name,
        shape: ImageShape(height: images.height, width: images.width, channels: images.channels),
        classes: images.classes, train: images.trainCount, test: images.testCount,
        fingerprint: images.fingerprint)
    }
    let plan = try file.layOut(cards: cards, numericsVersion: Engine.numericsVersion).plan
    let writer = try ResultsWriter.create(
      path: output, plan: plan, engine: Engine.description,
      session: SessionInfo(
        commandLine: "bench synthesise", host: "none", cpu: "none", versions: "made-up figures",
        commit: ""))
    for start in stride(from: 0, to: plan.trials.count, by: batch) {
      let rows = start..<min(start + batch, plan.trials.count)
      try await writer.append(rows.map { (row: $0, record: record(of: plan, row: $0)) })
    }
    try await writer.finish()
    print("\(output): \(plan.trials.count) trials of made-up figures")
  }

  private var gridText: String {
    let rates = (1...learningRates).map { "\(Double($0) / 100_000)" }.joined(separator: ", ")
    return """
      title: Made-up figures
      question: How long do commands take?
      data: {name: "random:8x8x1,classes=10,train=100,test=100,seed=1"}
      optimiser:
        learning-rate: [\(rates)]
      dropout:
        rate: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
      epochs: \(epochs)
      seed: 1..\(seeds)
      compare:
        - {factor: dropout.rate\(learningRates > 1 ? ", by: [optimiser.learning-rate]" : "")}

      """
  }

  private func record(of plan: Plan, row: Int) -> TrialRecord {
    let trial = plan.trials[row]
    let rate = trial.spec.dropout.first?.rate ?? 0
    let trialKey = trial.id.bytes.prefix(8).reduce(key) { mix($0 ^ UInt64($1)) }
    var values: [Metric: [Float]] = [:]
    for (index, metric) in plan.metrics.enumerated() {
      let isLoss = metric.rawValue.hasSuffix("_loss")
      values[metric] = (0..<plan.epochs).map { epoch in
        let noise = unit(trialKey &+ UInt64(index * plan.epochs + epoch)) - 0.5
        let error = 0.2 + 0.3 * abs(rate - 0.3) + 0.2 / Double(epoch + 1) + 0.02 * noise
        return Float(metric == .testECE ? error / 2 : isLoss ? 2 * error : 1 - error)
      }
    }
    return TrialRecord(
      id: trial.id, status: .done, epochsRun: plan.epochs, metrics: values,
      finishedAt: 1.76e9 + Double(row), duration: 1 + unit(trialKey))
  }

  /// From 0 to below 1, by the key alone.
  private func unit(_ key: UInt64) -> Double { Double(mix(key) >> 11) * 0x1p-53 }

  /// The output of SplitMix64 (Steele, Lea & Flood 2014) at a state.
  private func mix(_ state: UInt64) -> UInt64 {
    var bits = state &+ 0x9E37_79B9_7F4A_7C15
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
