package import ExperimentModel

/// The value of one column for one trial or cell.
public enum SettingValue: Sendable, Hashable {
  case real(Double)
  case integer(Int64)
  case text(String)
  /// The column does not apply.
  case none

  /// The value in row `row` of `column`.
  package init(_ column: Column, row: Int) {
    switch column.values {
    case .real(let values): self = values[row].isNaN ? .none : .real(values[row])
    case .integer(let values): self = .integer(values[row])
    case .text(let values): self = values[row].isEmpty ? .none : .text(values[row])
    }
  }

  /// As a number; nil for text and where the column does not apply.
  public var number: Double? {
    switch self {
    case .real(let value): value
    case .integer(let value): Double(value)
    case .text, .none: nil
    }
  }
}

extension SettingValue: CustomStringConvertible {
  /// As people write it; `-` where the column does not apply.
  public var description: String {
    switch self {
    case .real(let value):
      value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
    case .integer(let value): "\(value)"
    case .text(let value): value
    case .none: "-"
    }
  }
}

extension SettingValue: Encodable {
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    // JSON has no infinite numbers.
    case .real(let value) where !value.isFinite: try container.encode("\(value)")
    case .real(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .none: try container.encodeNil()
    }
  }
}

/// Columns and their values, in the order of the file's columns; an object in JSON.
public struct Settings: Sendable, Hashable {
  public var names: [String]
  public var values: [SettingValue]

  package init(names: [String] = [], values: [SettingValue] = []) {
    precondition(names.count == values.count, "a setting has a name and a value")
    self.names = names
    self.values = values
  }

  public subscript(name: String) -> SettingValue? {
    names.firstIndex(of: name).map { values[$0] }
  }

  /// These and one more.
  package func adding(_ name: String, _ value: SettingValue) -> Settings {
    Settings(names: names + [name], values: values + [value])
  }

  /// Those that `isIncluded` says yes to, in the same order.
  package func filter(_ isIncluded: (String, SettingValue) -> Bool) -> Settings {
    let kept = zip(names, values).filter { isIncluded($0, $1) }
    return Settings(names: kept.map(\.0), values: kept.map(\.1))
  }
}

extension Settings: Encodable {
  private struct Key: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, value) in zip(names, values) {
      try container.encode(value, forKey: Key(stringValue: name))
    }
  }
}
