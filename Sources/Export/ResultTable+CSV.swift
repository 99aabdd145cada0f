internal import ExperimentModel

extension ResultTable {
  /// The table as RFC 4180 has it: a header, CRLF, and quotes around a field only where it holds a
  /// comma, a quote or a line's end.
  ///
  /// A number that is missing is an empty field. A text that a spreadsheet would compute has an
  /// apostrophe before it.
  public func csv() -> [UInt8] {
    var bytes: [UInt8] = []
    for (index, column) in columns.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      CSVField.append(column.name, to: &bytes)
    }
    bytes.append(contentsOf: [13, 10])
    for row in 0..<rowCount {
      for (index, column) in columns.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        if case .text(let values) = column.values {
          CSVField.append(values[row], to: &bytes)
        } else if let digits = column.digits(at: row), !column.isMissing(at: row) {
          bytes.append(contentsOf: digits.utf8)
        }
      }
      bytes.append(contentsOf: [13, 10])
    }
    return bytes
  }
}
