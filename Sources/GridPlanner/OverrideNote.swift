import Foundation

/// The comment behind a grid's text that keeps the overrides that it was read with.
enum OverrideNote {
  private static let mark = "# overrides: "

  /// `text` with its overrides in a last line, as a JSON array; as it is where there are none,
  /// unless its own last line would be taken for them.
  static func adding(_ overrides: [String], to text: String) -> String {
    guard !overrides.isEmpty || taken(from: text).text != text,
      let list = try? JSONEncoder().encode(overrides)
    else { return text }
    let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
    return text + end + mark + String(decoding: list, as: UTF8.self) + "\n"
  }

  /// What `adding` put together; no overrides where the last line is not such a comment.
  static func taken(from text: String) -> (text: String, overrides: [String]) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    guard let last = lines.last, last.hasPrefix(mark),
      let overrides = try? JSONDecoder().decode(
        [String].self, from: Data(last.dropFirst(mark.count).utf8))
    else { return (text, []) }
    return (String(text[..<last.startIndex]), overrides)
  }
}
