import ExperimentModel

/// Combinations that the grid leaves out: those whose level on each named axis is in its set.
struct Exclusion: Sendable {
  /// For each named axis, whether each of its levels matches.
  var levels: [Setting: [Bool]]
}

extension GridReader {
  mutating func readExclude(_ node: GridNode) {
    exclusionPosition = node.position
    guard case .list(let rules) = node.content else {
      report(
        node.position, "exclude",
        "is a list of mappings such as `- {dropout.kind: spatial, dropout.rate: 0.5}`, not "
          + node.inWords)
      return
    }
    for rule in rules {
      guard case .mapping(let entries) = rule.content, !entries.isEmpty else {
        report(
          rule.position, "exclude",
          "a rule is a mapping such as {dropout.kind: spatial, dropout.rate: 0.5}, not "
            + rule.inWords)
        continue
      }
      let before = issues.count
      var exclusion = Exclusion(levels: [:])
      for entry in entries { readExclude(entry, into: &exclusion) }
      if issues.count == before { exclusions.append(exclusion) }
    }
  }

  private mutating func readExclude(_ entry: GridNode.Entry, into exclusion: inout Exclusion) {
    guard let setting = readSetting(entry.key, entry.position, in: "exclude"),
      !broken.contains(setting)
    else { return }
    let path = setting.path
    guard exclusion.levels[setting] == nil else {
      return report(entry.position, "exclude", "`\(path)` occurs twice in this rule; keep one")
    }
    guard let choice = choices.first(where: { $0.setting == setting }), choice.isAxis else {
      return report(
        entry.position, "exclude",
        "`\(path)` is no axis of this grid, so that no cell differs in it; leave it out")
    }
    guard let wanted = readChoice(setting, entry.value) else { return }
    var matches = Array(repeating: false, count: choice.levels.count)
    let indices = Dictionary(
      uniqueKeysWithValues: choice.levels.enumerated().map { ($1.value, $0) })
    for level in wanted.levels {
      if let index = indices[level.value] {
        matches[index] = true
      } else {
        report(
          level.position, "exclude",
          "\(level.value.text) is no value of `\(path)`, which takes "
            + GridAxis.shortened(choice.levels.map(\.value.text)))
      }
    }
    exclusion.levels[setting] = matches
  }

  mutating func readCompare(_ node: GridNode) {
    guard case .list(let elements) = node.content else {
      report(
        node.position, "compare",
        "is a list of mappings such as `- {factor: dropout.placement, by: [pool]}`, not "
          + node.inWords)
      return
    }
    var comparisons: [Comparison] = []
    for element in elements {
      guard case .mapping(let entries) = element.content else {
        report(
          element.position, "compare",
          "a comparison is a mapping such as {factor: dropout.placement, by: [pool]}, not "
            + element.inWords)
        continue
      }
      let known = known(entries, under: "compare", keys: ["factor", "by"])
      readComparison(known, at: element.position).map { comparisons.append($0) }
    }
    self.comparisons = comparisons
  }

  private mutating func readComparison(
    _ entries: [GridNode.Entry], at position: GridPosition
  ) -> Comparison? {
    guard let node = entries.first(where: { $0.key == "factor" })?.value else {
      report(position, "compare", "has no `factor`: the axis whose values are compared")
      return nil
    }
    guard let factor = readAxis(node, in: "compare.factor") else { return nil }
    var by: [Setting] = []
    for node in entries.filter({ $0.key == "by" }).map(\.value) {
      let names = if case .list(let names) = node.content { names } else { [node] }
      for name in names {
        guard let axis = readAxis(name, in: "compare.by") else { continue }
        if axis == factor || by.contains(axis) {
          report(name.position, "compare.by", "`\(axis.path)` occurs twice; keep one")
        }
        by.append(axis)
      }
    }
    return Comparison(factor: factor.column, by: by.map(\.column))
  }

  /// An axis with something to compare.
  private mutating func readAxis(_ node: GridNode, in path: String) -> Setting? {
    guard case .scalar(let text, _) = node.content, !node.isNothing else {
      report(node.position, path, "is the path of an axis, not \(node.inWords)")
      return nil
    }
    guard let setting = readSetting(text, node.position, in: path), !broken.contains(setting)
    else { return nil }
    guard !Setting.seeds.contains(setting) else {
      report(
        node.position, path,
        "`\(setting.path)` repeats the experiment; seeds are averaged over, not compared")
      return nil
    }
    let levels = choices.first { $0.setting == setting && $0.isAxis }?.levels.count ?? 0
    guard levels >= 2 else {
      let axes = choices.filter { $0.levels.count >= 2 && !Setting.seeds.contains($0.setting) }
      report(
        node.position, path,
        "`\(setting.path)` is no axis with two values or more; those are "
          + (axes.isEmpty ? "none" : axes.map(\.setting.path).joined(separator: ", ")))
      return nil
    }
    return setting
  }

  private mutating func readSetting(
    _ path: String, _ position: GridPosition, in context: String
  ) -> Setting? {
    if let setting = Setting.at(path) { return setting }
    let paths = Setting.all.map(\.path)
    let near =
      Wording.nearest(to: path, in: paths)
      ?? paths.first { $0.hasSuffix(".\(path)") }
    report(
      position, context,
      "there is no setting \(Wording.quote(path))"
        + (near.map { "; did you mean `\($0)`?" } ?? "; write a path such as `dropout.rate`"))
    return nil
  }
}

extension GridAxis {
  /// Up to eight levels, whole numbers in a row as a span: `0, 0.25, 0.5` or `1..10`.
  static func shortened(_ levels: [String]) -> String {
    let numbers = levels.compactMap(Int64.init)
    if numbers.count == levels.count, numbers.count > 2, let first = numbers.first,
      zip(numbers, numbers.dropFirst()).allSatisfy({ $1 &- 1 == $0 }), let last = numbers.last
    {
      return "\(first)..\(last)"
    }
    guard levels.count > 8 else { return levels.joined(separator: ", ") }
    return levels.prefix(7).joined(separator: ", ") + ", … (\(levels.count))"
  }
}
