internal import ExperimentModel

/// The mark that HDF5 leaves in a file which it has open to change it, as when the program that had
/// it open was killed.
///
/// The file's status flags are set (byte 20 of superblock version 0), and the root group's entry no
/// longer has the addresses of its B-tree and heap at hand (its last 24 bytes). Both say nothing that
/// the rest of the file does not, so the beginning of the file can be put back as it was
/// (HDF5 File Format Specification 3.0, II.A and III.C).
enum OpenMark {
  private static let headBytes = 96
  private static let flags = 20..<24
  /// Cache type, reserved, scratch pad.
  private static let cached = 72..<96

  /// The first bytes of a marked file as they were before it was opened; nil where it has no mark
  /// that is known.
  static func unmarked(_ file: borrowing FileDescriptor) throws(SystemError) -> [UInt8]? {
    guard try file.size() > UInt64(headBytes) else { return nil }
    var head = try file.read(headBytes, at: 0)
    // Superblock version 0, 8-byte addresses and lengths, nothing in front of it.
    guard head.starts(with: ResultsReader.signature), head[8] == 0, head[13] == 8, head[14] == 8,
      head[20] != 0 || head[72] == 0,
      let message = try symbolTable(file, at: number(head, 64))
    else { return nil }
    head.replaceSubrange(flags, with: [0, 0, 0, 0])
    head.replaceSubrange(cached, with: littleEndian([UInt32(1), 0]) + message)
    return head
  }

  /// Puts the file's beginning back as it was, where another program has left its mark.
  static func remove(from file: borrowing FileDescriptor) throws(SystemError) {
    guard let head = try unmarked(file) else { return }
    try file.write(head, at: 0)
    try file.syncData()
  }

  /// The addresses in the symbol table message of the object header (version 1) at `address`.
  private static func symbolTable(
    _ file: borrowing FileDescriptor, at address: UInt64
  ) throws(SystemError) -> [UInt8]? {
    let size = try file.size()
    guard address < size, size - address > 16 else { return nil }
    let prefix = try file.read(16, at: address)
    guard prefix[0] == 1 else { return nil }
    let count = min(
      UInt64(prefix[8..<12].enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * $1.offset) }),
      size - address - 16, 1 << 16)
    // Attributes that came later have moved messages to blocks that continue the header.
    var blocks = [try file.read(Int(count), at: address + 16)]
    for _ in 0..<64 {
      guard let messages = blocks.popLast() else { return nil }
      var position = 0
      while position + 24 <= messages.count {
        let type = Int(messages[position]) | Int(messages[position + 1]) << 8
        let length = Int(messages[position + 2]) | Int(messages[position + 3]) << 8
        let contents = Array(messages[position + 8..<position + 24])
        if type == 0x11, length >= 16 { return contents }
        if type == 0x10, length >= 16 {
          let (start, bytes) = (number(contents, 0), number(contents, 8))
          if start < size, bytes <= min(size - start, 1 << 16) {
            blocks.append(try file.read(Int(bytes), at: start))
          }
        }
        position += 8 + length
      }
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> UInt64 {
    bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt64.self) }
  }
}
