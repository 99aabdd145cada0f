public import ExperimentModel
internal import Glibc
internal import HDF5

/// What stands beside a results file while its trials are unfinished: the directory `FILE.d`.
///
/// `FILE.d/<trial-id>.ckpt` is where a trial goes on after an interruption. From its start,
/// little-endian: the 16 bytes "dropgrid-ckpt-1\n"; u32 CRC32C of everything behind it; u32 length
/// of the engine's name; the engine's name; the trial's 16 bytes; and the trainer's state. A
/// checkpoint is written under a temporary name, synced and renamed, so there is a whole one or
/// none; one that is damaged, or another engine's, is as good as none.
///
/// `FILE.d/<trial-id>.redo` is a finished row that is about to take another one's place: `RedoRecord`.
///
/// `FILE.d/faults` has a line for each trial in whose course the process brought itself down.
public struct CheckpointFolder: Sendable {
  public let path: String
  /// Where the process's own deaths are noted.
  public var faults: String { path + "/faults" }
  private static let magic = Array("dropgrid-ckpt-1\n".utf8)

  /// - Parameter results: the path of the results file.
  public init(results: String) { path = SideFiles(results).folder }

  /// Makes the directory where it is missing.
  ///
  /// - Throws: `UserError(.badFile)` where that fails.
  public func create() throws(UserError) {
    guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw StoreError.writing(path, SystemError(call: "mkdir", code: errno))
  }

  private func file(_ trial: TrialID) -> String { "\(path)/\(trial).ckpt" }

  /// Keeps `state`; the checkpoint before it stays until this one is on the disk.
  ///
  /// - Throws: `UserError(.badFile)` where the disk is full or fails.
  public func save(_ state: [UInt8], of trial: TrialID, engine: String) throws(UserError) {
    let temporary = file(trial) + ".tmp"
    do {
      try create()
      let name = Array(engine.utf8)
      let body = littleEndian([UInt32(name.count)]) + name + trial.bytes
      var checksum = CRC32C()
      checksum.update(body)
      checksum.update(state)
      let descriptor = try FileDescriptor(new: temporary)
      let head = Self.magic + littleEndian([checksum.value]) + body
      try descriptor.write(head, at: 0)
      try descriptor.write(state, at: UInt64(head.count))
      try descriptor.sync()
      guard rename(temporary, file(trial)) == 0 else {
        throw SystemError(call: "rename", code: errno)
      }
      try FileDescriptor(path, O_RDONLY | O_DIRECTORY).syncEntries()
    } catch {
      unlink(temporary)
      throw StoreError.writing(file(trial), error)
    }
  }

  /// The state that was kept for `trial`; nil where there is none that is whole and of this engine.
  public func load(_ trial: TrialID, engine: String) -> [UInt8]? {
    let name = Array(engine.utf8)
    let start = Self.magic.count + 8 + name.count + trial.bytes.count
    guard let descriptor = try? FileDescriptor(file(trial), O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      let size = try? descriptor.size(), size >= UInt64(start), size < 1 << 36,
      let bytes = try? descriptor.read(Int(size), at: 0)
    else { return nil }
    var checksum = CRC32C()
    bytes.withUnsafeBytes {
      checksum.update(UnsafeRawBufferPointer(rebasing: $0[(Self.magic.count + 4)...]))
    }
    let head =
      Self.magic + littleEndian([checksum.value, UInt32(name.count)]) + name + trial.bytes
    guard bytes.starts(with: head) else { return nil }
    return Array(bytes[start...])
  }

  /// Forgets the checkpoints of trials that have ended; harmless where there are none.
  public func remove(_ trials: some Sequence<TrialID>) {
    for trial in trials {
      unlink(file(trial))
      unlink(file(trial) + ".tmp")
      // Whoever left it died before it was whole.
      unlink(redo(trial) + ".tmp")
    }
  }

  /// The trials that have a checkpoint.
  public func trials() -> Set<TrialID> {
    Set(
      entries().filter { $0.hasSuffix(".ckpt") }.compactMap { TrialID(String($0.dropLast(5))) })
  }

  /// Removes the directory unless something is in it.
  public func removeIfEmpty() { rmdir(path) }

  /// The names of what is in the directory, in order.
  func entries() -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      names.append(name)
    }
    return names.sorted()
  }
}
