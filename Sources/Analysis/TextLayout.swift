/// A column of a plain table.
struct TextColumn {
  enum Alignment { case left, right }

  var title: String
  var alignment: Alignment
  /// Whether the column may be cut where the table is too wide.
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
}

/// Lines of text in columns and paragraphs.
enum TextLayout {
  /// The titles, then one line per row, columns two spaces apart.
  ///
  /// Where a line would be longer than `width`, the longest flexible columns are cut with `…`,
  /// down to six characters; what is longer still stays.
  static func table(_ columns: [TextColumn], width: Int) -> [String] {
    var widths = columns.map { column in
      column.cells.reduce(column.title.count) { max($0, $1.count) }
    }
    while widths.reduce(2 * (widths.count - 1), +) > width {
      let flexible = widths.indices.filter { columns[$0].isFlexible && widths[$0] > 6 }
      guard let longest = flexible.max(by: { widths[$0] < widths[$1] }) else { break }
      widths[longest] -= 1
    }
    let rows = columns.first?.cells.count ?? 0
    return (-1..<rows).map { row in
      let cells = columns.indices.map { index in
        let text = row < 0 ? columns[index].title : columns[index].cells[row]
        return pad(text, to: widths[index], columns[index].alignment)
      }
      return trimmed(cells.joined(separator: "  "))
    }
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

  private static func pad(_ text: String, to width: Int, _ alignment: TextColumn.Alignment)
    -> String
  {
    let cut = text.count > width ? text.prefix(width - 1) + "…" : text[...]
    let space = String(repeating: " ", count: width - cut.count)
    return alignment == .left ? cut + space : space + cut
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}

/// Escape sequences for terminals, or none.
struct TextStyle {
  var isStyled: Bool

  func bold(_ text: String) -> String { isStyled ? "\u{1B}[1m\(text)\u{1B}[0m" : text }
  func shown(_ text: String) -> String { isStyled ? "\u{1B}[1;32m\(text)\u{1B}[0m" : text }
  func faint(_ text: String) -> String { isStyled ? "\u{1B}[2m\(text)\u{1B}[0m" : text }
}
