/// One way of training, over all its seeds.
public struct Arm: Sendable, Hashable, Encodable {
  /// The columns that differ between arms, seeds aside.
  public var settings: Settings
  /// Trials of the arm in the plan.
  public var planned: Int
  /// Trials of the arm that are complete.
  public var complete: Int
  /// Means over the complete trials; an outcome is missing where none has it.
  public var outcomes: [Outcome: Estimate]
}

extension SweepTable {
  /// The arms in the order of the plan: trials that differ in nothing but the seed.
  package func arms() -> [Arm] {
    let columns = ColumnSplit(results.trialColumns.filter { $0.name != Self.seed }).varying
    var trials = Ordered<[SettingValue], [Int]>()
    for trial in results.trialIDs.indices {
      trials[columns.map { SettingValue($0, row: trial) }, default: []].append(trial)
    }
    return trials.keys.map { key in
      let members = trials[key] ?? []
      return Arm(
        settings: Settings(names: columns.map(\.name), values: key), planned: members.count,
        complete: members.count { isDone($0) }, outcomes: estimates(members))
    }
  }

  /// Means over `trials`; an outcome is missing where none has it.
  func estimates(_ trials: [Int]) -> [Outcome: Estimate] {
    let samples = Outcome.allCases.map { outcome in
      let finals = finals(of: outcome)
      return trials.compactMap { finals[$0].isNaN ? nil : finals[$0] }
    }
    let found = Estimate.all(samples, within: Outcome.allCases.map(\.limits))
    return Dictionary(
      uniqueKeysWithValues: zip(Outcome.allCases, found).compactMap { outcome, estimate in
        estimate.map { (outcome, $0) }
      })
  }
}
