/// The Castagnoli checksum: reflected polynomial 0x82F63B78, start and final exclusive-or
/// 0xFFFFFFFF, as in iSCSI and ext4; the checksum of "123456789" is 0xE3069283.
package struct CRC32C: Sendable {
  private var state: UInt32 = .max

  package init() {}

  package var value: UInt32 { ~state }

  package static func of(_ bytes: [UInt8]) -> UInt32 {
    var checksum = CRC32C()
    checksum.update(bytes)
    return checksum.value
  }

  package mutating func update(_ bytes: [UInt8]) { bytes.withUnsafeBytes { update($0) } }

  /// Takes in eight bytes at a time by eight tables (Kounavis & Berry 2005).
  package mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var state = state
    Self.tables.withUnsafeBufferPointer { tables in
      var index = 0
      while index + 8 <= bytes.count {
        let low =
          state ^ UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self))
        let high = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: index &+ 4, as: UInt32.self))
        let first =
          tables[1792 &+ Int(low & 255)] ^ tables[1536 &+ Int(low >> 8 & 255)]
          ^ tables[1280 &+ Int(low >> 16 & 255)] ^ tables[1024 &+ Int(low >> 24)]
        let second =
          tables[768 &+ Int(high & 255)] ^ tables[512 &+ Int(high >> 8 & 255)]
          ^ tables[256 &+ Int(high >> 16 & 255)] ^ tables[Int(high >> 24)]
        state = first ^ second
        index &+= 8
      }
      while index < bytes.count {
        state = state >> 8 ^ tables[Int((state ^ UInt32(bytes[index])) & 255)]
        index &+= 1
      }
    }
    self.state = state
  }

  /// `tables[256·k + b]` is the effect of byte `b` with `k` zero bytes after it.
  private static let tables: [UInt32] = {
    var tables = [UInt32](repeating: 0, count: 8 * 256)
    for byte in 0..<256 {
      var value = UInt32(byte)
      for _ in 0..<8 { value = value >> 1 ^ (value & 1 == 1 ? 0x82F6_3B78 : 0) }
      tables[byte] = value
    }
    for index in 256..<tables.count {
      let shorter = tables[index - 256]
      tables[index] = shorter >> 8 ^ tables[Int(shorter & 255)]
    }
    return tables
  }()
}
