/// A table for a terminal: aligned columns, numbers to the right.
///
/// A column is aligned to the right when every cell in it that says something is a number (a sign,
/// a percent sign and NaN count as such).
public struct TextTable: Sendable {
  private let header: [String]
  private var rows: [[String]] = []

  /// - Parameter columns: the column's names.
  public init(columns: [String]) {
    header = columns.map(Self.oneLine)
  }

  /// Adds a row with one cell for each column.
  public mutating func append(_ row: [String]) {
    precondition(
      row.count == header.count, "a row of \(row.count) cells in \(header.count) columns")
    rows.append(row.map(Self.oneLine))
  }

  /// The header, a rule and the rows; no line ends in spaces.
  ///
  /// - Parameter unicode: draws the rule with line characters instead of hyphens.
  /// - Complexity: linear in the number of characters.
  public func lines(unicode: Bool = false) -> [String] {
    let widths = header.indices.map { column in
      rows.reduce(DisplayWidth.of(header[column])) { max($0, DisplayWidth.of($1[column])) }
    }
    let isRight = header.indices.map { column in
      let cells = rows.map { $0[column] }.filter { !["", "-", "–", "—"].contains($0) }
      return !cells.isEmpty && cells.allSatisfy(Self.isNumber)
    }
    func line(_ cells: [String]) -> String {
      let padded = cells.indices.map {
        DisplayWidth.pad(cells[$0], to: widths[$0], right: isRight[$0])
      }
      return Self.trimmed(padded.joined(separator: "  "))
    }
    let rule = widths.map { String(repeating: unicode ? "─" : "-", count: $0) }
    return [line(header), rule.joined(separator: "  ")] + rows.map(line)
  }

  private static func isNumber(_ cell: String) -> Bool {
    let digits = cell.hasSuffix("%") ? cell.dropLast() : cell[...]
    return Double(digits.replacing("−", with: "-").replacing("±", with: "")) != nil
  }

  private static func trimmed(_ line: String) -> String {
    String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
  }

  private static func oneLine(_ cell: String) -> String { StyledLine.printable(cell) }
}
