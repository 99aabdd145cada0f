internal import ExperimentModel

/// Trials that were added to a sweep when it had figures to look at already.
///
/// Tests and intervals hold for a number of seeds that was fixed beforehand. Where a look at the
/// first results decides whether there are more, a true null is rejected too often (Armitage,
/// McPherson and Rowe, J. R. Stat. Soc. A 1969), so an answer says which ones came later.
public struct Addition: Sendable, Hashable, Encodable {
  /// Values of a column that no trial had before.
  public struct Values: Sendable, Hashable, Encodable {
    public var column: String
    public var values: [SettingValue]
  }

  /// Trials that were added.
  public var trials: Int
  /// Trials that there were before, and those of them that had ended.
  public var earlierTrials: Int
  public var finished: Int
  public var values: [Values]
}

extension Addition {
  /// `Added after the first look, when 40 of 40 trials had ended: 40 trials (seed 11 to 20). …`
  package var sentence: String {
    let what = values.map { "\(Wording.words($0.column)) \($0.text)" }
    let list = what.isEmpty ? "" : " (\(what.joined(separator: ", ")))"
    return "Added after the first look, when \(finished) of \(earlierTrials) trials had ended: "
      + "\(trials) \(trials == 1 ? "trial" : "trials")\(list). P-values and intervals take it that "
      + "the number of seeds was fixed before."
  }
}

extension Addition.Values {
  /// `11 to 20` for whole numbers without a gap, else the values, ten of them at most.
  fileprivate var text: String {
    let whole = values.compactMap { value -> Int64? in
      if case .integer(let value) = value { value } else { nil }
    }.sorted()
    if let first = whole.first, let last = whole.last, whole.count == values.count,
      whole.count > 2, last - first == whole.count - 1
    {
      return "\(first) to \(last)"
    }
    let shown = values.prefix(10).map(\.description).joined(separator: ", ")
    return shown + (values.count > 10 ? " and \(values.count - 10) more" : "")
  }
}

extension SweepTable {
  /// What was added after figures were there, in the order of the extensions.
  package func additions() -> [Addition] {
    results.extensions.enumerated().compactMap { index, extended -> Addition? in
      let count = results.generations.count { $0 == index + 1 }
      guard extended.finished > 0, count > 0 else { return nil }
      return Addition(
        trials: count, earlierTrials: extended.trials, finished: extended.finished,
        values: results.cellColumns.compactMap { added($0, by: index + 1) })
    }
  }

  /// The values of a column that occur from the given extension on.
  private func added(_ column: Column, by number: Int) -> Addition.Values? {
    var first: [SettingValue: Int] = [:]
    var order: [SettingValue] = []
    for (row, cell) in results.cells.enumerated() {
      let value = SettingValue(column, row: row)
      let generation = results.generations[cell.trial]
      if let known = first[value] {
        first[value] = min(known, generation)
      } else {
        first[value] = generation
        order.append(value)
      }
    }
    let values = order.filter { $0 != .none && first[$0] == number }
    return values.isEmpty ? nil : Addition.Values(column: column.name, values: values)
  }
}
