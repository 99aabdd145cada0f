/// Settings and axes from the command line, as Hydra's users type them.
extension GridReader {
  /// Puts `PATH=VALUE` into the tree, in the place of what the file says.
  ///
  /// `a,b` is an axis and so is `1..10`; `range(1,9,2)`, `linspace(…)` and `logspace(…)` are what
  /// they are in a file; everything else is YAML.
  mutating func apply(_ overrides: [String], to root: inout GridNode) {
    var earlier: [String: String] = [:]
    for (index, text) in overrides.enumerated() {
      let position = GridPosition.commandLine(index + 1)
      guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
        report(
          position, "",
          "\(Wording.quote(text)) is no override; write a setting and its values such as "
            + "dropout.rate=0,0.5")
        continue
      }
      let path = String(text[..<sign])
      // Results files from before this was a mistake have what the last one says.
      if let other = earlier.updateValue(text, forKey: Setting.at(path)?.path ?? path), !isRecorded
      {
        report(
          position, path,
          "is given twice, by \(Wording.quote(other)) and \(Wording.quote(text)); keep one, or list "
            + "the values with commas in between")
      }
      let keys = Setting.keys(to: path)
      let value = String(text[text.index(after: sign)...])
      let isText = ["title", "question", "claim"].contains(path)
      let isSample = keys.count == 2 && keys[0] == "sample"
      let isStopping = Self.stoppingKeys.contains { path == "stopping.\($0)" }
      let isOption =
        isSample || isStopping || ["weights", "margin", "merge", "diagnostics"].contains(path)
      let isGroup = root.entry("groups")?.entry(path) != nil
      guard isText || isOption || isGroup || (try? find(path)) != nil else {
        let near = Wording.nearest(to: path, in: Setting.all.map(\.path) + root.groupNames)
        let elsewhere = Setting.all.map(\.path).first { $0.hasSuffix(".\(path)") }
        report(
          position, "",
          "there is no setting \(Wording.quote(path))"
            + ((near ?? elsewhere).map { "; did you mean `\($0)`?" }
              ?? "; write a path such as `dropout.rate`"))
        continue
      }
      let node: GridNode
      do throws(GridError) {
        node =
          isText
          ? GridNode(content: .scalar(value, plain: false), position: position)
          : try GridNode.override(value, at: position)
      } catch {
        for issue in error.issues { report(position, path, issue.message) }
        continue
      }
      if isGroup {
        choose(node, of: path, in: &root)
        continue
      }
      if isSample { root.forgetSampleSize(unless: keys[1]) }
      if isSetElsewhere(path, in: root) {
        report(
          position, path,
          "is set in `zip`, `groups`, `when`, `union` or `include` of the file too, where an "
            + "override does not reach; change it there")
      }
      root.set(keys, to: node)
    }
  }

  /// Whether a part of the file other than its plain settings says something about `path`.
  private func isSetElsewhere(_ path: String, in root: GridNode) -> Bool {
    guard case .mapping(let entries) = root.content else { return false }
    let parts = ["zip", "groups", "when", "union", "include"]
    return entries.filter { parts.contains($0.key) }.contains { $0.value.mentions(path, under: "") }
  }
}

extension GridNode {
  /// The value of an override.
  static func override(_ text: String, at position: GridPosition) throws(GridError) -> GridNode {
    let parts = split(text)
    guard parts.count == 1 else {
      var list: [GridNode] = []
      for part in parts { list.append(try override(part, at: position)) }
      return GridNode(content: .list(list), position: position)
    }
    let text = text.trimmed
    for progression in Progression.allCases
    where text.hasPrefix("\(progression.rawValue)(") && text.hasSuffix(")") {
      let inner = text.dropFirst(progression.rawValue.count + 1).dropLast()
      let list = try split(String(inner)).map { part throws(GridError) in
        try override(part, at: position)
      }
      let value = GridNode(content: .list(list), position: position)
      let entry = Entry(key: progression.rawValue, position: position, value: value)
      return GridNode(content: .mapping([entry]), position: position)
    }
    guard !text.isEmpty else {
      return GridNode(content: .scalar("", plain: true), position: position)
    }
    guard let first = text.first, "[{'\"".contains(first) else {
      // What YAML would read otherwise (comments, colons) is a plain word here.
      return GridNode(content: .scalar(text, plain: true), position: position)
    }
    return try compose(text, file: "").moved(to: position)
  }

  /// `text` at its commas, those in brackets and quotes aside.
  private static func split(_ text: String) -> [String] {
    var parts = [""]
    var open = 0
    var quote: Character?
    for character in text {
      if let mark = quote {
        if character == mark { quote = nil }
      } else if character == "'" || character == "\"" {
        quote = character
      } else if "[{(".contains(character) {
        open += 1
      } else if "]})".contains(character) {
        open -= 1
      } else if character == ",", open <= 0 {
        parts.append("")
        continue
      }
      parts[parts.count - 1].append(character)
    }
    return parts
  }

  private func moved(to position: GridPosition) -> GridNode {
    switch content {
    case .scalar: GridNode(content: content, position: position)
    case .list(let nodes):
      GridNode(content: .list(nodes.map { $0.moved(to: position) }), position: position)
    case .mapping(let entries):
      GridNode(
        content: .mapping(
          entries.map {
            Entry(key: $0.key, position: position, value: $0.value.moved(to: position))
          }), position: position)
    }
  }

  /// Sets the value at `keys`, where scalars and lists may stand for a section's name.
  mutating func set(_ keys: [String], to value: GridNode) {
    guard let key = keys.first else { return self = value }
    var entries: [Entry] = []
    if case .mapping(let known) = content { entries = known }
    let index = entries.firstIndex { $0.key == key }
    var child = index.map { entries[$0].value } ?? value
    if keys.count == 1 {
      // `data=x` keeps the other keys of `data`, as `data.name=x` does.
      if key == "data" || key == "model", case .mapping = child.content, index != nil {
        child.set(["name"], to: value)
      } else {
        child = value
      }
    } else {
      if case .mapping = child.content, index != nil {
      } else {
        let short = index != nil && ["data", "model"].contains(key)
        child = GridNode(
          content: .mapping(
            short ? [Entry(key: "name", position: child.position, value: child)] : []),
          position: value.position)
      }
      child.set(Array(keys.dropFirst()), to: value)
    }
    if let index {
      entries[index].value = child
    } else {
      entries.append(Entry(key: key, position: value.position, value: child))
    }
    content = .mapping(entries)
  }

  /// Whether some key below is `path`, dotted or nested.
  func mentions(_ path: String, under prefix: String) -> Bool {
    switch content {
    case .scalar: false
    case .list(let nodes): nodes.contains { $0.mentions(path, under: prefix) }
    case .mapping(let entries):
      entries.contains { entry in
        let full = prefix.isEmpty ? entry.key : "\(prefix).\(entry.key)"
        return entry.key == path || full == path
          || entry.value.mentions(path, under: path.hasPrefix("\(full).") ? full : "")
      }
    }
  }
}

extension String {
  /// Without white space at its ends.
  fileprivate var trimmed: String {
    String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
