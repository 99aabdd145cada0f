public import ExperimentModel

/// A results file as a comparison sees it.
public struct ComparedSweep: Sendable {
  /// What to call it: a path.
  public var name: String
  public var engine: String
  public var results: SweepResults
  /// What the trials compute; arms are matched by their columns where it is not known.
  public var configurations: TrialConfigurations

  public init(
    name: String, engine: String, results: SweepResults,
    configurations: TrialConfigurations = TrialConfigurations()
  ) {
    self.name = name
    self.engine = engine
    self.results = results
    self.configurations = configurations
  }
}

/// What a comparison says of one arm or of all.
public enum GateVerdict: String, Sendable, Hashable, Codable {
  case identical = "identical to the bit"
  /// A loss beyond the margin is shown.
  case harm
  /// The same engine recorded other bits for the same trial.
  case differentBits = "different bits"
  /// It is shown that the loss is within the margin.
  case noHarm = "no harm"
  /// Neither is shown.
  case inconclusive
}

/// A candidate sweep judged against a baseline, arm by arm.
///
/// Arms are matched by what their trials compute, the seeds left out. Equal seeds are paired, fresh ones compared as
/// two samples. Harm has to be shown (a one-sided test of a loss beyond the margin, Holm over all
/// arms and their mean at α = 0.001), and so has its absence; what lies between is inconclusive.
/// Where the engine is the same, equal trials must have equal bits.
public struct SweepComparison: Sendable, Hashable, Encodable {
  public struct Arm: Sendable, Hashable, Encodable {
    public var settings: Settings
    public var test: GateTest
    public var verdict: GateVerdict
    /// Trials of the candidate that did not end as `done`.
    public var incomplete: Int
  }

  public var baseline: String
  public var candidate: String
  /// Points of test accuracy.
  public var margin: Double
  public var isSameEngine: Bool
  /// Trials with the same id that are complete in both.
  public var sharedTrials: Int
  /// Ids of the shared trials whose figures differ in a bit.
  public var differentBits: [String]
  /// Figures that only one of them recorded: their bits say nothing.
  public var unsharedFigures: [String]
  public var arms: [Arm]
  public var overall: GateTest?
  /// Arms of the baseline that the candidate does not have, and the other way round.
  public var missing: [Settings]
  public var added: [Settings]
  /// Mean seconds of a trial, candidate ÷ baseline, over the matched arms; advisory, machines vary.
  public var timeRatio: Double?
  public var verdict: GateVerdict

  /// - Parameters:
  ///   - baseline: what the candidate is judged against.
  ///   - candidate: what is judged.
  ///   - margin: points of test accuracy, finite and not negative.
  /// - Throws: `UserError(.badInput)` for such a margin, where no arm is in both sweeps, or where
  ///   arms of one name compute something else; `UserError(.badFile)` where results do not fit
  ///   together.
  public init(
    baseline: ComparedSweep, candidate: ComparedSweep, margin: Double
  ) throws(UserError) {
    guard margin.isFinite, margin >= 0, margin <= 100 else {
      throw UserError(.badInput, "a margin is a number of points from 0 to 100, not \(margin)")
    }
    self.baseline = baseline.name
    self.candidate = candidate.name
    self.margin = margin
    isSameEngine = baseline.engine == candidate.engine
    let tables = (try SweepTable(baseline.results), try SweepTable(candidate.results))
    let names = Self.columns(baseline.results, candidate.results)
    let arms = try MatchedArms(baseline, candidate, tables, columns: names)
    let (groups, matched) = (arms.groups, arms.matched)
    let pairs = matched.map { (groups.0[$0] ?? [], groups.1[$0] ?? []) }
    try Self.checkSameExperiment(tables, pairs, isSameEngine: isSameEngine, candidate.name)
    // Columns that say the same in every arm are not worth a place in a table.
    let values = arms.values
    let varying = names.indices.filter { index in Set(values.values.map { $0[index] }).count > 1 }
    func settings(_ key: [SettingValue]) -> Settings {
      Settings(
        names: varying.map { names[$0] }, values: varying.map { values[key]?[$0] ?? .none })
    }
    missing = groups.0.keys.filter { groups.1[$0] == nil }.map(settings)
    added = groups.1.keys.filter { groups.0[$0] == nil }.map(settings)

    let family = GateFamily(
      matched.map { key in
        GateSample(
          baseline: tables.0.accuracies(groups.0[key] ?? []),
          candidate: tables.1.accuracies(groups.1[key] ?? []))
      }, margin: margin)
    overall = family.overall
    let bits = SharedBits(tables.0, tables.1)
    sharedTrials = bits.same.count + bits.different.count
    differentBits = bits.different.map { candidate.results.trialIDs[$0].description }
    let recorded = (Set(baseline.results.metrics.keys), Set(candidate.results.metrics.keys))
    unsharedFigures = recorded.0.symmetricDifference(recorded.1).map(\.rawValue).sorted()
    let (sameEngine, different) = (isSameEngine, Set(bits.different))
    self.arms = zip(matched, family.arms).map { key, test in
      let trials = groups.1[key] ?? []
      let verdict: GateVerdict =
        if sameEngine, trials.contains(where: different.contains) {
          .differentBits
        } else if trials.allSatisfy(bits.same.contains) {
          .identical
        } else if test.isHarm {
          .harm
        } else {
          test.isSound ? .noHarm : .inconclusive
        }
      return Arm(
        settings: settings(key), test: test, verdict: verdict,
        incomplete: trials.count { !tables.1.isDone($0) })
    }
    timeRatio = Self.timeRatio(
      matched.flatMap { groups.0[$0] ?? [] }.map { baseline.results.durations[$0] },
      matched.flatMap { groups.1[$0] ?? [] }.map { candidate.results.durations[$0] })
    verdict = .inconclusive
    verdict = judgement
  }

  private var judgement: GateVerdict {
    let verdicts = arms.map(\.verdict)
    if verdicts.contains(.differentBits) { return .differentBits }
    if verdicts.contains(.harm) || overall?.isHarm == true { return .harm }
    if verdicts.contains(.inconclusive) || !missing.isEmpty
      || arms.contains(where: { $0.incomplete > 0 })
    {
      return .inconclusive
    }
    return verdicts.allSatisfy { $0 == .identical } ? .identical : .noHarm
  }

  /// Refuses arms whose columns agree and whose trainings were set up differently.
  ///
  /// An id is a digest of everything that a trial computes from, so that the same seed of the same
  /// arm has the same id wherever the engine is the same. Across engines only the epochs show.
  private static func checkSameExperiment(
    _ tables: (SweepTable, SweepTable), _ arms: [([Int], [Int])], isSameEngine: Bool, _ name: String
  ) throws(UserError) {
    for (first, second) in arms {
      let epochs = (tables.0.epochs(first), tables.1.epochs(second))
      if let a = epochs.0, let b = epochs.1, a != b {
        throw UserError(
          .badInput,
          "\(name) trained \(b) epochs where the baseline has \(a): compare sweeps of the same grid"
        )
      }
      let ids = (tables.0.ids(first), tables.1.ids(second))
      guard isSameEngine,
        let seed = ids.0.keys.first(where: { ids.1[$0] != nil && ids.1[$0] != ids.0[$0] })
      else { continue }
      throw UserError(
        .badInput,
        "\(name) differs from the baseline in settings that are no columns of the file (data, "
          + "optimiser, batch, …): seed \(seed) of an arm has other trial ids; compare sweeps of "
          + "the same grid")
    }
  }

  /// The columns of both, the seed left out.
  private static func columns(_ first: SweepResults, _ second: SweepResults) -> [String] {
    var names = Ordered<String, Void>()
    for column in first.trialColumns + second.trialColumns where column.name != SweepTable.seed {
      names[column.name, default: ()] = ()
    }
    return names.keys
  }

  private static func timeRatio(_ first: [Double], _ second: [Double]) -> Double? {
    guard let a = Moments.mean(first.filter(\.isFinite)),
      let b = Moments.mean(second.filter(\.isFinite)), a > 0
    else { return nil }
    return b / a
  }

  /// The numbers in full precision: an object with sorted keys.
  public func json() throws -> String { try encodeJSON(self) }
}

/// Rows of a candidate whose trial is complete in a baseline too, by whether all bits agree.
private struct SharedBits {
  var same: Set<Int> = []
  var different: [Int] = []

  init(_ baseline: SweepTable, _ candidate: SweepTable) {
    var rows: [TrialID: Int] = [:]
    for (row, id) in baseline.results.trialIDs.enumerated() where baseline.isDone(row) {
      rows[id] = row
    }
    for (row, id) in candidate.results.trialIDs.enumerated() where candidate.isDone(row) {
      guard let other = rows[id] else { continue }
      let isSame = Metric.allCases.allSatisfy { metric in
        // A figure that only one of them records says nothing.
        guard let a = baseline.results.metrics[metric]?[other],
          let b = candidate.results.metrics[metric]?[row]
        else { return true }
        return a.map(\.bitPattern) == b.map(\.bitPattern)
      }
      if isSame { same.insert(row) } else { different.append(row) }
    }
  }
}

extension SweepTable {
  /// The most epochs of a complete trial; nil where none is.
  fileprivate func epochs(_ trials: [Int]) -> Int? {
    trials.filter { isDone($0) }.map { results.epochsRun[$0] }.max()
  }

  /// Ids by seed.
  fileprivate func ids(_ trials: [Int]) -> Ordered<SettingValue, TrialID> {
    let seeds = results.trialColumns.first { $0.name == Self.seed }
    var ids = Ordered<SettingValue, TrialID>()
    for trial in trials {
      let seed = seeds.map { SettingValue($0, row: trial) } ?? .none
      ids[seed, default: results.trialIDs[trial]] = results.trialIDs[trial]
    }
    return ids
  }

  /// Final test accuracies by seed; the row stands for the seed where there is no such column.
  fileprivate func accuracies(_ trials: [Int]) -> [SettingValue: Double] {
    let seeds = results.trialColumns.first { $0.name == Self.seed }
    var values: [SettingValue: Double] = [:]
    for trial in trials {
      let seed = seeds.map { SettingValue($0, row: trial) } ?? .integer(Int64(trial))
      values[seed] = outcome(.testAccuracy, of: trial)
    }
    return values
  }
}
