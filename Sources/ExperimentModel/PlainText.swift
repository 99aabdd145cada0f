/// Text that is only text to a terminal, an editor or a page: nothing in it moves a cursor, colours
/// or hides other text, or turns the direction of reading.
///
/// Words in a results file or a grid are other people's. What is taken out are control characters
/// (C0, DEL and C1, which has escape sequences of its own) and Unicode's overrides of direction.
package enum PlainText {
  /// `text` on one line; a blank stands for each sign that is taken out.
  package static func line(_ text: String) -> String {
    guard text.utf8.contains(where: isSuspect) else { return text }
    return String(decoding: cleaned(Array(text.utf8), keepsLines: false), as: UTF8.self)
  }

  /// `text` with its lines and tabs; a blank stands for each other sign that is taken out.
  ///
  /// - Parameter tints: escape sequences that stay, because the program itself has put them there.
  package static func lines(_ text: String, tints: [String] = []) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { isSuspect($0) && $0 != newline }) else { return bytes }
    return cleaned(bytes, keepsLines: true, tints: tints.map { Array($0.utf8) })
  }

  /// A JSON text that means the same and has no such signs in it: they become `\u` escapes.
  package static func json(_ text: String) -> [UInt8] {
    let bytes = Array(text.utf8)
    guard bytes.contains(where: { isSuspect($0) && $0 != newline }) else { return bytes }
    return replaced(bytes) { scalar, result in
      guard ![9, 10, 13].contains(scalar) else { return result.append(UInt8(scalar)) }
      let digits = String(scalar, radix: 16)
      result += "\\u\(String(repeating: "0", count: 4 - digits.count))\(digits)".utf8
    }
  }

  private static let newline = UInt8(ascii: "\n")
  private static let escape: UInt8 = 0x1B

  /// Whether a sign to take out can begin with this byte.
  private static func isSuspect(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xE2
  }

  private static func cleaned(
    _ bytes: [UInt8], keepsLines: Bool, tints: [[UInt8]] = []
  ) -> [UInt8] {
    var tintEnd = 0
    return replaced(
      bytes,
      keeps: { bytes, index in
        if bytes[index] == escape,
          let tint = tints.first(where: { bytes[index...].starts(with: $0) }
          )
        {
          tintEnd = index + tint.count
        }
        if index < tintEnd { return true }
        guard keepsLines else { return false }
        // A carriage return alone would go back over what is there.
        return bytes[index] == newline || bytes[index] == 9
          || (bytes[index] == 13 && bytes.indices.contains(index + 1)
            && bytes[index + 1] == newline)
      },
      by: { _, result in result.append(UInt8(ascii: " ")) })
  }

  /// `bytes` with each sign to take out replaced, as far as `keeps` does not say that it stays.
  private static func replaced(
    _ bytes: [UInt8], keeps: ([UInt8], Int) -> Bool = { _, _ in false },
    by replace: (UInt32, inout [UInt8]) -> Void
  ) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count + 16)
    var index = 0
    while index < bytes.count {
      let start = index
      while index < bytes.count, !isSuspect(bytes[index]) { index += 1 }
      result.append(contentsOf: bytes[start..<index])
      guard index < bytes.count else { break }
      let (scalar, count) = sign(bytes, index)
      if let scalar, !keeps(bytes, index) {
        replace(scalar, &result)
      } else {
        result.append(contentsOf: bytes[index..<index + count])
      }
      index += count
    }
    return result
  }

  /// The sign to take out that begins at `index`, and how many bytes to go on by.
  private static func sign(_ bytes: [UInt8], _ index: Int) -> (UInt32?, Int) {
    let byte = bytes[index]
    if byte < 0x20 || byte == 0x7F { return (UInt32(byte), 1) }
    if byte == 0xC2, index + 1 < bytes.count, (0x80...0x9F).contains(bytes[index + 1]) {
      return (UInt32(bytes[index + 1]), 2)
    }
    if byte == 0xE2, index + 2 < bytes.count {
      switch (bytes[index + 1], bytes[index + 2]) {
      case (0x80, 0xAA...0xAE): return (0x2000 + UInt32(bytes[index + 2] & 0x3F), 3)
      case (0x81, 0xA6...0xA9): return (0x2040 + UInt32(bytes[index + 2] & 0x3F), 3)
      default: break
      }
    }
    return (nil, 1)
  }
}

extension String {
  /// The text as one word of a shell's command line: in quotes where it needs them.
  package var shellWord: String {
    let plain = utf8.allSatisfy { byte in
      Character(UnicodeScalar(byte)).isLetter && byte < 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        || "_@%+=:,./-".utf8.contains(byte)
    }
    // What begins with a hyphen would be an option.
    let word = hasPrefix("-") ? "./" + self : self
    if plain && !isEmpty { return word }
    return "'"
      + word.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''") + "'"
  }
}
