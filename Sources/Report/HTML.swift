/// Text for an HTML page.
enum HTML {
  /// `text` as text or inside a quoted attribute.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  static func element(_ name: String, _ text: String, class style: String = "") -> String {
    "<\(name)\(style.isEmpty ? "" : " class=\"\(style)\"")>\(escape(text))</\(name)>"
  }
}
