/// What the terminal can show and what the user wants to see.
public struct ProgressStyle: Sendable, Hashable {
  /// Whether lines are redrawn in place; otherwise they are only added.
  public var isLive: Bool
  public var colour: Bool
  /// Whether bars may use block characters; otherwise they are ASCII.
  public var unicode: Bool

  public init(isLive: Bool, colour: Bool, unicode: Bool) {
    self.isLive = isLive
    self.colour = colour
    self.unicode = unicode
  }

  /// Reads the environment.
  ///
  /// `TERM=dumb` (or none) has no cursor to move; `NO_COLOR`, unless empty, forbids colours
  /// (no-color.org); the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set must name UTF-8 for
  /// block characters.
  public static func detect(isTerminal: Bool, environment: [String: String]) -> ProgressStyle {
    func value(_ name: String) -> String { environment[name] ?? "" }
    let isLive = isTerminal && !["", "dumb"].contains(value("TERM"))
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(value).first { !$0.isEmpty } ?? ""
    let encoding = locale.lowercased()
    return ProgressStyle(
      isLive: isLive, colour: isLive && value("NO_COLOR").isEmpty,
      unicode: encoding.contains("utf-8") || encoding.contains("utf8"))
  }

  var ellipsis: String { unicode ? "…" : "..." }

  /// A bar of `width` cells in all, ends included, of which `fraction` is filled.
  func bar(_ fraction: Double, width: Int) -> StyledLine {
    let inner = max(width - 2, 0)
    let filled = min(max(fraction.isNaN ? 0 : fraction, 0), 1)
    guard unicode else {
      let full = Int(filled * Double(inner))
      var line = StyledLine("[")
      line.add(String(repeating: "#", count: full), .good)
      line.add(String(repeating: "-", count: inner - full) + "]")
      return line
    }
    let eighths = Int(filled * Double(8 * inner))
    var text = String(repeating: "█", count: eighths / 8)
    if eighths % 8 > 0 { text.append(Array("▏▎▍▌▋▊▉")[eighths % 8 - 1]) }
    var line = StyledLine("▕")
    line.add(text, .good)
    line.add(String(repeating: " ", count: inner - text.count) + "▏")
    return line
  }
}
