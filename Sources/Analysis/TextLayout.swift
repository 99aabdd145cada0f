/// A column of a plain table.
struct TextColumn {
  enum Alignment { case left, right }

  var title: String
  var alignment: Alignment
  /// Whether the column's words may go on below where the table is too wide.
  var isFlexible: Bool
  var cells: [String]

  init(
    _ title: String, alignment: Alignment = .right, isFlexible: Bool = false, cells: [String]
  ) {
    self.title = title
    self.alignment = alignment
    self.isFlexible = isFlexible
    self.cells = cells
  }

  /// The values of one setting: numbers to the right, text to the left.
  init(setting name: String, values: [SettingValue]) {
    let isNumeric = values.allSatisfy { $0 == .none || $0.number != nil }
    self.init(
      name, alignment: isNumeric ? .right : .left, isFlexible: true,
      cells: values.map(\.description))
  }

  fileprivate var texts: [String] { [title] + cells }
  fileprivate var width: Int { texts.reduce(0) { max($0, $1.count) } }
  /// The longest part of a text that no line ends in.
  fileprivate var narrowest: Int {
    texts.flatMap(TextLayout.parts).reduce(1) { max($0, $1.trimmingSpace.count) }
  }
}

/// Lines of text in columns and paragraphs.
enum TextLayout {
  /// The titles, then one text per row, columns two spaces apart.
  ///
  /// Where a line would be longer than `width`, flexible columns become narrower, the widest first,
  /// and what does not fit goes on in the next line of the same row: nothing is cut. Where even
  /// their words do not fit beside each other, flexible columns become one.
  static func table(_ columns: [TextColumn], width: Int) -> [String] {
    var columns = columns
    var widths = columns.map(\.width)
    let least = columns.map { $0.isFlexible ? $0.narrowest : $0.width }
    if total(least) > width, columns.count(where: \.isFlexible) > 1 {
      columns = joined(columns)
      widths = columns.map(\.width)
      let rest = total(widths) - widths[0]
      widths[0] = min(widths[0], max(8, width - rest))
    } else {
      while total(widths) > width {
        let flexible = widths.indices.filter { widths[$0] > least[$0] }
        guard let widest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
        widths[widest] -= 1
      }
    }
    let rows = columns.first?.cells.count ?? 0
    let all = columns.map(\.texts)
    return (0...rows).map { row in
      let cells = columns.indices.map { broken(all[$0][row], width: widths[$0]) }
      let height = cells.map(\.count).max() ?? 0
      return (0..<height).map { line in
        let texts = columns.indices.map { index in
          pad(
            cells[index].indices.contains(line) ? cells[index][line] : "", to: widths[index],
            columns[index].alignment)
        }
        return trimmed(texts.joined(separator: "  "))
      }.joined(separator: "\n")
    }
  }

  /// Tables of the same rows, each with `settings` in front and as many of `figures` as fit.
  static func tables(_ settings: [TextColumn], _ figures: [TextColumn], width: Int) -> [[String]] {
    var groups: [[TextColumn]] = []
    for figure in figures {
      if let last = groups.last, total((settings + last + [figure]).map(\.width)) <= width {
        groups[groups.count - 1].append(figure)
      } else {
        groups.append([figure])
      }
    }
    return groups.map { table(settings + $0, width: width) }
  }

  /// The words of `text` in lines of at most `width` characters, later ones indented by `indent`.
  static func wrap(_ text: String, width: Int, indent: Int = 0) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent) + word
      } else {
        line += (line.isEmpty ? "" : " ") + word
      }
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The flexible columns as one, in front of the others: `rate 0.5, before-pool, spatial`.
  private static func joined(_ columns: [TextColumn]) -> [TextColumn] {
    let flexible = columns.filter(\.isFlexible)
    let rows = columns.first?.cells.count ?? 0
    let words = flexible.map { Set($0.cells) }
    let shared = words.enumerated().reduce(into: Set<String>()) { shared, column in
      for other in words[..<column.offset] { shared.formUnion(column.element.intersection(other)) }
    }
    let cells = (0..<rows).map { row in
      flexible.filter { !["", "-"].contains($0.cells[row]) }.map { column in
        // Numbers and the like say nothing without their name, nor do words of several columns.
        let cell = column.cells[row]
        let isBare =
          ["none", "true", "false"].contains(cell) || shared.contains(cell) || Double(cell) != nil
        return isBare ? "\(column.title) \(cell)" : cell
      }.joined(separator: ", ")
    }
    return [TextColumn("settings", alignment: .left, isFlexible: true, cells: cells)]
      + columns.filter { !$0.isFlexible }
  }

  private static func total(_ widths: [Int]) -> Int {
    widths.reduce(2 * (widths.count - 1), +)
  }

  /// Where lines may end if need be: behind a blank, a hyphen, an underscore.
  fileprivate static func parts(_ text: some StringProtocol) -> [Substring] {
    pieces(Substring(text), behind: " -_")
  }

  private static func pieces(_ text: Substring, behind ends: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    for index in text.indices where ends.contains(text[index]) {
      // A minus or a hyphen at the beginning of a number or a word stays with it.
      let next = text.index(after: index)
      guard text[index] == " " || start < index else { continue }
      parts.append(text[start..<next])
      start = next
    }
    return start < text.endIndex ? parts + [text[start...]] : parts
  }

  /// `text` in lines of at most `width` characters: between words, inside one only where it has to
  /// be, and anywhere where it has no hyphen.
  private static func broken(_ text: String, width: Int) -> [String] {
    guard text.count > width else { return [text] }
    var lines: [String] = []
    var line = ""
    let words = pieces(text[...], behind: " ")
    for part in words.flatMap({ $0.trimmingSpace.count > width ? parts($0) : [$0] }) {
      var part = part
      if !line.isEmpty, line.count + part.trimmingSpace.count > width {
        lines.append(line)
        line = ""
      }
      while part.trimmingSpace.count > width {
        lines.append(String(part.prefix(width)))
        part = part.dropFirst(width)
      }
      line += part
    }
    return (line.isEmpty ? lines : lines + [line]).map { String($0[...].trimmingSpace) }
  }

  private static func pad(_ text: String, to width: Int, _ alignment: TextColumn.Alignment)
    -> String
  {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return alignment == .left ? text + space : space + text
  }

  private static func trimmed(_ line: String) -> String { String(line[...].trimmingSpace) }
}

extension Substring {
  /// Without the blanks at its end.
  fileprivate var trimmingSpace: Substring {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}

/// Escape sequences for terminals, or none.
struct TextStyle {
  var isStyled: Bool

  func bold(_ text: String) -> String { isStyled ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func shown(_ text: String) -> String { isStyled ? "\u{1B}[1;32m\(text)\u{1B}[0m" : text }
  func faint(_ text: String) -> String { isStyled ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
