/// A grid file's tree of mappings, lists and scalars with their places, free of YAML's types.
struct GridNode: Sendable {
  enum Content: Sendable {
    /// `plain` is false for text in quotes and block text, which is never a number.
    case scalar(String, plain: Bool)
    case list([GridNode])
    case mapping([Entry])
  }

  struct Entry: Sendable {
    var key: String
    var position: GridPosition
    var value: GridNode
  }

  var content: Content
  var position: GridPosition

  /// What a message calls it: the value itself, `a list` or `a mapping`.
  var inWords: String {
    switch content {
    case .scalar("", plain: true): "nothing"
    case .scalar(let text, _): Wording.quote(text)
    case .list: "a list"
    case .mapping: "a mapping"
    }
  }

  /// Whether there is no value: `key:` or `key: null`.
  var isNothing: Bool {
    guard case .scalar(let text, plain: true) = content else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }
}
