import ExperimentModel

/// The arms of two sweeps, by what their trials compute.
///
/// A column can say something of a trial that has no such setting, and two grids can have other
/// columns for the same trials. So an arm is its configuration without the seeds; its columns stand
/// for it where the configurations are not known.
struct MatchedArms {
  typealias Key = [SettingValue]

  /// Rows of both sweeps by their arm, in the order of the files.
  private(set) var groups: (Ordered<Key, [Int]>, Ordered<Key, [Int]>)
  /// What `columns` say of each arm: the baseline's, or the candidate's where the baseline has none.
  private(set) var values: [Key: [SettingValue]] = [:]

  /// The arms of both, in the order of the baseline.
  var matched: [Key] { groups.0.keys.filter { groups.1[$0] != nil } }

  /// - Throws: `UserError(.badInput)` where no arm is in both, where arms that the columns call the
  ///   same are set up differently, or where the data differ.
  init(
    _ baseline: ComparedSweep, _ candidate: ComparedSweep, _ tables: (SweepTable, SweepTable),
    columns: [String]
  ) throws(UserError) {
    let setups = (Self.setups(baseline), Self.setups(candidate))
    let isKnown = setups.0 != nil && setups.1 != nil
    groups = (
      tables.0.trials(by: columns, setups: isKnown ? setups.0 : nil),
      tables.1.trials(by: columns, setups: isKnown ? setups.1 : nil)
    )
    for (table, rows) in [(tables.1, groups.1), (tables.0, groups.0)] {
      for key in rows.keys { values[key] = table.values(of: columns, row: rows[key]?.first ?? 0) }
    }
    if isKnown {
      try checkData(baseline, candidate)
      try checkSetups(baseline, candidate, columns)
    }
    guard matched.isEmpty else { return }
    throw UserError(
      .badInput,
      "\(candidate.name) has no arm of \(baseline.name): their columns "
        + "\(columns.joined(separator: ", ")) never agree"
        + (isKnown ? Self.differences(groups.0.keys.first, groups.1.keys.first) : "")
        + "; compare sweeps of the same grid")
  }

  /// The setup of each trial; nil where one is not known.
  private static func setups(_ sweep: ComparedSweep) -> [String]? {
    let known = sweep.results.trialIDs.compactMap { sweep.configurations.setup(of: $0.description) }
    return known.count == sweep.results.trialIDs.count ? known : nil
  }

  private static func differences(_ baseline: Key?, _ candidate: Key?) -> String {
    guard let a = baseline?.first, let b = candidate?.first else { return "" }
    let found = ConfigurationDifference.sentences(a.description, b.description)
    return found.isEmpty
      ? ""
      : ": " + found.prefix(3).joined(separator: "; ")
        + (found.count > 3 ? "; and \(found.count - 3) more" : "")
  }

  /// Refuses other data; sweeps with several data sets have a column that names them.
  private func checkData(
    _ baseline: ComparedSweep, _ candidate: ComparedSweep
  ) throws(UserError) {
    let data = (baseline.configurations.data, candidate.configurations.data)
    guard data.0.count == 1, data.1.count == 1, let a = data.0.first, let b = data.1.first,
      a.key != b.key
    else { return }
    throw UserError(
      .badInput,
      "\(candidate.name) has other data than the baseline: \(b.value), SHA-256 "
        + "\(b.key.prefix(12))…, where the baseline has \(a.value), \(a.key.prefix(12))…; compare "
        + "sweeps of the same data")
  }

  /// Refuses arms that only one of the sweeps has and that the other's columns name too.
  private func checkSetups(
    _ baseline: ComparedSweep, _ candidate: ComparedSweep, _ columns: [String]
  ) throws(UserError) {
    let both = columns.indices.filter { index in
      [baseline, candidate].allSatisfy { sweep in
        sweep.results.trialColumns.contains { $0.name == columns[index] }
      }
    }
    func name(_ key: Key) -> [SettingValue] { both.map { values[key]?[$0] ?? .none } }
    let fresh = Dictionary(grouping: groups.1.keys.filter { groups.0[$0] == nil }, by: name)
    for key in groups.0.keys where groups.1[key] == nil {
      guard let other = fresh[name(key)]?.first else { continue }
      throw UserError(
        .badInput,
        "\(candidate.name) is another experiment than the baseline"
          + "\(Self.differences(key, other)); compare sweeps of the same grid, or take this one for "
          + "the new baseline")
    }
  }
}

extension SweepTable {
  /// Rows by their setup and their single seeds, or by the values of the columns `names`.
  fileprivate func trials(by names: [String], setups: [String]?) -> Ordered<MatchedArms.Key, [Int]>
  {
    let single = results.trialColumns.filter { $0.path.hasPrefix("seed.") }
    var groups = Ordered<MatchedArms.Key, [Int]>()
    for trial in results.trialIDs.indices {
      let key =
        setups.map { [.text($0[trial])] + single.map { SettingValue($0, row: trial) } }
        ?? values(of: names, row: trial)
      groups[key, default: []].append(trial)
    }
    return groups
  }

  fileprivate func values(of names: [String], row: Int) -> [SettingValue] {
    names.map { name in
      results.trialColumns.first { $0.name == name }.map { SettingValue($0, row: row) } ?? .none
    }
  }
}
