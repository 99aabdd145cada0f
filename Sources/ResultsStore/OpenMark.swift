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
      let tree = try first("TREE", in: file), let heap = try first("HEAP", in: file)
    else { return nil }
    head.replaceSubrange(flags, with: [0, 0, 0, 0])
    head.replaceSubrange(cached, with: littleEndian([UInt32(1), 0]) + littleEndian([tree, heap]))
    return head
  }

  /// Puts the file's beginning back as it was, where another program has left its mark.
  static func remove(from file: borrowing FileDescriptor) throws(SystemError) {
    guard let head = try unmarked(file) else { return }
    try file.write(head, at: 0)
    try file.syncData()
  }

  /// Where the first structure with this signature begins; the root group's are the first in a file.
  private static func first(
    _ signature: String, in file: borrowing FileDescriptor
  ) throws(SystemError) -> UInt64? {
    let bytes = try file.read(Int(min(try file.size(), 1 << 16)), at: 0)
    let wanted = Array(signature.utf8)
    return stride(from: headBytes, to: bytes.count - 3, by: 8).first {
      bytes[$0..<$0 + 4].elementsEqual(wanted)
    }.map(UInt64.init)
  }
}
