extension SweepComparison {
  /// The judgement in one sentence.
  public var sentence: String {
    let count = arms.count == 1 ? "the only arm" : "\(arms.count) arms"
    let limit = "\(SettingValue.real(margin)) \(margin == 1 ? "point" : "points") of test accuracy"
    switch verdict {
    case .identical: return "Identical to the bit in \(count)."
    case .differentBits:
      return "The same engine recorded other bits in \(differentBits.count) of \(sharedTrials) "
        + "\(sharedTrials == 1 ? "trial" : "trials") that both have: results are not reproducible."
    case .harm:
      let harmed = arms.count { $0.verdict == .harm }
      return harmed > 0
        ? "Harm: a loss of more than \(limit) is shown in \(harmed) of \(count)."
        : "Harm: a loss of more than \(limit) is shown in the mean over \(count)."
    case .noHarm: return "No harm: the loss is shown to be less than \(limit) in \(count)."
    case .inconclusive:
      let open = arms.count { $0.verdict == .inconclusive }
      var text =
        "Inconclusive: neither a loss of more than \(limit) nor its absence is shown in \(open) "
        + "of \(count)."
      if !missing.isEmpty {
        text +=
          missing.count == 1
          ? " 1 arm of the baseline is not there."
          : " \(missing.count) arms of the baseline are not there."
      }
      let incomplete = arms.reduce(0) { $0 + $1.incomplete }
      if incomplete > 0 {
        text +=
          incomplete == 1
          ? " 1 trial of the candidate is not complete."
          : " \(incomplete) trials of the candidate are not complete."
      }
      return text
    }
  }

  /// What to know beside the sentence.
  public var remarks: [String] {
    var lines = [
      isSameEngine
        ? "The engine is the same; \(sharedTrials - differentBits.count) of \(sharedTrials) "
          + "\(sharedTrials == 1 ? "trial" : "trials") that both have are the same to the bit."
        : "The engines differ, so bits may."
    ]
    if let timeRatio {
      lines.append(
        "A trial took \(NumberText.fixed(timeRatio, digits: 2)) times as long as in the baseline "
          + "(advisory: machines and their load differ).")
    }
    if !missing.isEmpty { lines.append("Not in the candidate: \(Self.names(missing)).") }
    if !added.isEmpty {
      let count = added.count == 1 ? "1 arm is new" : "\(added.count) arms are new"
      lines.append("\(count) and judged by nothing: \(Self.names(added)).")
    }
    let partial = arms.filter { $0.test.seedsLeftOut > 0 }
    if !partial.isEmpty {
      let seeds = Set(partial.map(\.test.seedsLeftOut)).sorted().map(String.init)
      lines.append(
        "Seeds that only one side has are left out: \(seeds.joined(separator: ", ")) in "
          + (partial.count == 1 ? "1 arm." : "\(partial.count) arms."))
    }
    if !unsharedFigures.isEmpty {
      lines.append(
        "Only one side recorded \(unsharedFigures.joined(separator: ", ")): "
          + "\(unsharedFigures.count == 1 ? "its" : "their") bits are not compared.")
    }
    return lines
  }

  /// `rate 0.5, pool max; …`, ten arms at most.
  private static func names(_ arms: [Settings]) -> String {
    let names = arms.prefix(10).map { arm in
      let parts = zip(arm.names, arm.values).filter { $0.1 != .none }.map { "\($0) \($1)" }
      return parts.isEmpty ? "the only arm" : parts.joined(separator: ", ")
    }
    return names.joined(separator: "; ") + (arms.count > 10 ? "; and \(arms.count - 10) more" : "")
  }

  /// A terminal has room for the baseline and the difference.
  private static let candidateTitle = 1
  private static let titles = [
    "baseline", "candidate", "difference", "at worst", "p (harm)", "verdict",
  ]

  /// The arms' settings, then what `titles` name; the mean over arms comes first.
  private var rows: [(settings: [String], figures: [String])] {
    var rows = arms.map { arm in
      (arm.settings.values.map(\.description), figures(arm.test, Self.word(arm.verdict)))
    }
    if let overall {
      let verdict: GateVerdict =
        overall.isHarm ? .harm : overall.isSound ? .noHarm : .inconclusive
      let word = Self.word(self.verdict == .identical ? .identical : verdict)
      let names = arms[0].settings.names
      rows.insert(
        (names.indices.map { $0 == 0 ? "all arms" : "" }, figures(overall, word)), at: 0)
    }
    return rows
  }

  private static func word(_ verdict: GateVerdict) -> String {
    switch verdict {
    case .identical: "identical"
    case .differentBits: "other bits"
    default: verdict.rawValue
    }
  }

  private func figures(_ test: GateTest, _ verdict: String) -> [String] {
    func percent(_ value: Double?) -> String {
      value.map { NumberText.fixed(100 * $0, digits: 2) } ?? "-"
    }
    let half = test.interval.map {
      " ±" + NumberText.fixed(50 * ($0.upperBound - $0.lowerBound), digits: 2)
    }
    return [
      percent(test.baselineMean), percent(test.candidateMean),
      test.difference.map { NumberText.signed(100 * $0, digits: 2) + (half ?? "") } ?? "-",
      test.lowerLimit.map { NumberText.signed(100 * $0, digits: 2) } ?? "-",
      test.adjustedHarmP.map(NumberText.p) ?? "-", verdict,
    ]
  }

  /// What the columns are, and which of them the verdicts rest on.
  private var legend: String {
    let count = rows.count
    return "Test accuracy in %. ±: half the two-sided 95% interval, which describes; verdicts are "
      + "one-sided. At worst: the 95% limit of the change from below; above "
      + "\(SettingValue.real(-margin)) it shows that there is no harm. p: a loss beyond the margin"
      + (count == 1 ? "" : ", Holm over \(count)")
      + "; harm is shown at \(GateFamily.alpha). No limit and no interval under "
      + "\(Estimate.fewestForInterval) seeds."
  }

  /// The comparison as people read it on a terminal.
  public func text(width: Int = 80, styled: Bool = false) -> String {
    let style = TextStyle(isStyled: styled)
    let (rows, names) = (rows, arms[0].settings.names)
    let columns =
      names.indices.map { index in
        TextColumn(
          names[index], alignment: .left, isFlexible: true, cells: rows.map { $0.settings[index] })
      }
      + Self.titles.indices.filter { $0 != Self.candidateTitle }.map { index in
        TextColumn(
          Self.titles[index], alignment: index == Self.titles.count - 1 ? .left : .right,
          cells: rows.map { $0.figures[index] })
      }
    let heading = "\(candidate) against \(baseline)"
    let notes = remarks + [legend]
    let lines =
      TextLayout.wrap(heading, width: width).map(style.bold)
      + TextLayout.wrap(sentence, width: width) + [""]
      + head(TextLayout.table(columns, width: width), style) + [""]
      + notes.flatMap { TextLayout.wrap($0, width: width) }.map(style.faint)
    return lines.joined(separator: "\n") + "\n"
  }

  /// The comparison as Markdown, for a CI step's summary.
  ///
  /// - Parameter limit: the most bytes; rows that do not fit are counted instead.
  public func markdown(limit: Int = 1_000_000) -> String {
    let icon =
      switch verdict {
      case .identical, .noHarm: "✅"
      case .inconclusive: "❔"
      case .harm, .differentBits: "❌"
      }
    let titles = arms[0].settings.names + Self.titles
    var text = "## \(icon) \(Markdown.escape(sentence))\n\n"
    text += "`\(Markdown.code(candidate))` against `\(Markdown.code(baseline))`\n\n"
    let tail =
      "\n" + (remarks + [legend]).map { "- " + Markdown.escape($0) }.joined(separator: "\n") + "\n"
    text += Markdown.row(titles) + Markdown.row(titles.map { _ in "---" }, isEscaped: true)
    let rows = rows
    for (index, row) in rows.enumerated() {
      let line = Markdown.row(row.settings + row.figures)
      if text.utf8.count + line.utf8.count + tail.utf8.count + 64 > limit {
        let left = rows.count - index
        text += "\n… and \(left) more \(left == 1 ? "arm" : "arms").\n"
        break
      }
      text += line
    }
    return text + tail
  }
}

/// Text that Markdown and the HTML inside it leave alone.
package enum Markdown {
  /// `text` on one line with every sign that Markdown reads escaped.
  package static func escape(_ text: String) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\\", "`", "*", "_", "{", "}", "[", "]", "#", "|", "!", "~", "$", "@":
        result += "\\" + String(character)
      default: result += character.isNewline ? " " : String(character)
      }
    }
    return result
  }

  /// `text` for a code span.
  package static func code(_ text: String) -> String {
    text.filter { $0 != "`" && !$0.isNewline }
  }

  /// A table's row.
  package static func row(_ cells: [String], isEscaped: Bool = false) -> String {
    "| " + cells.map { isEscaped ? $0 : escape($0) }.joined(separator: " | ") + " |\n"
  }
}
