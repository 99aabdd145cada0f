/// A value that is written as JSON.
package enum JSONValue {
  case text(String)
  case integer(Int)
  /// `null` where it is not finite.
  case real(Double)
  /// A number in its own digits.
  case number(String)
  case null
  case array([JSONValue])
  /// An array whose elements are made one at a time, when they are written.
  case elements(Int, (Int) -> JSONValue)
  /// Members are written in the order given.
  case object([(String, JSONValue)])

  package var text: String {
    var bytes: [UInt8] = []
    write(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  package func write(to bytes: inout [UInt8]) {
    switch self {
    case .text(let text): Self.write(text, to: &bytes)
    case .integer(let value): bytes.append(contentsOf: "\(value)".utf8)
    case .real(let value): bytes.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
    case .number(let digits): bytes.append(contentsOf: digits.utf8)
    case .null: bytes.append(contentsOf: "null".utf8)
    case .array(let values): JSONValue.elements(values.count) { values[$0] }.write(to: &bytes)
    case .elements(let count, let value):
      bytes.append(UInt8(ascii: "["))
      for index in 0..<count {
        if index > 0 { bytes.append(contentsOf: ",\n".utf8) }
        value(index).write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(contentsOf: ", ".utf8) }
        Self.write(member.0, to: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        member.1.write(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func write(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
      case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
      case 0..<32:
        let digits = String(byte, radix: 16)
        bytes.append(contentsOf: "\\u00\(byte < 16 ? "0" : "")\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
