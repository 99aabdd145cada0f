internal import ExperimentModel
internal import Glibc

/// The lock on a results file: `FILE.lock`, with the process and the host inside.
///
/// The kernel frees it when the process ends, however it ends. It is a file of its own because
/// HDF5 readers lock the data file itself.
struct SweepLock: ~Copyable, Sendable {
  private let descriptor: FileDescriptor
  private let path: String

  /// - Throws: `UserError(.busy)` where another process writes to `file`, `UserError(.badFile)`
  ///   where the lock cannot be made.
  init(for file: String) throws(UserError) {
    let path = file + ".lock"
    self.init(try Self.acquire(path, for: file), path)
  }

  private init(_ descriptor: consuming FileDescriptor, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// The locked file at `path`, with this process inside.
  private static func acquire(
    _ path: String, for file: String
  ) throws(UserError) -> FileDescriptor {
    do {
      var attempts = 0
      while true {
        let descriptor = try FileDescriptor(path, O_RDWR | O_CREAT)
        guard try descriptor.lock() else {
          // Somebody who asks for the sweep's progress holds the lock for an instant.
          attempts += 1
          guard attempts < 20 else { throw busy(file, holder(descriptor)) }
          usleep(10_000)
          continue
        }
        // The holder before may have removed the file between our opening and our locking it.
        guard descriptor.isStill(at: path) else { continue }
        // Only a message for others: on a full disk the sweep can still go on without it.
        try? descriptor.truncate()
        try? descriptor.write(Array("\(getpid()) \(hostName())\n".utf8), at: 0)
        return descriptor
      }
    } catch {
      throw StoreError.writing(file, error)
    }
  }

  /// Who holds the lock on `file`, as in "process 17 on host lab3"; nil for nobody.
  static func current(for file: String) -> String? {
    guard let descriptor = try? FileDescriptor(file + ".lock", O_RDONLY),
      flock(descriptor.raw, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK
    else { return nil }
    return holder(descriptor)
  }

  /// Removes the file while it is still locked, so that nobody else's is removed.
  deinit { unlink(path) }

  /// What the lock file says: "process 17 on host lab3".
  private static func holder(_ descriptor: borrowing FileDescriptor) -> String {
    guard let size = try? descriptor.size(),
      let bytes = try? descriptor.read(Int(min(size, 512)), at: 0)
    else { return "another process" }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let process = Int(words[0]) else { return "another process" }
    return "process \(process) on host \(words[1])"
  }

  private static func busy(_ file: String, _ holder: String) -> UserError {
    UserError(
      .busy, "\(file): \(holder) is writing to it; wait until it ends, or stop it")
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
