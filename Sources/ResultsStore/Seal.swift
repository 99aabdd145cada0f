/// A checksum over every byte of a results file that never changes, after HDF5's end of the file.
///
/// libhdf5 1.10 can crash on a single flipped bit in its structure, and that structure has no
/// checksum of its own in files that every HDF5 reads. So a reader checks the seal first. From the
/// end of the file backwards, little-endian: the 16 bytes "dropgrid-seal-1\n"; u32 CRC32C of all
/// of the seal before it; u32 CRC32C of the bytes before the seal that are in none of the ranges;
/// u64 where the seal begins; u64 number of ranges; and the ranges, each as u64 start and u64 end,
/// in ascending order: the rows, which have checksums of their own, and the sessions.
///
/// HDF5 ignores what stands there. A program that changes the file through HDF5 cuts it off, so a
/// file without a seal is read all the same.
enum Seal {
  static let magic = Array("dropgrid-seal-1\n".utf8)
  private static let fixedBytes = 40

  /// Appends the seal of a new file, of which `changing` are the parts that rows are written to.
  static func append(
    to file: borrowing FileDescriptor, changing: [Range<UInt64>]
  ) throws {
    let start = try file.size()
    let ranges = changing.sorted { $0.lowerBound < $1.lowerBound }
    var seal = littleEndian(ranges.flatMap { [$0.lowerBound, $0.upperBound] })
    seal += littleEndian([UInt64(ranges.count), start])
    seal += littleEndian([try checksum(of: file, outside: ranges, end: start)])
    seal += littleEndian([CRC32C.of(seal)]) + magic
    try file.write(seal, at: start)
  }

  /// Compares the file with its seal; false where it has none.
  @discardableResult
  static func check(_ file: borrowing FileDescriptor) throws -> Bool {
    let size = try file.size()
    guard size >= UInt64(fixedBytes) else { return false }
    let end = try file.read(fixedBytes, at: size - UInt64(fixedBytes))
    guard Array(end.suffix(magic.count)) == magic else { return false }
    let (count, start) = end.withUnsafeBytes {
      ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }
    guard start < size, count < size / 16,
      size - start == 16 * count + UInt64(fixedBytes), size - start < 1 << 24
    else { throw damaged }
    let seal = try file.read(Int(size - start), at: start)
    let (contents, own) = seal.withUnsafeBytes {
      (
        $0.loadUnaligned(fromByteOffset: $0.count - 24, as: UInt32.self),
        $0.loadUnaligned(fromByteOffset: $0.count - 20, as: UInt32.self)
      )
    }
    guard own == CRC32C.of(Array(seal.dropLast(magic.count + 4))) else { throw damaged }
    let bounds = seal.withUnsafeBytes { seal in
      (0..<2 * Int(count)).map { seal.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
    guard zip(bounds, bounds.dropFirst()).allSatisfy({ $0 <= $1 }), (bounds.last ?? 0) <= start
    else { throw damaged }
    let ranges = (0..<Int(count)).map { bounds[2 * $0]..<bounds[2 * $0 + 1] }
    if try checksum(of: file, outside: ranges, end: start) == contents { return true }
    // A program that was killed while it had the file open has left its mark.
    guard let head = try OpenMark.unmarked(file),
      try checksum(of: file, outside: ranges, end: start, head: head) == contents
    else { throw damaged }
    return true
  }

  private static var damaged: FormatError {
    FormatError("it is damaged: its structure does not match its checksum")
  }

  private static func checksum(
    of file: borrowing FileDescriptor, outside ranges: [Range<UInt64>], end: UInt64,
    head: [UInt8] = []
  ) throws -> UInt32 {
    var checksum = CRC32C()
    var position: UInt64 = 0
    for range in ranges + [end..<end] {
      while position < range.lowerBound {
        let count = min(1 << 16, range.lowerBound - position)
        var bytes = try file.read(Int(count), at: position)
        if position == 0, bytes.count >= head.count {
          bytes.replaceSubrange(..<head.count, with: head)
        }
        checksum.update(bytes)
        position += count
      }
      position = range.upperBound
    }
    return checksum.value
  }
}

extension StoredColumn {
  /// Where its rows are in the file.
  var range: Range<UInt64> { offset..<offset + UInt64(bytes.count) }
}

extension StoredSweep {
  /// The parts of the file that change while trials finish.
  var changing: [Range<UInt64>] {
    rows.filter { $0.column.name != "trial_id" }.map(\.range) + [checksums.range]
      + sessions.map(\.range) + finals.map(\.range)
      + weights.flatMap { group in
        [group.checksums.range]
          + group.parameters.map {
            $0.offset..<$0.offset + UInt64(group.place($0, row: 0).count * group.trials.count)
          }
      }
  }
}
