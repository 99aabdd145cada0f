import Datasets
import ExperimentModel
import TensorCore
import Training

/// What trains the trials of a run: networks and images are prepared once, before the first trial
/// starts, for all trials that share them.
struct TrainerSet: Sendable {
  private struct Key: Hashable {
    var network: NetworkSpec
    var data: DataSpec
  }

  private let plan: Plan
  private var data: [DataSpec: PreparedData] = [:]
  private var networks: [Key: ResolvedNetwork] = [:]
  /// Bytes that each of the trials needs, by its row.
  private(set) var needs: [Int: Int] = [:]

  /// - Parameter rows: the trials that will be trained.
  init(_ rows: [Int], of sweep: PlannedSweep, plan: Plan) async throws {
    self.plan = plan
    needs.reserveCapacity(rows.count)
    for row in rows {
      let spec = plan.trials[row].spec
      let key = Self.key(spec)
      let prepared =
        if let known = data[spec.data] { known } else { try await sweep.data(of: spec) }
      data[spec.data] = prepared
      let network = try networks[key] ?? sweep.network(of: spec)
      networks[key] = network
      needs[row] =
        network.trainingBytes(
          spec, trainingImages: prepared.train.count, weights: plan.weights)
        + (plan.diagnostics == nil ? 0 : network.diagnosticBytes)
    }
  }

  private static func key(_ spec: TrialSpec) -> Key {
    Key(network: spec.network, data: spec.data)
  }

  /// What trains the trial at `row`.
  ///
  /// - Precondition: the row is one of those that were asked for.
  subscript(row: Int) -> Trainer {
    let trial = plan.trials[row]
    guard let network = networks[Self.key(trial.spec)], let data = data[trial.spec.data] else {
      preconditionFailure("trial \(row) is not one of this run's")
    }
    return Trainer(
      trial: trial, network: network, data: data, weights: plan.weights, stopping: plan.stopping,
      diagnostics: plan.diagnostics)
  }
}
