internal import ExperimentModel

/// One table of a results file: named columns of equal length.
public struct ResultTable: Sendable {
  /// `trials`, `epochs` or `cells`.
  public let name: String
  let columns: [TableColumn]

  public var rowCount: Int { columns.first?.values.count ?? 0 }
}

/// A column of a table.
struct TableColumn: Sendable {
  enum Values: Sendable {
    case text([String])
    case integer([Int])
    /// Not a number where there is none.
    case real([Double])
    case single([Float])

    var count: Int {
      switch self {
      case .text(let values): values.count
      case .integer(let values): values.count
      case .real(let values): values.count
      case .single(let values): values.count
      }
    }
  }

  var name: String
  var values: Values

  init(_ name: String, _ values: Values) {
    self.name = name
    self.values = values
  }

  init(_ column: Column) {
    name = column.name
    values =
      switch column.values {
      case .text(let values): .text(values)
      case .integer(let values): .integer(values.map { Int($0) })
      case .real(let values): .real(values)
      }
  }

  /// A number in the fewest digits that read back to the same value; nil for a text.
  func digits(at row: Int) -> String? {
    switch values {
    case .text: nil
    case .integer(let values): "\(values[row])"
    case .real(let values): "\(values[row])"
    case .single(let values): "\(values[row])"
    }
  }

  func isFinite(at row: Int) -> Bool {
    switch values {
    case .text, .integer: true
    case .real(let values): values[row].isFinite
    case .single(let values): values[row].isFinite
    }
  }

  func isMissing(at row: Int) -> Bool {
    switch values {
    case .text, .integer: false
    case .real(let values): values[row].isNaN
    case .single(let values): values[row].isNaN
    }
  }
}
