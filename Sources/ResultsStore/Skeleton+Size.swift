internal import ExperimentModel
internal import HDF5

extension Skeleton {
  /// About how many bytes the file will have, a little on the high side; nil where the number is
  /// beyond every disk.
  ///
  /// The exact size is known once the skeleton stands; this one decides before whether there is
  /// any point in writing it.
  var estimatedBytes: Int? {
    let trials = plan.trials.count
    let rows = product([trials, schema.rowBytes + 64])
    let weights = weightGroups.map { group in
      let places = [4, group.trials.count, snapshots(group.trials)?.count ?? 1]
      return sum(group.architecture.parameters.map { product(places + $0.shape) })
    }
    let text =
      plan.gridText.utf8.count + planText.utf8.count + history.log.utf8.count
      + history.extensions.reduce(8 * history.generations.count) {
        $0 + 96 + $1.earlierGrid.utf8.count
      }
      + (plan.trialColumns + plan.cellColumns).reduce(0) { $0 + Self.bytes($1) }
      + plan.cells.reduce(0) { $0 + 48 + $1.rule.utf8.count }
    let structure = (1 << 18) + plan.architectures.reduce(0) { $0 + 2048 * $1.parameters.count }
    return sum([rows, sum(weights), text + text / 4, structure])
  }

  private static func bytes(_ column: Column) -> Int {
    switch column.values {
    case .real, .integer: 8 * column.count
    case .text(let values): values.reduce(0) { $0 + 48 + $1.utf8.count }
    }
  }

  private func product(_ factors: [Int]) -> Int? {
    factors.reduce(1) { partial, factor in
      partial.flatMap {
        let (value, overflow) = $0.multipliedReportingOverflow(by: factor)
        return overflow ? nil : value
      }
    }
  }

  private func sum(_ terms: [Int?]) -> Int? {
    terms.reduce(0) { partial, term in
      guard let partial, let term else { return nil }
      let (value, overflow) = partial.addingReportingOverflow(term)
      return overflow ? nil : value
    }
  }
}
