internal import Glibc
internal import HDF5

extension SweepLoader {
  /// Does `body`, which reads a structure that nothing vouches for, where a crash costs nothing.
  ///
  /// - Throws: `FormatError` where it crashes, hangs or is no sound structure; nothing where the
  ///   system is what failed, so that the caller's own reading meets the same.
  static func guarded(fileSize: UInt64, _ body: @escaping () throws -> Void) throws {
    let bytes = Int(clamping: 4 * min(fileSize, 1 << 50) + 1 << 30)
    // A sound structure takes a second for 100 MB; this leaves a slow machine its time.
    let seconds = 5 + Int(clamping: fileSize >> 24)
    let outcome = Probe.run(seconds: seconds, bytes: bytes) {
      do {
        try body()
        return nil
      } catch let error as FormatError {
        return error.message
      } catch let error as HDF5Error where error.systemError == nil {
        return "HDF5 says \(error)"
      } catch {
        return nil
      }
    }
    switch outcome {
    case .sound: return
    case .refused(let message): throw FormatError(message)
    case .crashed: throw FormatError("its structure is damaged: reading it crashes HDF5")
    case .hung: throw FormatError("its structure is damaged: reading it does not come to an end")
    case .unavailable: throw SystemError(call: "fork", code: EAGAIN)
    }
  }
}

extension Seal {
  /// Whether the file at `path` ends as one with a seal does; the seal itself is not looked at.
  static func isThere(_ path: String) throws -> Bool {
    try isThere(FileDescriptor(path, O_RDONLY | O_NONBLOCK))
  }

  /// The same of an open file.
  static func isThere(_ file: borrowing FileDescriptor) throws(SystemError) -> Bool {
    let (size, count) = (try file.size(), UInt64(magic.count))
    guard size >= count else { return false }
    return try file.read(magic.count, at: size - count) == magic
  }
}
