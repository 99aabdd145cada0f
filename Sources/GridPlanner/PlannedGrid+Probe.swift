public import ExperimentModel

/// How fast one trial of a plan was trained for a moment, several times.
public struct ProbedSpeed: Sendable {
  public var trial: TrialID
  /// Floating-point operations in a second, measured one after the other; not empty.
  public var windows: [Double]

  public init(trial: TrialID, windows: [Double]) {
    precondition(!windows.isEmpty && windows.allSatisfy { $0 > 0 })
    self.trial = trial
    self.windows = windows
  }

  var middle: Double { windows.sorted()[windows.count / 2] }

  /// The fastest over the slowest window; of five or more, without the fastest and the slowest.
  var spread: Double {
    let sorted = windows.sorted()
    let inner = sorted.count >= 5 ? sorted.dropFirst().dropLast() : sorted[...]
    return (inner.last ?? 1) / (inner.first ?? 1)
  }
}

extension PlannedGrid {
  private struct Group: Hashable {
    var network: Int32
    var data: Int32
    var training: Int32
  }

  /// The trials by network, data and batch, those with the most operations first.
  private var groups: [(flops: Double, row: Int)] {
    var flops: [Group: Double] = [:]
    var typical: [Group: (sites: Int, row: Int)] = [:]
    for row in 0..<trialCount {
      let draft = layout.draft(ofRow: row)
      let group = Group(network: draft.network, data: draft.data, training: draft.key.training)
      flops[group, default: 0] += layout.flops(ofRow: row)
      let sites = planner.dropouts[Int(draft.dropout)].specs.count
      if sites > typical[group]?.sites ?? -1 { typical[group] = (sites, row) }
    }
    return typical.map { (flops: flops[$0.key] ?? 0, row: $0.value.row) }
      .sorted { ($1.flops, $0.row) < ($0.flops, $1.row) }
  }

  /// A trial of each network, data set and batch, with as much dropout as any of them, where most
  /// of the operations are: what to measure for a forecast.
  public func typicalTrials(atMost count: Int) -> [PlannedTrial] {
    groups.prefix(count).map { trial($0.row) }
  }

  /// What measured speeds say of the machine.
  ///
  /// Each group of trials counts with its own speed, the middle one of its windows; groups that
  /// were not measured, with the slowest of those. What a moment of training alone does not show
  /// (other trials at the same time, evaluation, the start of each trial) takes an eighth more; the
  /// interval's ends are as far apart as the windows of one trial were, and 20% on either side at
  /// least.
  public func profile(_ speeds: [ProbedSpeed], jobs: Int) -> MachineProfile {
    precondition(!speeds.isEmpty)
    let measured = Dictionary(speeds.map { ($0.trial, $0.middle) }, uniquingKeysWith: min)
    let slowest = speeds.map(\.middle).min() ?? 1
    var (flops, seconds) = (0.0, 0.0)
    for group in groups {
      flops += group.flops
      seconds += group.flops / (measured[trial(group.row).id] ?? slowest)
    }
    let spread = speeds.map(\.spread).max() ?? 1
    return MachineProfile(
      flopsPerSecondPerCore: (seconds > 0 ? flops / seconds : slowest) / 1.125, jobs: jobs,
      uncertainty: max(1.2, spread.squareRoot() * 1.05))
  }
}
