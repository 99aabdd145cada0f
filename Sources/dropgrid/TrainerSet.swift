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
    var batch: Int
    var epochs: Int
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
    var known: [Key: Int] = [:]
    for row in rows {
      let spec = plan.trials[row].spec
      let key = Self.key(spec)
      if let need = known[key] {
        needs[row] = need
        continue
      }
      let network = try sweep.network(of: spec)
      if data[spec.data] == nil { data[spec.data] = try await sweep.data(of: spec) }
      networks[key] = network
      known[key] =
        network.trainingBytes(batch: spec.batch, weights: plan.weights, epochs: spec.epochs)
        + (plan.diagnostics == nil ? 0 : network.diagnosticBytes)
      needs[row] = known[key]
    }
  }

  private static func key(_ spec: TrialSpec) -> Key {
    Key(network: spec.network, data: spec.data, batch: spec.batch, epochs: spec.epochs)
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
