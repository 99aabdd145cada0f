internal import Glibc

/// Puts a file into its place at once, whole or not at all, and leaves nothing else behind.
///
/// The bytes go into a file without a name, which the system takes away with the process however it
/// ends; then it gets its name. Where the file system has no such files, and for the instant of a
/// replacement, it has a name that the next one clears: `.NAME.dropgrid-new`.
enum WholeFile {
  /// - Parameter old: what is at `path` and is to be replaced; its mode and, where that may be, its
  ///   owner stay. nil for a new file, which takes no other's place even if one appears meanwhile.
  static func put(_ bytes: [UInt8], at path: String, over old: stat?) throws(SystemFailure) {
    let folder = OutputPlace.folder(of: path)
    // O_TMPFILE, which the C library shows to GNU programs only.
    let nameless = O_DIRECTORY | 0o20_000_000
    let file = open(folder, O_WRONLY | O_CLOEXEC | nameless, 0o666)
    if file >= 0 {
      try fill(file, bytes, like: old) { () throws(SystemFailure) in
        let name = "/proc/self/fd/\(file)"
        if old == nil { return try link(name, path) }
        let temporary = temporaryName(path)
        unlink(temporary)
        try link(name, temporary)
        try rename(temporary, path)
      }
      return
    }
    // Old kernels take the flag for that of a directory.
    guard [EOPNOTSUPP, EISDIR, EINVAL, ENOSYS].contains(errno) else { throw SystemFailure(errno) }
    try putByName(bytes, at: path, over: old)
  }

  private static func putByName(
    _ bytes: [UInt8], at path: String, over old: stat?
  ) throws(SystemFailure) {
    let temporary = temporaryName(path)
    unlink(temporary)
    let file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw SystemFailure(errno) }
    do throws(SystemFailure) {
      try fill(file, bytes, like: old) { () throws(SystemFailure) in
        if old == nil {
          if Glibc.link(temporary, path) == 0 {
            unlink(temporary)
            return
          }
          // Without hard links the name is looked at first.
          guard ![EEXIST, ENOENT, EACCES].contains(errno) else { throw SystemFailure(errno) }
          guard access(path, F_OK) != 0 else { throw SystemFailure(EEXIST) }
        }
        try rename(temporary, path)
      }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  /// Writes all of it, lets `place` give it its name, and closes it.
  private static func fill(
    _ file: Int32, _ bytes: [UInt8], like old: stat?,
    place: () throws(SystemFailure) -> Void
  ) throws(SystemFailure) {
    do throws(SystemFailure) {
      try write(bytes, to: file)
      if let old {
        // Only root may give a file away; the mode after that, which it would change.
        if old.st_uid != geteuid() || old.st_gid != getegid() {
          _ = fchown(file, old.st_uid, old.st_gid)
        }
        guard fchmod(file, old.st_mode & 0o7777) == 0 else { throw SystemFailure(errno) }
      }
      // A network file system tells of a full disk here, and a copy keeps ours open.
      let copy = dup(file)
      guard copy < 0 || close(copy) == 0 || errno == EINTR else { throw SystemFailure(errno) }
      try place()
    } catch {
      close(file)
      throw error
    }
    close(file)
  }

  /// Writes all of `bytes` to an open file, however slowly it takes them.
  static func write(_ bytes: [UInt8], to file: Int32) throws(SystemFailure) {
    var done = 0
    while done < bytes.count {
      let count = bytes[done...].withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count > 0 {
        done += count
      } else if count == 0 || errno == EAGAIN {
        var poll = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        Glibc.poll(&poll, 1, 100)
      } else if errno != EINTR {
        throw SystemFailure(errno)
      }
    }
  }

  private static func temporaryName(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    // A name has 255 bytes at most.
    let own = name.utf8.count > 240 ? ".dropgrid-new" : ".\(name).dropgrid-new"
    return OutputPlace.folder(of: path) + "/" + own
  }

  private static func link(_ open: String, _ path: String) throws(SystemFailure) {
    guard linkat(AT_FDCWD, open, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 else {
      throw SystemFailure(errno)
    }
  }

  private static func rename(_ old: String, _ new: String) throws(SystemFailure) {
    guard Glibc.rename(old, new) == 0 else {
      let code = errno
      unlink(old)
      throw SystemFailure(code)
    }
  }
}
