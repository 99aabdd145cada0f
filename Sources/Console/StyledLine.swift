/// A line in pieces with colours, so that it can be cut to a width without cutting an escape code.
struct StyledLine {
  enum Tint: String {
    case plain = ""
    case good = "\u{1B}[32m"
    case bad = "\u{1B}[31m"
    case faint = "\u{1B}[2m"
  }

  private var pieces: [(text: String, tint: Tint)] = []

  init(_ text: String = "", _ tint: Tint = .plain) { add(text, tint) }

  var width: Int { pieces.reduce(0) { $0 + DisplayWidth.of($1.text) } }

  mutating func add(_ text: String, _ tint: Tint = .plain) {
    if !text.isEmpty { pieces.append((text, tint)) }
  }

  mutating func add(_ line: StyledLine) { pieces += line.pieces }

  /// The line as the terminal gets it, at most `columns` cells wide.
  func rendered(_ style: ProgressStyle, columns: Int = .max) -> String {
    var line = ""
    var room = columns
    for (text, tint) in pieces where room > 0 {
      let cut = DisplayWidth.truncate(text, to: room, mark: style.ellipsis)
      let isLast = cut != text
      line += tint == .plain || !style.colour ? cut : tint.rawValue + cut + "\u{1B}[0m"
      room = isLast ? 0 : room - DisplayWidth.of(cut)
    }
    return line
  }
}
