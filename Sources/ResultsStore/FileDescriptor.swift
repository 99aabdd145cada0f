internal import CLinux
internal import ExperimentModel
internal import Glibc

/// A call of the operating system that failed.
struct SystemError: Error, Sendable, Hashable, CustomStringConvertible {
  var call: String
  var code: Int32

  /// `pwrite: No space left on device`
  var description: String { "\(call): \(String(cString: strerror(code)))" }
}

/// The one owner of an open file.
struct FileDescriptor: ~Copyable, Sendable {
  let raw: Int32

  /// Opens `path`; a new file is readable by everybody that the umask lets.
  init(_ path: String, _ flags: Int32) throws(SystemError) {
    raw = try Self.call("open") { open(path, flags | O_CLOEXEC, 0o644) }
  }

  /// Makes a new file at `path`, in place of what a process that died has left there; what a link
  /// there names stays as it is.
  init(new path: String) throws(SystemError) {
    unlink(path)
    try self.init(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW)
  }

  deinit { close(raw) }

  /// Runs a call until no signal interrupts it.
  @discardableResult
  private static func call<Result: SignedInteger>(
    _ name: String, _ body: () -> Result
  ) throws(SystemError) -> Result {
    while true {
      let result = body()
      if result >= 0 { return result }
      let code = errno
      if code != EINTR { throw SystemError(call: name, code: code) }
    }
  }

  func status() throws(SystemError) -> stat {
    var status = stat()
    try Self.call("fstat") { fstat(raw, &status) }
    return status
  }

  /// Whether `path` still leads to this file.
  func isStill(at path: String) -> Bool {
    var there = stat()
    guard stat(path, &there) == 0, let here = try? status() else { return false }
    return there.st_ino == here.st_ino && there.st_dev == here.st_dev
  }

  func size() throws(SystemError) -> UInt64 { UInt64(max(0, try status().st_size)) }

  /// Writes all of `bytes` at `offset`.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
    var done = 0
    while done < bytes.count {
      let written = try Self.call("pwrite") {
        bytes.withUnsafeBytes {
          pwrite(
            raw, $0.baseAddress.map { base in base + done }, bytes.count - done,
            off_t(offset) + off_t(done))
        }
      }
      if written == 0 { throw SystemError(call: "pwrite", code: EIO) }
      done += written
    }
  }

  /// Reads exactly `count` bytes at `offset`.
  func read(_ count: Int, at offset: UInt64) throws(SystemError) -> [UInt8] {
    guard count > 0 else { return [] }
    var failure: SystemError?
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
      do throws(SystemError) {
        while done < count {
          let read = try Self.call("pread") {
            pread(
              raw, UnsafeMutableRawPointer(buffer.baseAddress).map { base in base + done },
              count - done, off_t(offset) + off_t(done))
          }
          if read == 0 { throw SystemError(call: "pread", code: EIO) }
          done += read
        }
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// Writes all of this file into another one.
  func copy(to target: borrowing FileDescriptor) throws(SystemError) {
    let size = try size()
    var position: UInt64 = 0
    while position < size {
      let count = min(1 << 20, size - position)
      try target.write(try read(Int(count), at: position), at: position)
      position += count
    }
  }

  /// Waits until the data, and the length, are on the disk.
  func syncData() throws(SystemError) { try Self.call("fdatasync") { fdatasync(raw) } }

  /// Waits until the file is on the disk with everything that is known of it.
  func sync() throws(SystemError) { try Self.call("fsync") { fsync(raw) } }

  /// Waits until a directory's entries are on the disk, where its file system needs that.
  func syncEntries() throws(SystemError) {
    do {
      try sync()
    } catch {
      if error.code != EINVAL { throw error }
    }
  }

  /// Takes over the permissions and, where that is allowed, the owner of another file.
  func adopt(ownerOf other: borrowing FileDescriptor) throws(SystemError) {
    let status = try other.status()
    // Changing the owner may clear bits of the mode.
    _ = fchown(raw, status.st_uid, status.st_gid)
    try Self.call("fchmod") { fchmod(raw, status.st_mode & 0o7777) }
  }

  func truncate() throws(SystemError) { try Self.call("ftruncate") { ftruncate(raw, 0) } }

  /// Takes the exclusive lock, or a shared one; false where another open file is in the way.
  func lock(shared: Bool = false) throws(SystemError) -> Bool {
    do {
      try Self.call("flock") { flock(raw, (shared ? LOCK_SH : LOCK_EX) | LOCK_NB) }
      return true
    } catch {
      if error.code == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Bytes that an ordinary user can still write to this file's disk.
  func freeSpace() throws(SystemError) -> UInt64 {
    var disk = statvfs()
    try Self.call("fstatvfs") { fstatvfs(raw, &disk) }
    let (bytes, overflow) = UInt64(disk.f_bavail).multipliedReportingOverflow(
      by: UInt64(disk.f_frsize))
    return overflow ? .max : bytes
  }

  /// Gives the first `length` bytes a place on the disk; false where the file system cannot.
  func reserve(_ length: Int) throws(SystemError) -> Bool {
    do {
      try Self.call("fallocate") { dgl_reserve(raw, length) }
      return true
    } catch {
      if error.code == EOPNOTSUPP || error.code == ENOSYS { return false }
      throw error
    }
  }
}

/// The kind of thing that is at `path`; nil where there is nothing.
func fileKind(_ path: String) -> mode_t? {
  var status = stat()
  return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}

/// The directory that `path` is in.
func directory(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Seconds since 1970-01-01T00:00:00Z.
func currentTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// `2026-01-31T09:30:00Z`
func isoTime(_ seconds: Double) -> String {
  var time = time_t(seconds)
  var parts = tm()
  gmtime_r(&time, &parts)
  func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
  return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))Z"
}
