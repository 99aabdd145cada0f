package import ExperimentModel

/// How many trials ended how.
public struct TrialCounts: Sendable, Hashable, Encodable {
  public var total: Int
  /// By the status's name; a status that no trial has is missing.
  public var byStatus: [String: Int]
  /// Those of the pending of which the file has a damaged record.
  public var damaged: Int

  /// Complete trials: those that ran all their epochs, or as many as their own patience gave them.
  public var done: Int {
    TrialStatus.allCases.filter(\.isComplete).reduce(0) { $0 + (byStatus[$1.name] ?? 0) }
  }

  package init(_ results: SweepResults) {
    total = results.status.count
    damaged = results.damaged
    byStatus = [:]
    for status in results.status { byStatus[status.name, default: 0] += 1 }
  }

  /// `172 of 180 trials are complete; 5 pending, 3 diverged.`
  package var sentence: String {
    if total == 0 { return "There are no trials." }
    if done == total {
      return total == 1 ? "The only trial is complete." : "All \(total) trials are complete."
    }
    let others = TrialStatus.allCases.filter { !$0.isComplete }.compactMap { status in
      byStatus[status.name].map {
        "\($0) \(status.name)"
          + (status == .pending && damaged > 0 ? " (\(damaged) of them damaged)" : "")
      }
    }
    return
      "\(done) of \(total) \(total == 1 ? "trial is" : "trials are") complete; \(others.joined(separator: ", "))."
  }
}

/// A trial that ended otherwise than planned.
public struct Trouble: Sendable, Hashable, Encodable {
  /// Its row in the results.
  public var trial: Int
  public var id: String
  public var status: String
  public var message: String
  /// Its columns as far as they vary in the sweep.
  public var settings: Settings
}

extension SweepTable {
  /// The trials that failed, diverged or took too long, in order.
  package func troubles() -> [Trouble] {
    let columns = ColumnSplit(results.trialColumns).varying
    return results.trialIDs.indices.compactMap { trial in
      let status = results.status[trial]
      guard !status.isAsPlanned, status != .pending else { return nil }
      return Trouble(
        trial: trial, id: results.trialIDs[trial].description, status: status.name,
        message: results.messages[trial],
        settings: Settings(
          names: columns.map(\.name), values: columns.map { SettingValue($0, row: trial) }))
    }
  }
}
