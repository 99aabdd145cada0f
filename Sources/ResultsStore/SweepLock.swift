internal import CLinux
internal import ExperimentModel
internal import Glibc

/// Who may write to a results file.
///
/// Three locks, all freed by the kernel when the process ends, however it ends:
/// - `FILE.dropgrid-lock`, with the process and the host inside: guards the making of a file that
///   is not there yet, and says who writes. Where it cannot be written the file's own lock has to do.
/// - the writer's lock of the results file itself (an open-file-description lock on a byte behind
///   its end): symbolic links, hard links and bind mounts lead to the same one.
/// - a shared `flock` on the results file: HDF5 programs that open a file to change it want an
///   exclusive one and are refused, and those that read it are not.
struct SweepLock: ~Copyable, Sendable {
  private let descriptor: FileDescriptor?
  private let path: String
  /// The results file as the user calls it.
  private let file: String
  private static let magic = "dropgrid-lock"

  /// - Throws: `UserError(.busy)` where another process writes to `file`, `UserError(.badFile)`
  ///   where it is not there and the lock beside it cannot be made.
  init(for file: String) throws(UserError) {
    let path = SideFiles(file).lock
    self.init(try Self.acquire(path, for: file), path, file)
  }

  private init(_ descriptor: consuming FileDescriptor?, _ path: String, _ file: String) {
    self.descriptor = descriptor
    self.path = path
    self.file = file
  }

  /// The locked file at `path`, with this process inside; nil where the results file's own locks
  /// have to do.
  private static func acquire(
    _ path: String, for file: String
  ) throws(UserError) -> FileDescriptor? {
    do {
      var attempts = 0
      while true {
        let descriptor = try FileDescriptor(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK)
        guard try descriptor.status().st_mode & S_IFMT == S_IFREG else { throw foreign(path) }
        guard try descriptor.lock() else {
          // Somebody who asks for the sweep's progress holds the lock for an instant.
          attempts += 1
          guard attempts < 20 else { throw busy(file, holder(descriptor)) }
          usleep(10_000)
          continue
        }
        // The holder before may have removed the file between our opening and our locking it.
        guard descriptor.isStill(at: path) else { continue }
        guard isOurs(descriptor) else { throw foreign(path) }
        // Only a message for others: on a full disk the sweep can still go on without it.
        try? descriptor.truncate()
        try? descriptor.write(Array("\(magic) \(getpid()) \(hostName())\n".utf8), at: 0)
        return descriptor
      }
    } catch let error as SystemError where error.code == ELOOP {
      throw foreign(path)
    } catch let error as SystemError where error.isMissingLocks || fileKind(file) != nil {
      return nil
    } catch {
      throw StoreError.writing(file, error)
    }
  }

  /// Takes the locks of the results file itself; they end with `results`.
  ///
  /// - Throws: `UserError(.busy)` where another process writes to it or has it open to change it.
  func claim(_ results: borrowing FileDescriptor) throws {
    var attempts = 0
    while dgl_lock_writer(results.raw) != 0 {
      let error = SystemError(call: "fcntl", code: errno)
      if error.isMissingLocks || error.code == EINVAL { break }
      guard error.code == EAGAIN || error.code == EACCES else { throw error }
      // A process that is being started has our descriptors for an instant.
      attempts += 1
      guard attempts < 20 else { throw Self.busy(file, "another process") }
      usleep(10_000)
    }
    do {
      guard try results.lock(shared: true) else {
        throw Self.busy(file, "another program has it open to change it, or another process")
      }
    } catch let error as SystemError where error.isMissingLocks {}
  }

  /// Who writes to `file`, as in "process 17 on host lab3"; nil for nobody.
  static func current(for file: String) -> String? {
    if let descriptor = try? FileDescriptor(
      SideFiles(file).lock, O_RDONLY | O_NOFOLLOW | O_NONBLOCK),
      flock(descriptor.raw, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK
    {
      return holder(descriptor)
    }
    guard let results = try? FileDescriptor(file, O_RDONLY | O_NONBLOCK),
      dgl_writer_is_there(results.raw) == 1
    else { return nil }
    return "another process"
  }

  /// Removes the file while it is still locked, so that nobody else's is removed.
  deinit { if descriptor?.isStill(at: path) == true { unlink(path) } }

  /// Whether what is in it was written by us: nothing, or the magic, as far as it got.
  private static func isOurs(_ descriptor: borrowing FileDescriptor) -> Bool {
    guard let size = try? descriptor.size(), size > 0 else { return true }
    let start = try? descriptor.read(Int(min(size, UInt64(magic.utf8.count))), at: 0)
    return start.map { magic.utf8.starts(with: $0) } == true
  }

  /// What the lock file says: "process 17 on host lab3".
  private static func holder(_ descriptor: borrowing FileDescriptor) -> String {
    guard let size = try? descriptor.size(),
      let bytes = try? descriptor.read(Int(min(size, 512)), at: 0)
    else { return "another process" }
    let words = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard words.count == 3, let process = Int(words[1]) else { return "another process" }
    return "process \(process) on host \(words[2])"
  }

  private static func busy(_ file: String, _ holder: String) -> UserError {
    UserError(
      .busy, "\(file): \(holder) is writing to it; wait until it ends, or stop it")
  }

  private static func foreign(_ path: String) -> UserError {
    UserError(
      .badFile, "\(path): is a link or somebody else's and not this program's lock; remove it")
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}

extension SystemError {
  /// Whether the file system knows no locks: Lustre without flock, NFS without lockd.
  var isMissingLocks: Bool {
    // 524 is the kernel's own ENOTSUPP, which some file systems let out.
    [ENOSYS, ENOLCK, EOPNOTSUPP, 524].contains(code)
  }
}
