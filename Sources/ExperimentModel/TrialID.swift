/// 128 bits that name a trial everywhere: in the plan, the file, a shard, a log.
///
/// The first half of SHA-256 over the canonical text, the data's fingerprint and the numerics
/// version; the planner computes it.
public struct TrialID: Sendable, Hashable {
  public let bytes: [UInt8]

  /// - Parameter bytes: at least 16; the first 16 are kept.
  @inlinable
  public init(bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes.prefix(16))
    precondition(self.bytes.count == 16, "a trial id has 16 bytes, not \(self.bytes.count)")
  }

  /// Reads 32 hexadecimal digits; nil where there is anything else.
  public init?(_ text: String) {
    let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
    guard digits.count == 32, digits.allSatisfy({ $0 != nil }) else { return nil }
    let values = digits.compactMap { $0 }
    bytes = (0..<16).map { UInt8(values[2 * $0] << 4 | values[2 * $0 + 1]) }
  }
}

extension TrialID: CustomStringConvertible {
  /// 32 lower-case hexadecimal digits.
  public var description: String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
