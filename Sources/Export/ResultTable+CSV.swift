extension ResultTable {
  /// The table as RFC 4180 has it: a header, CRLF, and quotes around a field only where it holds a
  /// comma, a quote or a line's end.
  ///
  /// A number that is missing is an empty field.
  public func csv() -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, column) in columns.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      Self.append(column.name, to: &bytes)
    }
    bytes.append(contentsOf: [13, 10])
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        if case .text(let values) = column.values {
          Self.append(values[row], to: &bytes)
        } else if let digits = column.digits(at: row), !column.isMissing(at: row) {
          bytes.append(contentsOf: digits.utf8)
        }
      }
      bytes.append(contentsOf: [13, 10])
    }
    return bytes
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let quote = UInt8(ascii: "\"")
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
}
