/// A message in the wire format of Protocol Buffers, built field by field.
///
/// A field is a varint of its number and wire type, then its value: 0 varint, 1 eight bytes,
/// 2 bytes with their length before them, 5 four bytes
/// (protobuf.dev/programming-guides/encoding). Fields that have their default value are left out
/// by the caller.
struct Protobuf: Sendable, Hashable {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ field: Int, varint value: UInt64) {
    key(field, 0)
    varint(value)
  }

  mutating func add(_ field: Int, double value: Double) {
    key(field, 1)
    bytes += littleEndianBytes(value.bitPattern)
  }

  mutating func add(_ field: Int, float value: Float) {
    key(field, 5)
    bytes += littleEndianBytes(value.bitPattern)
  }

  mutating func add(_ field: Int, text: String) { add(field, bytes: Array(text.utf8)) }

  mutating func add(_ field: Int, bytes value: [UInt8]) {
    key(field, 2)
    varint(UInt64(value.count))
    bytes += value
  }

  mutating func add(_ field: Int, _ message: Protobuf) { add(field, bytes: message.bytes) }

  /// A message of the fields that `build` adds.
  static func message(_ build: (inout Protobuf) -> Void) -> Protobuf {
    var message = Protobuf()
    build(&message)
    return message
  }

  private mutating func key(_ field: Int, _ wireType: Int) { varint(UInt64(field << 3 | wireType)) }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 128 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
