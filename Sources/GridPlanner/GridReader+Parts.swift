import ExperimentModel

extension SubGrid {
  /// Adds choices that no other part of it sets.
  mutating func set(_ choices: [Choice]) {
    for choice in choices {
      if choice.isAxis {
        dimensions.append(Dimension(choice))
      } else {
        fixed[choice.setting] = choice.levels.first
      }
    }
  }

  /// Replaces what it says about the settings of `choices`.
  ///
  /// - Returns: those that it cannot replace, because they vary together with others.
  mutating func replace(_ choices: [Choice]) -> [Choice] {
    var refused: [Choice] = []
    if choices.contains(where: { Setting.seeds.contains($0.setting) }) {
      let kept = choices.map(\.setting)
      for seed in Setting.seeds where !kept.contains(seed) {
        fixed[seed] = nil
        dimensions.removeAll { $0.settings == [seed] }
      }
    }
    for choice in choices {
      let index = dimensions.firstIndex { $0.settings.contains(choice.setting) }
      if let index, dimensions[index].settings.count > 1 || dimensions[index].condition != nil {
        refused.append(choice)
      } else if let index {
        if choice.isAxis {
          dimensions[index] = Dimension(choice)
        } else {
          dimensions.remove(at: index)
          fixed[choice.setting] = choice.levels.first
        }
      } else {
        fixed[choice.setting] = nil
        set([choice])
      }
    }
    return refused
  }
}

extension GridReader {
  /// The settings of a part of the grid: sections as at the top, and dotted paths.
  mutating func readPart(
    _ entries: [GridNode.Entry], in context: String, others: [String] = []
  ) -> [Choice] {
    let outer = choices
    choices = []
    defer { choices = outer }
    let keys = Setting.sections.map(\.name) + Setting.plain.map(\.path) + others
    for entry in entries where !others.contains(entry.key) {
      guard !readSettings(entry, dotted: true) else { continue }
      report(
        entry.position, context,
        unknown(
          entry.key, path: entry.key,
          keys: keys
            + Setting.all.map(\.path).filter { _ in
              entry.key.contains(".")
            }))
      // Mistakes inside what it stands for are told too.
      if let meant = Wording.nearest(to: entry.key, in: keys),
        !entries.contains(where: { $0.key == meant })
      {
        readSettings(
          GridNode.Entry(key: meant, position: entry.position, value: entry.value), dotted: true)
      }
    }
    return choices
  }

  /// `groups: {arm: {none: {}, all: {dropout.rate: 0.5}}}`: settings under one name.
  mutating func readGroups(_ node: GridNode) {
    guard case .mapping(let entries) = node.content else {
      return report(
        node.position, "groups",
        "is a mapping such as {arm: {none: {}, all: {dropout.rate: 0.5}}}, not \(node.inWords)")
    }
    for entry in entries { readGroup(entry) }
  }

  private mutating func readGroup(_ entry: GridNode.Entry) {
    let path = "groups.\(entry.key)"
    guard isFree(entry) else { return }
    guard case .mapping(let levels) = entry.value.content, !levels.isEmpty else {
      return report(
        entry.value.position, path,
        "is a mapping of names to settings such as {none: {}, all: {dropout.rate: 0.5}}, not "
          + entry.value.inWords)
    }
    let name = Setting(entry.key, .word(levels.map(\.key)))
    groups[entry.key] = name
    var settings = [name]
    var found: [(level: Level, choices: [Choice])] = []
    for level in levels {
      if !GridReader.isName(level.key) {
        report(
          level.position, path,
          "\(Wording.quote(level.key)) is not a name; a name has 1 to 64 letters, digits, - and _")
      }
      guard case .mapping(let entries) = level.value.content else {
        report(
          level.value.position, "\(path).\(level.key)",
          "is a mapping of settings such as {dropout.rate: 0.5}, not \(level.value.inWords)")
        continue
      }
      let choices = readPart(entries, in: path)
      for choice in choices {
        if choice.isAxis {
          report(
            choice.position, "\(path).\(level.key)",
            "`\(choice.setting.path)` has one value in a group, not an axis")
        }
        if !settings.contains(choice.setting) { settings.append(choice.setting) }
      }
      found.append((Level(value: .word(level.key), position: level.position), choices))
    }
    let columns = settings.map { setting in
      found.map { level, choices -> Level? in
        setting == name ? level : choices.first { $0.setting == setting }?.levels.first
      }
    }
    base.dimensions.append(
      Dimension(position: entry.position, settings: settings, columns: columns))
  }

  /// Reports a group whose name is none, or is that of something else.
  private mutating func isFree(_ entry: GridNode.Entry) -> Bool {
    guard GridReader.isName(entry.key) else {
      report(
        entry.position, "groups",
        "\(Wording.quote(entry.key)) is not a name; a name has 1 to 64 letters, digits, - and _")
      return false
    }
    let column = isRecorded ? entry.key : Setting(entry.key, .name).column
    let isSetting = Setting.all.contains { $0.path == entry.key || $0.column == column }
    if isSetting || Self.keys.contains(entry.key) {
      report(
        entry.position, "groups", "`\(entry.key)` is a setting; give the group another name")
    } else if Column.isTaken(column), !isRecorded {
      report(
        entry.position, "groups",
        "`\(entry.key)` is the name of something else in results files, tables or logs; give the "
          + "group another name")
    } else if !isRecorded, let other = groups.values.first(where: { $0.column == column }) {
      report(
        entry.position, "groups",
        "`\(entry.key)` and `\(other.path)` are one name in the results file, `\(column)`; rename one"
      )
    } else {
      return true
    }
    return false
  }

  static func isName(_ text: String) -> Bool {
    let allowed = text.unicodeScalars.allSatisfy {
      $0.isASCII
        && ($0.properties.isAlphabetic || $0.properties.numericType != nil
          || "-_".unicodeScalars.contains($0))
    }
    return allowed && !text.isEmpty && text.utf8.count <= 64
  }

  /// `zip: {dropout.rate: [0.1, 0.5], batch: [16, 32]}`: axes that go in step; or a list of such.
  mutating func readZips(_ node: GridNode) {
    let nodes = if case .list(let nodes) = node.content { nodes } else { [node] }
    for node in nodes {
      guard case .mapping(let entries) = node.content, !entries.isEmpty else {
        report(
          node.position, "zip",
          "is a mapping of axes of one length such as {dropout.rate: [0.1, 0.5], batch: [16, 32]}"
            + ", not \(node.inWords)")
        continue
      }
      allowsRepeats = true
      let choices = readPart(entries, in: "zip")
      allowsRepeats = false
      guard let first = choices.first else { continue }
      // The first axis names the cells.
      reportRepeats(first.setting, first.levels)
      for choice in choices where choice.levels.count != first.levels.count || !choice.isAxis {
        report(
          choice.position, "zip",
          "`\(choice.setting.path)` has \(Wording.count(choice.levels.count, "value")) and "
            + "`\(first.setting.path)` \(first.levels.count); axes in step are lists of one length")
      }
      guard choices.allSatisfy({ $0.levels.count == first.levels.count }) else { continue }
      base.dimensions.append(
        Dimension(
          position: node.position, settings: choices.map(\.setting),
          columns: choices.map(\.levels)))
    }
  }
}
