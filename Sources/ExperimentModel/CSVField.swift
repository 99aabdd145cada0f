/// A field of comma-separated values as RFC 4180 has it: plain text that no spreadsheet computes.
package enum CSVField {
  /// Signs with which a spreadsheet lets a formula begin, also in their wide forms
  /// (owasp.org/www-community/attacks/CSV_Injection).
  private static let formulaSigns: Set<Unicode.Scalar> = [
    "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
  ]

  /// Appends `text`: in quotes where it holds a comma, a quote or a line's end, and with an
  /// apostrophe before it where a spreadsheet would take it for a formula and it is no number.
  package static func append(_ text: String, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
    let isFormula = text.unicodeScalars.first.map(formulaSigns.contains) == true
    let safe = String(decoding: PlainText.lines(text), as: UTF8.self)
    let text = isFormula && Double(text) == nil ? "'" + safe : safe
    guard text.utf8.contains(where: { [quote, 13, 10, UInt8(ascii: ",")].contains($0) }) else {
      bytes.append(contentsOf: text.utf8)
      return
    }
    bytes.append(quote)
    for byte in text.utf8 {
      if byte == quote { bytes.append(quote) }
      bytes.append(byte)
    }
    bytes.append(quote)
  }

  /// A record without its line's end.
  package static func record(_ fields: [String]) -> String {
    var bytes: [UInt8] = []
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(field, to: &bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
