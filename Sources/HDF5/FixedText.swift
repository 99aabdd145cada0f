/// Text in a fixed number of bytes of UTF-8, padded with NUL.
public enum FixedText {
  /// The bytes of `text`, cut at a character's boundary where it is longer than `bytes`.
  ///
  /// A NUL inside would end the text for every reader, so U+FFFD takes its place.
  public static func encode(_ text: String, bytes: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes)
    for character in withoutNUL(text) {
      guard result.count + character.utf8.count <= bytes else { break }
      result.append(contentsOf: character.utf8)
    }
    result.append(contentsOf: repeatElement(0, count: bytes - result.count))
    return result
  }

  /// The text before the first NUL; what is not UTF-8 becomes U+FFFD.
  public static func decode(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes[..<(bytes.firstIndex(of: 0) ?? bytes.endIndex)], as: UTF8.self)
  }

  /// The same of all of an array.
  public static func decode(_ bytes: [UInt8]) -> String { decode(bytes[...]) }

  /// The text with U+FFFD for every NUL, which is what a file holds of it.
  public static func withoutNUL(_ text: String) -> String {
    guard text.utf8.contains(0) else { return text }
    let scalars = text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }
    return String(String.UnicodeScalarView(scalars))
  }
}
