import ExperimentModel

extension GridReader {
  /// Every value that varies somewhere: of each setting, in the order of the file.
  private func axisValues(_ setting: Setting) -> [SettingValue]? {
    subgrids.axes(leaders: false).contains(setting) ? subgrids.values(of: setting) : nil
  }

  mutating func readExclude(_ node: GridNode) {
    exclusionPosition = node.position
    let example = "`- {dropout.kind: spatial, dropout.rate: 0.5}`"
    let conditions = readConditions(node, in: "exclude", example: example)
    for index in subgrids.indices { subgrids[index].exclusions += conditions }
  }

  mutating func readOnly(_ node: GridNode) {
    exclusionPosition = node.position
    let conditions = readConditions(node, in: "only", example: "`- dropout.rate > 0`")
    for index in subgrids.indices {
      subgrids[index].exclusions += conditions.map { .not($0) }
    }
  }

  /// A condition, or a list of conditions and of mappings from settings to values.
  private mutating func readConditions(
    _ node: GridNode, in context: String, example: String
  ) -> [Condition] {
    let rules: [GridNode]
    switch node.content {
    case .list(let list): rules = list
    case .scalar where !node.isNothing: rules = [node]
    default:
      report(
        node.position, context, "is a list of mappings such as \(example), not \(node.inWords)")
      return []
    }
    return rules.compactMap { rule in
      switch rule.content {
      case .mapping(let entries) where !entries.isEmpty:
        let before = issues.count
        var seen: Set<Setting> = []
        let tests = entries.compactMap { readTest($0, in: context, seen: &seen) }
        return issues.count == before ? .all(tests) : nil
      case .scalar(let text, _) where text.contains { " =<>!".contains($0) }:
        return readCondition(rule, in: context)
      default:
        report(
          rule.position, context,
          "a rule is a mapping such as {dropout.kind: spatial, dropout.rate: 0.5}, not "
            + rule.inWords)
        return nil
      }
    }
  }

  /// One setting of a rule and the values that match.
  private mutating func readTest(
    _ entry: GridNode.Entry, in context: String, seen: inout Set<Setting>
  ) -> Condition? {
    guard let setting = readSetting(entry.key, entry.position, in: context),
      !broken.contains(setting)
    else { return nil }
    guard seen.insert(setting).inserted else {
      report(
        entry.position, context, "`\(setting.path)` occurs twice in this rule; keep one")
      return nil
    }
    guard isAxis(setting, entry.position, in: context),
      let wanted = readChoice(setting, entry.value)
    else { return nil }
    for level in wanted.levels { expect(level.value, of: setting, level.position, in: context) }
    return .test(setting, .oneOf(Set(wanted.levels.map(\.value))))
  }

  /// A condition in words; nil after reporting what is wrong with it.
  ///
  /// - Parameter subgrid: whose settings it may ask for; those of every sub-grid if nil.
  mutating func readCondition(
    _ node: GridNode, in context: String, of subgrid: SubGrid? = nil
  ) -> Condition? {
    guard case .scalar(let text, let plain) = node.content, !node.isNothing else {
      report(
        node.position, context, "is a condition such as `dropout.rate > 0`, not \(node.inWords)")
      return nil
    }
    func position(_ offset: Int) -> GridPosition {
      guard !node.position.isCommandLine else { return node.position }
      let column = node.position.column + offset + (plain ? 0 : 1)
      return GridPosition(line: node.position.line, column: column)
    }
    do throws(ConditionError) {
      var parser = try ConditionParser(text, find: find)
      let condition = try parser.parse()
      let before = issues.count
      for (setting, offset) in parser.subjects where !broken.contains(setting) {
        _ = isAxis(setting, position(offset), in: context, of: subgrid)
      }
      guard issues.count == before else { return nil }
      for mention in parser.mentions where subgrid == nil && !broken.contains(mention.setting) {
        expect(mention.value, of: mention.setting, position(mention.offset), in: context)
      }
      return issues.count == before ? condition : nil
    } catch {
      report(position(error.offset), context, error.message)
      return nil
    }
  }

  private mutating func isAxis(
    _ setting: Setting, _ position: GridPosition, in context: String, of subgrid: SubGrid? = nil
  ) -> Bool {
    let varies =
      subgrid.map { $0.varying.contains(setting) } ?? (axisValues(setting) != nil)
    if !varies {
      report(
        position, context,
        "`\(setting.path)` is no axis of this grid, so that no cell differs in it; leave it out")
    }
    return varies
  }

  private mutating func expect(
    _ value: SettingValue, of setting: Setting, _ position: GridPosition, in context: String
  ) {
    guard let values = axisValues(setting), !values.contains(value) else { return }
    report(
      position, context,
      "\(value.text) is no value of `\(setting.path)`, which takes "
        + GridAxis.shortened(values.map(\.text)))
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
    let levels = axisValues(setting)?.count ?? 0
    guard levels >= 2 else {
      var axes: [Setting] = []
      for axis in subgrids.axes(leaders: true) where !Setting.seeds.contains(axis) {
        if axisValues(axis)?.count ?? 0 >= 2 { axes.append(axis) }
      }
      report(
        node.position, path,
        "`\(setting.path)` is no axis with two values or more; those are "
          + (axes.isEmpty ? "none" : axes.map(\.path).joined(separator: ", ")))
      return nil
    }
    return setting
  }

  mutating func readSetting(
    _ path: String, _ position: GridPosition, in context: String
  ) -> Setting? {
    do throws(Complaint) {
      return try find(path)
    } catch {
      report(position, context, error.message)
      return nil
    }
  }

  /// The setting or group at `path`.
  func find(_ path: String) throws(Complaint) -> Setting {
    if let setting = groups[path] ?? Setting.at(path) { return setting }
    let paths = groups.keys.sorted() + Setting.all.map(\.path)
    let near =
      Wording.nearest(to: path, in: paths)
      ?? paths.first { $0.hasSuffix(".\(path)") }
    throw Complaint(
      message: "there is no setting \(Wording.quote(path))"
        + (near.map { "; did you mean `\($0)`?" } ?? "; write a path such as `dropout.rate`"))
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
