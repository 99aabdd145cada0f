extension Wording {
  /// The answer to one comparison, the verdicts first.
  func answer(_ result: ComparisonResult) -> String {
    let family = result.family
    guard !family.isEmpty else {
      let nothing =
        result.contrasts.isEmpty
        ? "Nothing to compare: no two levels of \(result.factor) meet with all else equal."
        : "All levels of \(result.factor) are the same experiment in every setting."
      return ([nothing] + leftOut(result)).joined(separator: " ")
    }
    let known = family.filter { $0.judgement?.verdict != .noData }
    guard !known.isEmpty else {
      return capitalised("\(Self.words(result.factor)): no pair of trials is complete")
        + "\(Self.whyNothing(family)): nothing can be said."
    }
    let shown = known.filter(\.isShown)
    let open = known.filter { $0.judgement?.verdict == .inconclusive }
    if shown.isEmpty, known.allSatisfy({ $0.judgement?.verdict != .equivalent }),
      let seeds = open.map(\.seeds).max(),
      open.allSatisfy({ $0.judgement?.isReachable == false })
    {
      return tooFew(result, open, seeds: seeds, identical: known.count - open.count)
        + Self.nothing(of: family)
    }
    if family.count <= 2 { return family.map(sentence).joined(separator: " ") }
    var text = overview(known)
    if let largest = shown.max(by: { $0.size < $1.size }), shown.count > 1 {
      text += " The largest: " + lowered(sentence(largest))
    } else if let only = shown.first {
      text += " " + sentence(only)
    } else if let bound = bound(known) {
      text += " Every 95% interval lies within ±\(bound) points of test accuracy."
    }
    return text + Self.nothing(of: family)
  }

  /// How many of `family` have nothing to compare, and why; empty where all have.
  private static func nothing(of family: [Contrast]) -> String {
    let stopped = family.count(where: \.isStopped)
    let lost = family.filter(\.isLost)
    let missing = family.count { $0.judgement?.verdict == .noData } - stopped - lost.count
    return (stopped > 0 ? " In \(stopped) more the stopping rule ended a side of every pair." : "")
      + (lost.isEmpty
        ? "" : " In \(lost.count) more a side of every pair \(howSidesEnded(lost)).")
      + (missing > 0 ? " In \(missing) more nothing is complete yet." : "")
  }

  /// No contrast could have been shown, however large: what it takes, and what there is so far.
  private func tooFew(
    _ result: ComparisonResult, _ open: [Contrast], seeds: Int, identical: Int
  ) -> String {
    let size = result.familySize
    var text =
      "No verdict on \(result.factor) is possible with \(NumberText.seeds(seeds)) and "
      + (size == 1 ? "1 contrast" : "\(size) contrasts")
    text += result.seedsToReach.map { ": it takes at least \(NumberText.seeds($0))." } ?? "."
    if identical > 0 { text += " Identical to the bit in \(identical) of \(size)." }
    guard let largest = open.max(by: { $0.size < $1.size }) else { return text }
    let place = phrase(largest.by)
    return text + " The largest difference so far: \(phrase(largest.factor, largest.a)) minus "
      + "\(phrase(largest.factor, largest.b))\(place.isEmpty ? "" : " (\(place))") is "
      + "\(difference(largest, 1))."
  }

  /// How many contrasts have which verdict, and what those of a verdict have in common.
  private func overview(_ contrasts: [Contrast]) -> String {
    let isOnePair = Set(contrasts.map { [$0.a, $0.b] }).count == 1
    return isOnePair ? pairOverview(contrasts) : levelOverview(contrasts)
  }

  private func pairOverview(_ contrasts: [Contrast]) -> String {
    let first = contrasts[0]
    let verdicts = Dictionary(grouping: contrasts) { $0.judgement?.verdict ?? .noData }
    let (better, worse) = (verdicts[.better] ?? [], verdicts[.worse] ?? [])
    let isReversed = worse.count > better.count
    let names = [phrase(first.factor, first.a), phrase(first.factor, first.b)]
    let (subject, object) = isReversed ? (names[1], names[0]) : (names[0], names[1])
    let (wins, losses) = isReversed ? (worse, better) : (better, worse)
    var parts: [String] = []
    if wins.isEmpty {
      parts.append(
        "no difference between \(subject) and \(object) is shown in any of "
          + "\(contrasts.count) settings")
    } else {
      parts.append(
        "\(subject) is better than \(object) in \(wins.count) of \(contrasts.count) settings"
          + common(wins, of: contrasts))
      if !losses.isEmpty {
        parts.append("worse in \(losses.count)" + common(losses, of: contrasts))
      }
      if let open = verdicts[.inconclusive] {
        parts.append("no difference shown in \(open.count)" + common(open, of: contrasts))
      }
    }
    if let equal = verdicts[.equivalent] {
      parts.append("equivalent within the margin in \(equal.count)" + common(equal, of: contrasts))
    }
    if let same = verdicts[.identicalToTheBit] {
      parts.append("identical to the bit in \(same.count)" + common(same, of: contrasts))
    }
    return capitalised(parts.joined(separator: "; ")) + "."
  }

  private func levelOverview(_ contrasts: [Contrast]) -> String {
    let first = contrasts[0]
    let verdicts = Dictionary(grouping: contrasts) { $0.judgement?.verdict ?? .noData }
    let name = Self.words(first.factor)
    var parts: [String] = []
    func add(_ words: String, _ some: [Contrast], of total: Bool = false) {
      guard !some.isEmpty else { return }
      let count = total ? "\(some.count) of \(contrasts.count)" : "\(some.count)"
      parts.append("\(words) in \(count)" + common(some, of: contrasts))
    }
    // Against the smallest level "better" has one meaning; otherwise it depends on the pair.
    if Set(contrasts.map(\.b)).count == 1 {
      let base = phrase(first.factor, first.b)
      add("better than \(base)", verdicts[.better] ?? [], of: true)
      add("worse than \(base)", verdicts[.worse] ?? [], of: true)
    } else {
      add("a difference", contrasts.filter(\.isShown), of: true)
    }
    add("no difference shown", verdicts[.inconclusive] ?? [], of: parts.isEmpty)
    add("equivalent within the margin", verdicts[.equivalent] ?? [])
    add("identical to the bit", verdicts[.identicalToTheBit] ?? [])
    return capitalised("\(name): \(parts.joined(separator: "; ")).")
  }

  /// The settings that `some` share and that not all have, in parentheses.
  private func common(_ some: [Contrast], of all: [Contrast]) -> String {
    guard some.count < all.count, let first = some.first else { return "" }
    let shared = first.by.filter { name, value in
      some.allSatisfy { $0.by[name] == value } && !all.allSatisfy { $0.by[name] == value }
    }
    return shared.names.isEmpty ? "" : " (\(phrase(shared)))"
  }

  /// The farthest end of any interval in points; nil where one has none.
  private func bound(_ contrasts: [Contrast]) -> String? {
    let intervals = contrasts.filter { !$0.isBitIdentical }.map {
      $0.effects[.testAccuracy]?.difference.interval
    }
    let ends = intervals.compactMap { $0.map { max(abs($0.lowerBound), abs($0.upperBound)) } }
    guard ends.count == intervals.count else { return nil }
    return ends.max().map {
      NumberText.fixed($0 * Outcome.testAccuracy.scale, digits: Outcome.testAccuracy.digits)
    }
  }

  private func lowered(_ sentence: String) -> String {
    sentence.prefix(1).lowercased() + sentence.dropFirst()
  }
}

extension Contrast {
  /// Whether a side is shown to be better.
  package var isShown: Bool {
    judgement?.verdict == .better || judgement?.verdict == .worse
  }

  fileprivate var size: Double { abs(effects[.testAccuracy]?.difference.mean ?? 0) }
}
