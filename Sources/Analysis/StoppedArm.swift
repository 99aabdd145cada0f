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

/// Arms that were stopped for one reason, which is said once.
package struct StoppedGroup: Sendable, Hashable {
  /// `Stopped after epoch 3 of 10: the arm's validation loss is worse than … (0.5)`
  package var reason: String
  /// What was looked at, `validation loss`; empty where the messages do not say.
  package var figure: String
  package var arms: [StoppedArm]
  /// Each arm's own figure.
  package var values: [String]

  /// `arms` by their reason, in order.
  package static func groups(_ arms: [StoppedArm]) -> [StoppedGroup] {
    var groups = Ordered<[String], StoppedGroup>()
    for arm in arms {
      let (reason, figure, value) = parts(arm.message)
      groups[
        [reason, figure],
        default: StoppedGroup(reason: reason, figure: figure, arms: [], values: [])
      ].add(arm, value)
    }
    return groups.keys.compactMap { groups[$0] }
  }

  private mutating func add(_ arm: StoppedArm, _ value: String) {
    arms.append(arm)
    values.append(value)
  }

  /// The scheduler's message without the arm's own figure, and that figure.
  private static func parts(_ message: String) -> (reason: String, figure: String, value: String) {
    let pattern = /^(stopped after [^:]*): its arm's ([a-z_ ]+), ([-+.e0-9]+), (is .*)$/
    guard let match = message.wholeMatch(of: pattern) else {
      return (capitalised(message), "", "")
    }
    let figure = Wording.words(String(match.2))
    return (capitalised("\(match.1): the arm's \(figure) \(match.4)"), figure, String(match.3))
  }
}

extension TrialCounts {
  /// How many trials their own patience ended; nil where none.
  package var censoredSentence: String? {
    let censored = byStatus[TrialStatus.censored.name] ?? 0
    guard censored > 0 else { return nil }
    return "\(censored) of \(total) trials ended by their own patience; their last figures are "
      + "compared."
  }
}

/// The arms that a rule stopped, and how many trials their own patience ended.
func stoppedLines(
  _ arms: [StoppedArm], _ trials: TrialCounts, limit: Int, _ width: Int, _ style: TextStyle
) -> [String] {
  var lines = TextLayout.wrap(trials.censoredSentence ?? "", width: width, indent: 2)
  if !arms.isEmpty {
    lines += TextLayout.wrap(
      "\(arms.count == 1 ? "1 arm" : "\(arms.count) arms") stopped among others by figures on the "
        + "validation images; nothing below compares their unfinished trials.",
      width: width, indent: 2)
  }
  for group in StoppedGroup.groups(Array(arms.prefix(limit))) {
    if !group.reason.isEmpty {
      lines += TextLayout.wrap("\(group.reason):", width: width, indent: 2)
    }
    // Every setting, also where those that were stopped agree: others were not.
    var columns = settingColumns(group.arms.map(\.settings), all: true)
    columns.append(TextColumn("trials", cells: group.arms.map { "\($0.trials)" }))
    if !group.figure.isEmpty { columns.append(TextColumn(group.figure, cells: group.values)) }
    lines += head(TextLayout.table(columns, width: width), style)
  }
  if arms.count > limit { lines.append("… \(arms.count - limit) more") }
  return lines.isEmpty ? [] : [style.bold("Stopped early")] + lines
}
