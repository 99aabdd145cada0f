internal import ExperimentModel
internal import Glibc

/// A finished row that is to take the place of another one, kept beside the results file until it
/// has: `FILE.d/<trial-id>.redo`.
///
/// It is on the disk before the old row is touched, so that at every moment the file holds the old
/// record or this one can be put in its place. From its start, little-endian: the 16 bytes
/// "dropgrid-redo-1\n"; u32 CRC32C of everything behind it; u64 size of the results file; u64 where
/// in it the trial's id stands; its 32 bytes; u64 number of parts; and each part as u64 offset, u64
/// length and its bytes. The last part is the status.
struct RedoRecord {
  typealias Part = (offset: UInt64, bytes: [UInt8])

  var fileSize: UInt64
  var id: Part
  var parts: [Part]

  private static let magic = Array("dropgrid-redo-1\n".utf8)

  /// Keeps the record at `path`; when it returns, it is on the disk.
  func save(at path: String) throws(SystemError) {
    var body = littleEndian([fileSize, id.offset]) + id.bytes + littleEndian([UInt64(parts.count)])
    for part in parts {
      body += littleEndian([part.offset, UInt64(part.bytes.count)])
      body += part.bytes
    }
    let temporary = path + ".tmp"
    let descriptor = try FileDescriptor(new: temporary)
    try descriptor.write(Self.magic + littleEndian([CRC32C.of(body)]) + body, at: 0)
    try descriptor.sync()
    guard rename(temporary, path) == 0 else { throw SystemError(call: "rename", code: errno) }
    try FileDescriptor(directory(of: path), O_RDONLY | O_DIRECTORY).syncEntries()
  }

  /// The record at `path` for the results file `file`; nil where there is none that is whole and
  /// belongs to this file as it is laid out now.
  static func load(_ path: String, for file: borrowing FileDescriptor) -> RedoRecord? {
    guard let descriptor = try? FileDescriptor(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      let size = try? descriptor.size(), size > UInt64(magic.count) + 4, size < 1 << 36,
      let bytes = try? descriptor.read(Int(size), at: 0), bytes.starts(with: magic)
    else { return nil }
    let body = Array(bytes[(magic.count + 4)...])
    guard Array(bytes[magic.count..<magic.count + 4]) == littleEndian([CRC32C.of(body)]) else {
      return nil
    }
    var position = 0
    func take(_ count: UInt64) -> [UInt8]? {
      guard count <= UInt64(body.count - position) else { return nil }
      defer { position += Int(count) }
      return Array(body[position..<position + Int(count)])
    }
    func number() -> UInt64? {
      take(8).map { $0.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) } }
    }
    guard let fileSize = number(), fileSize == (try? file.size()), let place = number(),
      let id = take(UInt64(FileFormat.trialIDBytes)), place < fileSize,
      (try? file.read(id.count, at: place)) == id, let count = number()
    else { return nil }
    var parts: [Part] = []
    for _ in 0..<min(count, size) {
      guard let offset = number(), let length = number(), let bytes = take(length),
        offset <= fileSize, length <= fileSize - offset
      else { return nil }
      parts.append((offset, bytes))
    }
    return RedoRecord(fileSize: fileSize, id: (place, id), parts: parts)
  }

  /// Puts the record in its place; when it returns, it is on the disk.
  func apply(to file: borrowing FileDescriptor) throws(SystemError) {
    for part in parts.dropLast() { try file.write(part.bytes, at: part.offset) }
    try file.syncData()
    if let status = parts.last { try file.write(status.bytes, at: status.offset) }
    try file.syncData()
  }
}

extension CheckpointFolder {
  func redo(_ trial: TrialID) -> String { "\(path)/\(trial).redo" }

  /// The records that wait to be put in their places in `file`, and where they are.
  func redoRecords(
    for file: borrowing FileDescriptor
  ) -> [(path: String, record: RedoRecord)] {
    var found: [(path: String, record: RedoRecord)] = []
    for name in entries() where name.hasSuffix(".redo") {
      let place = "\(path)/\(name)"
      if let record = RedoRecord.load(place, for: file) { found.append((place, record)) }
    }
    return found
  }

  /// Forgets the records of a file that is no longer there: a new one begins without them.
  func forgetRedo() {
    for name in entries() where name.hasSuffix(".redo") { unlink("\(path)/\(name)") }
  }

  /// Puts what an interrupted run left behind in its place.
  func redo(in file: borrowing FileDescriptor) throws(SystemError) {
    for (place, record) in redoRecords(for: file) {
      try record.apply(to: file)
      unlink(place)
    }
  }
}
