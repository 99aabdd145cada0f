import Analysis
import ExperimentModel
import GridPlanner
import Scheduling

/// Which trials a run is to train.
struct Selection {
  /// In the order of training.
  let rows: [Int]

  /// - Parameters:
  ///   - only: what the user names; empty for everything that is pending.
  ///   - shard: the rows that are this run's to train; nil for all.
  ///   - results: what the file holds.
  /// - Throws: `UserError` where a name fits no trial, or several.
  init(
    _ only: [String], within shard: [Int]?, of results: SweepResults, finished: Set<Int>
  ) throws(UserError) {
    var chosen: Set<Int> = []
    for name in only {
      switch name {
      case "failed":
        chosen.formUnion(
          results.status.indices.filter { [.failed, .timedOut].contains(results.status[$0]) })
      case "diverged":
        chosen.formUnion(results.status.indices.filter { results.status[$0] == .diverged })
      default: chosen.insert(try results.row(named: name))
      }
    }
    if only.isEmpty { chosen = Set(results.status.indices).subtracting(finished) }
    rows = (shard.map { chosen.intersection($0) } ?? chosen).sorted()
  }
}
