internal import Foundation
public import ExperimentModel
public import ResultsStore

/// The weights of one trial after one of its epochs, with what is known of it.
public struct TrialWeights: Sendable {
  /// The row in the file.
  public let row: Int
  public let id: TrialID
  /// The epoch after which they were kept.
  public let epoch: Int
  /// In the order of the layers, kernel before bias; kernels are (kh, kw, in, out) or (in, out).
  public let parameters: [(shape: ParameterShape, values: [Float])]
  /// Channels of the images.
  let imageChannels: Int
  /// The trial's settings by the grid file's path, and where it comes from.
  let settings: [(name: String, value: String)]
  /// The figures of that epoch.
  let figures: [(metric: Metric, value: Float)]

  /// Reads the weights of the trial that `choice` means, after `epoch` or, where that is nil, the
  /// last that the file keeps.
  ///
  /// - Throws: `UserError(.badInput)` where there is no such trial or it has no weights of that
  ///   epoch, `.badFile` where they are damaged.
  public init(
    _ reader: ResultsReader, _ choice: TrialChoice, epoch: Int? = nil
  ) throws(UserError) {
    let results = reader.results
    let row = try choice.row(in: reader)
    self.row = row
    id = results.trialIDs[row]
    parameters = try reader.weights(row: row, epoch: epoch).map {
      (shape: $0.parameter, values: $0.values)
    }
    guard !parameters.isEmpty, let last = reader.weightEpochs(row: row).last else {
      throw Self.missing(reader, row)
    }
    let epoch = epoch ?? last
    self.epoch = epoch
    imageChannels = try Self.channels(reader, row)
    figures = Metric.allCases.compactMap { metric in
      guard let values = results.metrics[metric], values.indices.contains(row),
        values[row].indices.contains(epoch - 1), !values[row][epoch - 1].isNaN
      else { return nil }
      return (metric, values[row][epoch - 1])
    }
    settings =
      results.trialColumns.map { (name: $0.path, value: $0.text(at: row)) }
      .filter { !$0.value.isEmpty }
      + [
        (name: "trial", value: "\(row)"), (name: "trial_id", value: "\(id)"),
        (name: "epoch", value: "\(epoch)"),
        (name: "title", value: results.title), (name: "engine", value: reader.engine),
        (name: "configuration", value: try Self.configuration(reader, row)),
      ]
  }

  /// `trial 3 (8ed7…) after epoch 10, test_loss 0.7, test_accuracy 0.8`: which one, and how good it is.
  public var summary: String {
    let shown: [Metric] = [.validationLoss, .validationAccuracy, .testLoss, .testAccuracy]
    return
      (["trial \(row) (\(id)) after epoch \(epoch)"]
      + figures.filter { shown.contains($0.metric) }.map { "\($0.metric.rawValue) \($0.value)" })
      .joined(separator: ", ")
  }

  private static func missing(_ reader: ResultsReader, _ row: Int) -> UserError {
    let status = reader.results.status[row]
    let why =
      status.isComplete
      ? "the file keeps no weights: put `weights: final` (or best, or every N) into the "
        + "grid file and train into another file"
      : "it is \(status.name): choose a finished trial"
    return UserError(.badInput, "\(reader.path): trial \(row) has no weights, because \(why)")
  }

  private static func channels(_ reader: ResultsReader, _ row: Int) throws(UserError) -> Int {
    let name = reader.results.trialColumns.first { $0.path == "data.name" }?.text(at: row)
    guard let card = reader.datasets.first(where: { $0.name == name }), card.shape.channels > 0
    else { throw damaged(reader, "it does not say which images trial \(row) has seen") }
    return card.shape.channels
  }

  /// The settings that the trial's identity is a digest of, one `key=value` a line.
  private static func configuration(_ reader: ResultsReader, _ row: Int) throws(UserError)
    -> String
  {
    struct StoredPlan: Decodable {
      struct Trial: Decodable { var configuration: String }
      var trials: [Trial]
    }
    let plan = try? JSONDecoder().decode(StoredPlan.self, from: Data(reader.planText.utf8))
    guard let trials = plan?.trials, trials.indices.contains(row) else {
      throw damaged(reader, "its plan does not describe trial \(row)")
    }
    return trials[row].configuration
  }

  private static func damaged(_ reader: ResultsReader, _ what: String) -> UserError {
    UserError(
      .badFile, "\(reader.path): not a sound results file: \(what); use an intact copy of it")
  }
}
