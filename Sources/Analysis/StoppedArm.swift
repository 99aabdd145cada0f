import ExperimentModel

/// An arm whose trials the sweep's stopping rule ended before their last epoch.
///
/// Its figures are those of unfinished trainings: they are in no mean and no contrast.
public struct StoppedArm: Sendable, Hashable, Encodable {
  /// Its columns as far as they vary in the sweep, the seed aside.
  public var settings: Settings
  /// Trials of it that were stopped.
  public var trials: Int
  /// The epoch after which they were.
  public var epoch: Int
  /// Why: the first trial's message.
  public var message: String
}

extension SweepTable {
  /// The arms that were stopped, in the order of the plan.
  package func stoppedArms() -> [StoppedArm] {
    let columns = ColumnSplit(results.trialColumns).varying.filter {
      $0.name != Self.seed && !$0.path.hasPrefix("seed.")
    }
    var arms = Ordered<[SettingValue], StoppedArm?>()
    for trial in results.status.indices where results.status[trial] == .pruned {
      let values = columns.map { SettingValue($0, row: trial) }
      var arm =
        (arms[values] ?? nil)
        ?? StoppedArm(
          settings: Settings(names: columns.map(\.name), values: values), trials: 0,
          epoch: results.epochsRun[trial], message: results.messages[trial])
      arm.trials += 1
      arms[values, default: nil] = arm
    }
    return arms.keys.compactMap { arms[$0] ?? nil }
  }
}

extension StoppedArm {
  /// `rate 0.5, kind spatial: 5 trials, stopped after epoch 3 of 10: …`.
  package var sentence: String {
    let name = zip(settings.names, settings.values)
      .filter { $0.1 != .none }.map { "\($0) \($1)" }.joined(separator: ", ")
    return "\(name.isEmpty ? "the arm" : name): \(trials == 1 ? "1 trial" : "\(trials) trials"), "
      + message
  }
}

/// The arms that a rule stopped, and how many trials their own patience ended.
func stoppedLines(
  _ arms: [StoppedArm], _ trials: TrialCounts, limit: Int, _ width: Int, _ style: TextStyle
) -> [String] {
  var lines: [String] = []
  let censored = trials.byStatus[TrialStatus.censored.name] ?? 0
  if censored > 0 {
    lines += TextLayout.wrap(
      "\(censored) of \(trials.total) trials ended by their own patience; their last figures are "
        + "compared.", width: width, indent: 2)
  }
  if !arms.isEmpty {
    lines += TextLayout.wrap(
      "\(arms.count == 1 ? "1 arm" : "\(arms.count) arms") stopped among others by figures on the "
        + "validation images; nothing below compares their unfinished trials.",
      width: width, indent: 2)
  }
  for arm in arms.prefix(limit) {
    lines += TextLayout.wrap(arm.sentence, width: width, indent: 2)
  }
  if arms.count > limit { lines.append("… \(arms.count - limit) more") }
  return lines.isEmpty ? [] : [style.bold("Stopped early")] + lines
}
