extension Summary {
  /// The summary as people read it: the question, the answer, then the tables behind it.
  ///
  /// - Parameters:
  ///   - width: the longest line, where the settings' names allow it.
  ///   - styled: whether headings and shown differences carry a terminal's escape sequences.
  public func text(width: Int = 80, styled: Bool = false) -> String {
    let style = TextStyle(isStyled: styled)
    var blocks = [heading(width, style), answers(width, style)]
    blocks.append(stoppedLines(stopped, trials, limit: 8, width, style))
    var said: Set<String> = []
    for comparison in comparisons {
      blocks.append(contrastTable(comparison, width, style, &said))
      blocks.append(pairTable(comparison, width, style))
    }
    blocks.append(dropoutBlock(width, style))
    blocks.append(armTable(width, style))
    blocks.append(troubleLines(troubles, limit: 5, width, style))
    blocks.append(cautions(width, style))
    return blocks.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }
      .joined(separator: "\n\n") + "\n"
  }

  /// One paragraph for each comparison, the verdicts first, and one for what was added later.
  public var answers: [String] {
    (isAskedAfterwards ? [Self.askedAfterwards] : [])
      + comparisons.map { wording.answer($0) + disagreement($0) } + additions.map(\.sentence)
  }

  package var wording: Wording { Wording(hasSingleRate: dropoutRates.count <= 1, margin: margin) }

  private func heading(_ width: Int, _ style: TextStyle) -> [String] {
    var lines = TextLayout.wrap(title, width: width).map(style.bold)
    lines += TextLayout.wrap(question, width: width)
    if !claim.isEmpty { lines += TextLayout.wrap("Claim: \(claim)", width: width) }
    lines += TextLayout.wrap(trials.sentence, width: width)
    return lines + constantLines(constants, width, style)
  }

  private func answers(_ width: Int, _ style: TextStyle) -> [String] {
    let paragraphs = answers.map { TextLayout.wrap($0, width: width) }
    let lines = Array(paragraphs.joined(separator: [""]))
    return lines.isEmpty ? [] : [style.bold("Answer")] + lines
  }

  /// Arms without dropout that have a sentence each.
  private static let mostBare = 4

  private func dropoutBlock(_ width: Int, _ style: TextStyle) -> [String] {
    let without = arms.filter { isWithoutDropout($0) && $0.outcomes[.gap] != nil }
    var bare = without.prefix(Self.mostBare).flatMap { arm -> [String] in
      guard let train = arm.outcomes[.trainAccuracy], let test = arm.outcomes[.testAccuracy],
        let gap = arm.outcomes[.gap]
      else { return [] }
      let place = wording.phrase(arm.settings.filter { name, _ in !dropoutRates.contains(name) })
      func percent(_ estimate: Estimate) -> String {
        NumberText.fixed(100 * estimate.mean, digits: 1)
      }
      return TextLayout.wrap(
        "Without dropout\(place.isEmpty ? "" : " (\(place))"): \(percent(train))% of the training "
          + "images right, \(percent(test))% of the test images: a gap of \(percent(gap)) points.",
        width: width)
    }
    if without.count > Self.mostBare {
      bare.append("… \(without.count - Self.mostBare) more without dropout, among the arms below")
    }
    let rows = dropoutEffects.filter { $0.seeds > 0 }
    guard !bare.isEmpty || !rows.isEmpty else { return [] }
    var lines = [style.bold("What dropout changes")] + bare
    guard !rows.isEmpty else { return lines }
    lines += TextLayout.wrap(
      "Each rate minus rate 0, paired by seed, with the 95% interval (unadjusted):", width: width)
    // Contrasts of a second rate have other columns: they get a table of their own.
    for rate in dropoutRates {
      let contrasts = rows.filter { $0.factor == rate }
      guard !contrasts.isEmpty else { continue }
      let settings =
        settingColumns(contrasts.map(\.by))
        + [TextColumn(setting: rate, values: contrasts.map(\.a))]
      let figures = differenceColumns(contrasts, [.testAccuracy] + Outcome.beside)
      for table in TextLayout.tables(settings, figures, width: width) {
        lines += head(table, style)
      }
    }
    return lines
  }

  /// Whether every rate that dropout has anywhere in the sweep is 0 in `arm`.
  private func isWithoutDropout(_ arm: Arm) -> Bool {
    !dropoutRates.isEmpty
      && dropoutRates.allSatisfy { ((arm.settings[$0] ?? constants[$0])?.number ?? 0) == 0 }
  }

  private func armTable(_ width: Int, _ style: TextStyle) -> [String] {
    let rows = arms.filter { $0.complete > 0 }
    guard !rows.isEmpty else { return [] }
    let left = arms.count - rows.count
    var columns = settingColumns(rows.map(\.settings))
    columns.append(
      TextColumn(
        "accuracy",
        cells: rows.map { NumberText.estimate($0.outcomes[.testAccuracy], of: .testAccuracy) }))
    let hasECE = rows.contains { $0.outcomes[.calibrationError] != nil }
    let others: [(Outcome, String)] = [(.testLoss, "loss"), (.gap, "gap")]
    for (outcome, name) in others + (hasECE ? [(.calibrationError, "ECE")] : []) {
      columns.append(
        TextColumn(
          name,
          cells: rows.map { arm in
            arm.outcomes[outcome].map {
              NumberText.fixed($0.mean * outcome.scale, digits: outcome.digits)
            } ?? "-"
          }))
    }
    let counts = Set(rows.map(\.complete))
    if counts.count > 1 {
      columns.append(TextColumn("seeds", cells: rows.map { "\($0.complete)" }))
    }
    let seeds = counts.count == 1 ? ", \(NumberText.seeds(counts.first ?? 0)) each" : ""
    let title =
      "Arms: test accuracy in %, test loss, gap (training - test)"
      + "\(hasECE ? ", calibration error in %" : "")\(seeds)"
    return TextLayout.wrap(title, width: width).map(style.bold)
      + head(TextLayout.table(columns, width: width), style)
      + (left == 0
        ? []
        : [style.faint("\(left) more \(left == 1 ? "arm has" : "arms have") no complete trial.")])
  }

  private func cautions(_ width: Int, _ style: TextStyle) -> [String] {
    guard let best, let accuracy = arms[best].outcomes[.testAccuracy] else { return [] }
    let place = wording.phrase(arms[best].settings)
    let interval = accuracy.interval.map { interval in
      let ends = [interval.lowerBound, interval.upperBound].map {
        NumberText.fixed(100 * $0, digits: 2)
      }
      return "95% interval \(ends[0]) to \(ends[1]), "
    }
    var text =
      "Best arm: \(place.isEmpty ? "the only one" : place), "
      + "\(NumberText.fixed(100 * accuracy.mean, digits: 2))% test accuracy "
      + "(\(interval ?? "")\(NumberText.seeds(accuracy.count)))."
    let judged = arms.count { $0.complete > 0 }
    if judged > 1 {
      text +=
        " It is the best of \(judged) on the test images themselves, so expect less of it."
    }
    text += " Everything here is conditional on this data set and its split."
    return TextLayout.wrap(text, width: width)
  }
}

/// The titles in bold, then the rows.
func head(_ table: [String], _ style: TextStyle) -> [String] {
  table.prefix(1).map(style.bold) + table.dropFirst()
}

/// `Same in every trial: batch 32, epochs 12`
func constantLines(_ constants: Settings, _ width: Int, _ style: TextStyle) -> [String] {
  let text = zip(constants.names, constants.values).map { "\($0) \($1)" }.joined(separator: ", ")
  return text.isEmpty
    ? []
    : TextLayout.wrap("Same in every trial: \(text).", width: width, indent: 2).map(style.faint)
}

/// One column for each setting that differs between the rows, or for `all`.
func settingColumns(_ rows: [Settings], all: Bool = false) -> [TextColumn] {
  guard let names = rows.first?.names else { return [] }
  return names.indices.compactMap { index in
    let values = rows.map { $0.values[index] }
    guard all || rows.count == 1 || Set(values).count > 1 else { return nil }
    return TextColumn(setting: names[index], values: values)
  }
}

/// The first `limit` trials that did not end as planned, with their reasons.
func troubleLines(
  _ troubles: [Trouble], limit: Int, _ width: Int, _ style: TextStyle
) -> [String] {
  guard !troubles.isEmpty else { return [] }
  var lines = [style.bold("Trials that did not finish")]
  for trouble in troubles.prefix(limit) {
    let settings = zip(trouble.settings.names, trouble.settings.values)
      .filter { $0.1 != .none }.map { "\($0) \($1)" }.joined(separator: ", ")
    let message = trouble.message.isEmpty ? "" : ": \(trouble.message)"
    lines += TextLayout.wrap(
      "\(trouble.trial) \(trouble.status) (\(settings))\(message)", width: width, indent: 2)
  }
  if troubles.count > limit { lines.append("… \(troubles.count - limit) more") }
  return lines
}
