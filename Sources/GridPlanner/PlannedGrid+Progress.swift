public import ExperimentModel

/// What of a plan is in a results file.
public struct PlanProgress: Sendable, Hashable {
  /// Trials of the plan by how they stand in the file; those that are not in it are not counted.
  public var status: [TrialStatus: Int] = [:]
  /// Trials of the plan that are not in the file.
  public var missing = 0
  /// Of those, the ones for which the file has a trial of the same settings: other data, another
  /// numerics version, or a setting that is no column.
  public var changed = 0
  /// Trials of the file that are not in the plan.
  public var others = 0

  /// A line for each number that is not 0.
  public func text(path: String) -> String {
    var lines: [String] = []
    func add(_ count: Int, _ words: String) {
      if count > 0 { lines.append("\(Wording.count(count, "trial")) \(words)") }
    }
    for status in TrialStatus.allCases {
      add(self.status[status] ?? 0, status == .pending ? "pending" : status.name)
    }
    add(missing, "not in \(path)")
    add(changed, "of those changed: the file has one of the same settings, but another training")
    add(others, "in \(path) only")
    return lines.joined(separator: "\n") + "\n"
  }
}

extension PlannedGrid {
  /// Compares the plan with a results file.
  public func progress(in results: SweepResults) -> PlanProgress {
    var progress = PlanProgress()
    let rows = Dictionary(
      results.trialIDs.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let columns = trialColumns(0..<trialCount)
    let shared = columns.filter { column in results.trialColumns.contains { $0.name == column.name }
    }
    let stored = shared.compactMap { column in
      results.trialColumns.first { $0.name == column.name }
    }
    let settings = Set(results.trialIDs.indices.map { row in stored.map { $0.text(at: row) } })
    var found = 0
    for row in 0..<trialCount {
      if let place = rows[trial(row).id] {
        progress.status[results.status[place], default: 0] += 1
        found += 1
      } else {
        progress.missing += 1
        if settings.contains(shared.map { $0.text(at: row) }) { progress.changed += 1 }
      }
    }
    progress.others = results.trialIDs.count - found
    return progress
  }
}
