extension Summary {
  /// The contrasts of one comparison: difference, p and verdict, and what limits them.
  ///
  /// - Parameter said: notes that stand below an earlier table and are not repeated.
  func contrastTable(
    _ result: ComparisonResult, _ width: Int, _ style: TextStyle, _ said: inout Set<String>
  ) -> [String] {
    let family = result.family
    guard let first = family.first else { return [] }
    let isNumeric = family.allSatisfy { $0.a.number != nil && $0.b == first.b }
    let isOnePair = family.allSatisfy { $0.a == first.a && $0.b == first.b }
    let sides =
      isOnePair
      ? "\(first.a) - \(first.b)" : isNumeric ? "each - \(first.b)" : "pairs of levels"
    let place = family.count == 1 ? "" : phraseOfShared(family)
    let counts = Set(family.map(\.seeds))
    let name = "\(Wording.words(result.factor)): \(sides)\(place)"
    if counts == [0] {
      let why = Wording.whyNothing(family)
      return TextLayout.wrap("\(name): no pair is complete\(why).", width: width).map(style.bold)
        + wording.leftOut(result).flatMap { TextLayout.wrap($0, width: width) }.map(style.faint)
    }
    let seeds = counts.count == 1 ? ", \(NumberText.seeds(first.seeds))" : ""
    let title = "\(name), points of test accuracy, paired by seed\(seeds)"

    var columns = levelColumns(family, factor: result.factor)
    columns.append(
      TextColumn(
        "difference",
        cells: family.map {
          NumberText.estimate(
            $0.effects[.testAccuracy]?.difference, of: .testAccuracy, isDifference: true)
        }))
    if counts.count > 1 {
      columns.append(TextColumn("seeds", cells: family.map { "\($0.seeds)" }))
    }
    columns.append(
      TextColumn("p", cells: family.map { $0.judgement?.adjustedP.map(NumberText.p) ?? "-" }))
    columns.append(
      TextColumn(
        "verdict", alignment: .left, isFlexible: true,
        cells: family.map { verdict($0, isNumeric: isNumeric) }))

    let table = TextLayout.table(columns, width: width)
    let rows = zip(family, table.dropFirst()).map { $0.isShown ? style.shown($1) : $1 }
    // What is left out is this comparison's, also in the words of another one.
    let notes = notes(result).filter { said.insert($0).inserted } + wording.leftOut(result)
    return TextLayout.wrap(title, width: width).map(style.bold) + head([table[0]], style) + rows
      + notes.flatMap { TextLayout.wrap($0, width: width) }.map(style.faint)
  }

  /// The same pairs in other figures, to describe; rates beside rate 0 have `dropoutEffects`.
  func pairTable(_ result: ComparisonResult, _ width: Int, _ style: TextStyle) -> [String] {
    let family = result.family.filter { $0.seeds > 0 }
    let isSaid = dropoutEffects.contains { $0.factor == result.factor && $0.seeds > 0 }
    guard !family.isEmpty, !isSaid else { return [] }
    let columns = differenceColumns(family, Outcome.beside)
    guard !columns.isEmpty else { return [] }
    let title =
      "\(Wording.words(result.factor)): the same pairs in test loss, gap and calibration error "
      + "(points), with 95% intervals that are not adjusted"
    return TextLayout.wrap(title, width: width).map(style.bold)
      + TextLayout.tables(levelColumns(family, factor: result.factor), columns, width: width)
      .flatMap { head($0, style) }
  }

  /// The differences of `contrasts` in each of `outcomes` that one of them has.
  func differenceColumns(_ contrasts: [Contrast], _ outcomes: [Outcome]) -> [TextColumn] {
    outcomes.filter { outcome in contrasts.contains { $0.effects[outcome] != nil } }
      .map { outcome in
        TextColumn(
          outcome.shortName,
          cells: contrasts.map {
            NumberText.estimate($0.effects[outcome]?.difference, of: outcome, isDifference: true)
          })
      }
  }

  /// What tells the rows of a table of contrasts apart.
  private func levelColumns(_ contrasts: [Contrast], factor: String) -> [TextColumn] {
    guard let first = contrasts.first else { return [] }
    let columns = settingColumns(contrasts.map(\.by))
    if contrasts.allSatisfy({ $0.a == first.a && $0.b == first.b }) { return columns }
    let isNumeric = contrasts.allSatisfy { $0.a.number != nil && $0.b == first.b }
    let levels = contrasts.map { isNumeric ? $0.a : SettingValue.text("\($0.a) - \($0.b)") }
    return columns + [TextColumn(setting: factor, values: levels)]
  }

  /// The settings that a table of `contrasts` leaves out because they are the same in every row.
  private func phraseOfShared(_ contrasts: [Contrast]) -> String {
    let shared = contrasts[0].by.filter { name, value in
      contrasts.allSatisfy { $0.by[name] == value }
    }
    let text = wording.phrase(shared)
    return text.isEmpty ? "" : " (\(text))"
  }

  private func verdict(_ contrast: Contrast, isNumeric: Bool) -> String {
    guard let judgement = contrast.judgement else { return "-" }
    let more = judgement.moreSeeds.map { " (\($0 > 1000 ? ">1000" : "+\($0)"))" } ?? ""
    switch judgement.verdict {
    case .better: return isNumeric ? "better" : "\(contrast.a) better"
    case .worse: return isNumeric ? "worse" : "\(contrast.b) better"
    case .equivalent: return "equivalent"
    case .inconclusive where !judgement.isReachable: return "too few\(more)"
    case .inconclusive: return "not shown\(more)"
    case .identicalToTheBit: return "identical bits"
    case .identicalByConstruction: return "same trial"
    case .noData where contrast.isLost: return "no data: \(Wording.howSidesEnded([contrast]))"
    case .noData: return contrast.isStopped ? "stopped early" : "no data yet"
    }
  }

  /// ` (sign flip)`: how the intervals were found.
  private func method(_ family: [Contrast]) -> String {
    let methods = Set(family.compactMap { $0.effects[.testAccuracy]?.difference.method?.rawValue })
    return methods.isEmpty ? "" : " (\(methods.sorted().joined(separator: ", ")))"
  }

  private func notes(_ result: ComparisonResult) -> [String] {
    let family = result.family
    let intervals = method(family)
    var notes = [
      (intervals.isEmpty ? "" : "±: half the 95% interval\(intervals); ")
        + "p: sign-flip test over seeds"
        + (family.count == 1 ? "." : ", Holm over \(family.count).")
    ]
    if family.contains(where: { $0.judgement?.verdict == .inconclusive }), result.margin == nil {
      notes.append(
        "Not shown is not equal: \"equivalent\" needs a margin in the grid before the run.")
    }
    if let note = Wording.withoutIntervals(family.map(\.seeds)) { notes.append(note) }
    if family.contains(where: { $0.judgement?.moreSeeds != nil }) {
      notes.append("(+N): about N more seeds would show a difference as large (power 80%).")
    }
    let unreachable = family.filter { $0.seeds > 0 && $0.judgement?.isReachable == false }
    if let seeds = unreachable.map(\.seeds).max() {
      let p = NumberText.p(SignFlip.smallestP(count: seeds))
      let remedy = result.seedsToReach.map { "; \(NumberText.seeds($0)) can" } ?? ""
      notes.append(
        "With \(NumberText.seeds(seeds)) the smallest p is \(p): it cannot reach "
          + "\(result.alpha)/\(family.count), whatever the data say\(remedy).")
    }
    let same = result.contrasts.count - family.count
    if same > 0 {
      notes.append(Wording.leftOut(same))
    }
    let incomplete = family.reduce(0) { $0 + $1.incompletePairs }
    if incomplete > 0 {
      let pairs = incomplete + family.reduce(0) { $0 + $1.pairs }
      let stopped = family.reduce(0) { $0 + $1.stoppedPairs }
      notes.append(
        (pairs == 1
          ? "The only pair is incomplete and left out"
          : "\(incomplete) of \(pairs) pairs \(incomplete == 1 ? "is" : "are") incomplete and left out")
          + (stopped > 0 ? "; of \(stopped) the stopping rule ended a side." : "."))
    }
    let correlations = family.compactMap { $0.effects[.testAccuracy]?.correlation }.sorted()
    if !correlations.isEmpty {
      let middle = correlations[correlations.count / 2]
      notes.append(
        "The two sides of a pair correlate over the seeds: r = "
          + "\(NumberText.fixed(middle, digits: 2)) (median).")
    }
    return notes
  }
}
