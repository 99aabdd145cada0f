internal import Analysis

/// A table of the report, the same in HTML and in Markdown.
struct ReportTable {
  var titles: [String]
  /// Which columns hold numbers.
  var isNumeric: [Bool]
  var rows: [[String]]
  /// Rows that stand out.
  var shown: Set<Int> = []
  /// Columns of sentences, which may break into lines.
  var prose: Set<Int> = []

  var html: String {
    func cell(_ tag: String, _ text: String, _ index: Int) -> String {
      guard isNumeric[index] else {
        return HTML.element(tag, text, class: prose.contains(index) ? "t" : "")
      }
      // On a narrow screen an interval has two lines, not three.
      return HTML.element(tag, text.replacing(" to ", with: " to\u{A0}"), class: "n")
    }
    let head = titles.enumerated().map { cell("th", $1, $0) }.joined()
    let body = rows.enumerated().map { row, cells in
      "<tr\(shown.contains(row) ? " class=\"shown\"" : "")>"
        + cells.enumerated().map { cell("td", $1, $0) }.joined() + "</tr>"
    }
    return "<div class=\"wide\"><table><thead><tr>\(head)</tr></thead><tbody>\n"
      + body.joined(separator: "\n") + "\n</tbody></table></div>\n"
  }

  var markdown: String {
    Markdown.row(titles) + Markdown.row(isNumeric.map { $0 ? "---:" : "---" }, isEscaped: true)
      + rows.map { Markdown.row($0) }.joined()
  }
}

extension SweepReport {
  /// The settings of rows, each a column, as far as they differ, or all of them.
  private func settingColumns(
    _ rows: [Settings], all: Bool = false
  ) -> (titles: [String], isNumeric: [Bool], cells: [[String]]) {
    guard let names = rows.first?.names else { return ([], [], rows.map { _ in [] }) }
    let kept = names.indices.filter { index in
      all || rows.count == 1 || Set(rows.map { $0.values[index] }).count > 1
    }
    return (
      kept.map { Wording.words(names[$0]) },
      kept.map { index in
        rows.allSatisfy { $0.values[index] == .none || $0.values[index].number != nil }
      },
      rows.map { row in kept.map { row.values[$0].description } }
    )
  }

  private func interval(_ estimate: Estimate?, _ outcome: Outcome) -> String {
    estimate?.interval.map {
      "\(NumberText.fixed($0.lowerBound * outcome.scale, digits: outcome.digits)) to "
        + NumberText.fixed($0.upperBound * outcome.scale, digits: outcome.digits)
    } ?? "-"
  }

  func contrastTable(_ result: ComparisonResult) -> ReportTable {
    let family = result.family
    let settings = settingColumns(family.map(\.by))
    let pairs = Set(family.map { [$0.a, $0.b] }).count > 1
    let counts = Set(family.map(\.seeds)).count > 1
    let rows = family.enumerated().map { index, contrast -> [String] in
      let effect = contrast.effects[.testAccuracy]
      let more = contrast.judgement?.moreSeeds.map { $0 > 1000 ? ">1000" : "\($0)" } ?? ""
      var row = settings.cells[index]
      if pairs { row.append("\(contrast.a) − \(contrast.b)") }
      row.append(effect.map { NumberText.signed(100 * $0.difference.mean, digits: 2) } ?? "-")
      row.append(interval(effect?.difference, .testAccuracy))
      if counts { row.append("\(contrast.seeds)") }
      row.append(contrast.judgement?.adjustedP.map(NumberText.p) ?? "-")
      row.append(effect?.correlation.map { NumberText.fixed($0, digits: 2) } ?? "-")
      return row + [verdict(contrast), more]
    }
    let figures =
      ["points", "95% interval"] + (counts ? ["seeds"] : []) + ["p (Holm)", "r"]
    return ReportTable(
      titles: settings.titles + (pairs ? [Wording.words(result.factor)] : []) + figures
        + ["verdict", "seeds to go"],
      isNumeric: settings.isNumeric + (pairs ? [false] : []) + figures.map { _ in true }
        + [false, true],
      rows: rows, shown: Set(family.indices.filter { family[$0].isShown }))
  }

  /// The same contrasts in loss, gap and calibration error, to describe.
  func pairTable(_ result: ComparisonResult) -> ReportTable? {
    let family = result.family.filter { $0.seeds > 0 }
    let outcomes = Outcome.beside.filter { outcome in
      family.contains { $0.effects[outcome] != nil }
    }
    guard !outcomes.isEmpty else { return nil }
    let settings = settingColumns(family.map(\.by))
    let pairs = Set(family.map { [$0.a, $0.b] }).count > 1
    let rows = family.enumerated().map { index, contrast in
      settings.cells[index] + (pairs ? ["\(contrast.a) − \(contrast.b)"] : [])
        + outcomes.map {
          NumberText.estimate(contrast.effects[$0]?.difference, of: $0, isDifference: true)
        }
    }
    return ReportTable(
      titles: settings.titles + (pairs ? [Wording.words(result.factor)] : [])
        + outcomes.map { $0.shortName + ($0 == .testLoss ? "" : ", points") },
      isNumeric: settings.isNumeric + (pairs ? [false] : []) + outcomes.map { _ in true },
      rows: rows)
  }

  private func verdict(_ contrast: Contrast) -> String {
    guard let judgement = contrast.judgement else { return "-" }
    switch judgement.verdict {
    case .better: return contrast.a.number == nil ? "\(contrast.a) better" : "better"
    case .worse: return contrast.a.number == nil ? "\(contrast.b) better" : "worse"
    case .inconclusive where !judgement.isReachable: return "too few seeds"
    case .inconclusive: return "not shown"
    case .noData where contrast.isStopped: return "stopped early"
    default: return judgement.verdict.rawValue
    }
  }

  /// Arms that were stopped for one reason.
  func stoppedTable(_ group: StoppedGroup) -> ReportTable {
    let settings = settingColumns(group.arms.map(\.settings), all: true)
    let hasFigure = !group.figure.isEmpty
    return ReportTable(
      titles: settings.titles + ["trials"] + (hasFigure ? [group.figure] : []),
      isNumeric: settings.isNumeric + [true] + (hasFigure ? [true] : []),
      rows: group.arms.indices.map {
        settings.cells[$0] + ["\(group.arms[$0].trials)"] + (hasFigure ? [group.values[$0]] : [])
      })
  }

  /// The arms, the best first.
  var armTable: ReportTable {
    let arms = summary.arms.filter { $0.complete > 0 }.sorted {
      ($0.outcomes[.testAccuracy]?.mean ?? 0) > ($1.outcomes[.testAccuracy]?.mean ?? 0)
    }
    let settings = settingColumns(arms.map(\.settings))
    let others: [(Outcome, String)] = [
      (.testLoss, "loss"), (.gap, "gap"), (.calibrationError, "ECE, %"),
      (.epochsToLoss, "to loss"), (.bestEpoch, "best"),
    ].filter { outcome, _ in arms.contains { $0.outcomes[outcome] != nil } }
    return ReportTable(
      titles: settings.titles + ["accuracy, %", "95% interval"] + others.map(\.1) + ["seeds"],
      isNumeric: settings.isNumeric + [true, true] + others.map { _ in true } + [true],
      rows: arms.enumerated().map { index, arm in
        let accuracy = arm.outcomes[.testAccuracy]
        return settings.cells[index] + [
          accuracy.map { NumberText.fixed(100 * $0.mean, digits: 2) } ?? "-",
          interval(accuracy, .testAccuracy),
        ]
          + others.map { outcome, _ in
            arm.outcomes[outcome].map {
              NumberText.fixed($0.mean * outcome.scale, digits: outcome.digits)
            } ?? "-"
          } + ["\(arm.complete)/\(arm.planned)"]
      })
  }

  var varianceTable: ReportTable {
    let effects = summary.variance.effects.sorted { $0.share > $1.share }
    func percent(_ share: Double) -> String { NumberText.fixed(100 * share, digits: 1) }
    var rows = effects.map { effect in
      [
        effect.factors.joined(separator: " × "), percent(effect.share),
        effect.f.map { NumberText.fixed($0, digits: 2) } ?? "-", "\(effect.degreesOfFreedom)",
        effect.pValue.map(NumberText.p) ?? "-",
      ]
    }
    rows.append(["seed", percent(summary.variance.seedShare), "", "", ""])
    rows.append(["the rest", percent(summary.variance.residualShare), "", "", ""])
    return ReportTable(
      titles: ["source", "share of variance, %", "F", "df", "p (unadjusted)"],
      isNumeric: [false, true, true, true, true], rows: rows)
  }

  /// What each level does on its own, averaged over all others.
  var marginalTable: ReportTable {
    ReportTable(
      titles: ["factor", "level", "points from the mean", "95% interval"],
      isNumeric: [false, false, true, true],
      rows: summary.variance.marginal.map { term in
        [
          term.settings.names.joined(), term.settings.values.map(\.description).joined(),
          NumberText.signed(100 * term.effect.mean, digits: 2),
          interval(term.effect, .testAccuracy),
        ]
      })
  }

  var predictionTable: ReportTable {
    ReportTable(
      titles: ["theory", "where", "measured", "outcome"], isNumeric: [false, false, false, false],
      rows: summary.predictions.map {
        [$0.statement, summary.wording.phrase($0.settings), $0.measurement, $0.outcome.rawValue]
      }, prose: [0, 1, 2])
  }

  var troubleTable: ReportTable {
    ReportTable(
      titles: ["trial", "status", "settings", "reason"], isNumeric: [true, false, false, false],
      rows: summary.troubles.prefix(Self.mostTroubles).map {
        ["\($0.trial)", $0.status, summary.wording.phrase($0.settings), $0.message]
      }, prose: [2, 3])
  }
}
