import Yams

extension GridNode {
  static let mostBytes = 1 << 20
  static let mostLevels = 16
  static let mostOpenBrackets = 200

  /// Reads YAML text; anchors, aliases, tags and keys that are not text are errors.
  ///
  /// Time and memory are linear in the text's length: `*` is replaced by a character that means
  /// nothing to YAML before the text is composed, so no alias is ever followed (the composer
  /// hashes keys, which takes exponential time in nested aliases), text with far more brackets
  /// than any grid needs is refused before it is read (each open one slows the scanner down), and
  /// libYAML stops at a depth of 1000.
  static func compose(_ text: String, file: String) throws(GridError) -> GridNode {
    var reader = YAMLReader(file: file)
    guard text.utf8.count <= mostBytes else {
      throw reader.error(
        "the file has \(Wording.grouped(text.utf8.count)) bytes; a grid file has at most 1 MiB")
    }
    if let position = tooManyBrackets(text) {
      throw GridError(issues: [
        GridIssue(
          file: file, position: position, path: "",
          message: "more than \(mostOpenBrackets) brackets are open; close each [ and {")
      ])
    }
    guard let starless = reader.replaceStars(in: text) else {
      throw reader.error("the file uses every private character of Unicode; leave those out")
    }
    let composed: (parser: Parser, root: Node?)
    do {
      // libYAML skips a byte-order mark only where it is left to guess the encoding.
      let parser = try Parser(
        yaml: starless.hasPrefix("\u{FEFF}")
          ? String(starless.unicodeScalars.dropFirst()) : starless, resolver: .basic,
        constructor: .default, encoding: .utf8)
      composed = (parser, try parser.singleRoot())
    } catch let problem as YamlError {
      throw reader.error(problem)
    } catch {
      throw reader.error("not YAML: \(error)")
    }
    // The parser owns the anchors: nodes refer to them weakly.
    return try withExtendedLifetime(composed.parser) { () throws(GridError) -> GridNode in
      let node = composed.root.flatMap { reader.convert($0, depth: 0) }
      guard reader.issues.isEmpty else { throw GridError(issues: reader.issues) }
      guard let node, !node.isNothing else {
        throw reader.error("the grid is empty; docs/grids.md shows one to start from")
      }
      return node
    }
  }

  /// Where brackets are open, in text and comments too, that no grid could need.
  private static func tooManyBrackets(_ text: String) -> GridPosition? {
    var open = 0
    var position = GridPosition.start
    for scalar in text.unicodeScalars {
      switch scalar {
      case "[", "{": open += 1
      case "]", "}": open = max(0, open - 1)
      default: break
      }
      if open > mostOpenBrackets { return position }
      if scalar == "\n" {
        position = GridPosition(line: position.line + 1, column: 1)
      } else {
        position.column += 1
      }
    }
    return nil
  }
}

/// Turns composed YAML into grid nodes and its errors into issues.
private struct YAMLReader {
  let file: String
  var issues: [GridIssue] = []
  private var star: Unicode.Scalar = "*"

  init(file: String) { self.file = file }

  /// `text` with every `*` replaced by a private character that does not occur in it; nil where
  /// all of those occur.
  mutating func replaceStars(in text: String) -> String? {
    guard text.utf8.contains(UInt8(ascii: "*")) else { return text }
    let privateUse: ClosedRange<UInt32> = 0xE000...0xF8FF
    let used = Set(text.unicodeScalars.lazy.map(\.value).filter(privateUse.contains))
    guard let free = privateUse.first(where: { !used.contains($0) }).flatMap(Unicode.Scalar.init)
    else { return nil }
    star = free
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.lazy.map { $0 == "*" ? free : $0 })
    return String(scalars)
  }

  private func restoreStars(_ text: String) -> String {
    guard star != "*", text.unicodeScalars.contains(star) else { return text }
    let star = star
    var scalars = String.UnicodeScalarView()
    scalars.append(contentsOf: text.unicodeScalars.lazy.map { $0 == star ? "*" : $0 })
    return String(scalars)
  }

  private mutating func report(_ mark: Mark?, _ message: String) {
    issues.append(GridIssue(file: file, position: Self.position(mark), path: "", message: message))
  }

  private static func position(_ mark: Mark?) -> GridPosition {
    mark.map { GridPosition(line: $0.line, column: $0.column) } ?? .start
  }

  mutating func convert(_ node: Node, depth: Int) -> GridNode? {
    guard depth < GridNode.mostLevels else {
      report(node.mark, "nested deeper than any setting is; check the brackets and the indentation")
      return nil
    }
    if let anchor = node.anchor {
      report(
        node.mark,
        "\(Wording.quote("&\(restoreStars(anchor.rawValue))")) is a YAML anchor; grids have "
          + "none: write the value where it is used")
      return nil
    }
    let tag = "\(node.tag)"
    guard ["str", "seq", "map"].contains(where: { tag == "tag:yaml.org,2002:\($0)" }) else {
      report(node.mark, "\(Wording.quote(tag)) is a YAML tag; grids have none: leave it out")
      return nil
    }
    let position = Self.position(node.mark)
    switch node {
    case .scalar(let scalar):
      return convert(scalar).map { GridNode(content: $0, position: position) }
    case .sequence(let sequence):
      var list: [GridNode] = []
      for element in sequence {
        guard let element = convert(element, depth: depth + 1) else { continue }
        list.append(element)
      }
      return GridNode(content: .list(list), position: position)
    case .mapping(let mapping):
      var entries: [GridNode.Entry] = []
      for (key, value) in mapping {
        guard let keyNode = convert(key, depth: depth + 1) else { continue }
        guard case .scalar(let name, _) = keyNode.content else {
          report(key.mark, "\(keyNode.inWords) cannot be a key; a key is a word")
          continue
        }
        guard let value = convert(value, depth: depth + 1) else { continue }
        entries.append(GridNode.Entry(key: name, position: keyNode.position, value: value))
      }
      return GridNode(content: .mapping(entries), position: position)
    case .alias:
      report(node.mark, "grids have no YAML aliases: write the value where it is used")
      return nil
    }
  }

  private mutating func convert(_ scalar: Node.Scalar) -> GridNode.Content? {
    let text = restoreStars(scalar.string)
    let plain = scalar.style == .plain
    if plain, star != "*", scalar.string.unicodeScalars.first == star {
      report(
        scalar.mark,
        "\(Wording.quote(text)) is a YAML alias; grids have none: write the value itself, or put "
          + "text that starts with * in quotes")
      return nil
    }
    return .scalar(text, plain: plain)
  }

  /// An error that belongs to the whole file.
  func error(_ message: String) -> GridError {
    GridError(issues: [GridIssue(file: file, position: .start, path: "", message: message)])
  }

  func error(_ problem: YamlError) -> GridError {
    let (position, message) =
      switch problem {
      case .scanner(let context, let problem, let mark, _),
        .parser(let context, let problem, let mark, _),
        .composer(let context, let problem, let mark, _):
        (Self.position(mark), "not YAML: " + Self.sentence(context?.text, problem))
      case .duplicatedKeysInMapping(let keys, let context):
        (
          Self.position(context.mark),
          "\(Wording.alternatives(keys.map { Wording.quote(restoreStars($0)) })) occurs twice in "
            + "this mapping; keep one"
        )
      case .reader(let problem, let offset, _, let yaml):
        (Self.position(ofCharacter: offset ?? 0, in: yaml), "not YAML: \(problem)")
      default: (GridPosition.start, "not YAML: \(problem)")
      }
    return GridError(issues: [
      GridIssue(file: file, position: position, path: "", message: message)
    ])
  }

  private static func sentence(_ context: String?, _ problem: String) -> String {
    context.map { $0.isEmpty ? problem : "\($0), \(problem)" } ?? problem
  }

  private static func position(ofCharacter offset: Int, in text: String) -> GridPosition {
    var position = GridPosition.start
    for character in text.prefix(offset) {
      if character.isNewline {
        position = GridPosition(line: position.line + 1, column: 1)
      } else {
        position.column += character.unicodeScalars.count
      }
    }
    return position
  }
}
