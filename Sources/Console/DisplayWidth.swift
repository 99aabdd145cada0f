/// How many terminal cells text takes: close enough for tables and lines that must not wrap.
enum DisplayWidth {
  /// Cells of a whole text.
  static func of(_ text: some StringProtocol) -> Int { text.reduce(0) { $0 + of($1) } }

  /// 2 for East Asian wide characters and emoji, 0 for controls and lone marks, else 1.
  static func of(_ character: Character) -> Int {
    let scalars = character.unicodeScalars
    guard let first = scalars.first else { return 0 }
    if first.value < 0x7F { return first.value < 0x20 ? 0 : 1 }
    if scalars.contains("\u{FE0F}") || first.properties.isEmojiPresentation { return 2 }
    switch first.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark: return 0
    default: return isWide(first.value) ? 2 : 1
    }
  }

  /// Unicode's East Asian Width classes W and F, by their large ranges.
  private static func isWide(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
      0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  /// The text with spaces after it (or before it) up to `width` cells.
  static func pad(_ text: String, to width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(width - of(text), 0))
    return right ? space + text : text + space
  }

  /// The longest beginning that fits in `width` cells, with `mark` at the end where text was lost.
  static func truncate(_ text: String, to width: Int, mark: String) -> String {
    if of(text) <= width { return text }
    let room = width - of(mark)
    guard room >= 0 else { return "" }
    var kept = ""
    var used = 0
    for character in text {
      used += of(character)
      if used > room { break }
      kept.append(character)
    }
    return kept + mark
  }
}
