/// A group's levels from the command line: `regularisation=light,heavy`.
extension GridReader {
  /// Keeps the levels that `value` names, in its order.
  mutating func choose(_ value: GridNode, of group: String, in root: inout GridNode) {
    guard case .mapping(let levels)? = root.entry("groups")?.entry(group)?.content else { return }
    let nodes = if case .list(let nodes) = value.content { nodes } else { [value] }
    var chosen: [GridNode.Entry] = []
    for node in nodes {
      guard case .scalar(let name, _) = node.content else {
        report(node.position, group, "takes names of its levels, not \(node.inWords)")
        continue
      }
      guard let level = levels.first(where: { $0.key == name }) else {
        let near = Wording.nearest(to: name, in: levels.map(\.key))
        report(
          node.position, group,
          "has no level \(Wording.quote(name)); "
            + (near.map { "did you mean `\($0)`?" }
              ?? "it has \(Wording.alternatives(levels.map(\.key)))"))
        continue
      }
      if chosen.contains(where: { $0.key == name }) {
        report(node.position, group, "names \(Wording.quote(name)) twice")
      } else {
        chosen.append(level)
      }
    }
    root.replace(
      ["groups", group], by: GridNode(content: .mapping(chosen), position: value.position))
  }
}

extension GridNode {
  /// The value of a key; nil where this is no mapping, or has no such key.
  func entry(_ key: String) -> GridNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// The names of a grid's groups.
  var groupNames: [String] {
    guard case .mapping(let groups)? = entry("groups")?.content else { return [] }
    return groups.map(\.key)
  }

  /// Replaces the value at `keys`, all of which there are.
  mutating func replace(_ keys: [String], by value: GridNode) {
    guard let key = keys.first else { return self = value }
    guard case .mapping(var entries) = content else { return }
    for index in entries.indices where entries[index].key == key {
      entries[index].value.replace(Array(keys.dropFirst()), by: value)
    }
    content = .mapping(entries)
  }

  /// Takes the size out of a grid's sample where an override gives another one.
  mutating func forgetSampleSize(unless key: String) {
    let sizes = ["count", "hours", "minutes"]
    guard sizes.contains(key), let sample = entry("sample"),
      case .mapping(let entries) = sample.content
    else { return }
    let others = entries.filter { !sizes.contains($0.key) }
    replace(["sample"], by: GridNode(content: .mapping(others), position: sample.position))
  }
}
