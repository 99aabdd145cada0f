import Foundation

/// `value` as indented JSON with sorted keys in snake case, numbers in full precision; what is no
/// finite number is null, because JSON has no word for it.
func encodeJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  encoder.keyEncodingStrategy = .convertToSnakeCase
  // A text that no results file has in it, to be found again.
  let mark = "\u{FFFE}\u{FFFF} no number"
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: mark, negativeInfinity: mark, nan: mark)
  return String(decoding: try encoder.encode(value), as: UTF8.self)
    .replacing("\"\(mark)\"", with: "null")
}
