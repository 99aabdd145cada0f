internal import CHDF5

/// A call of the HDF5 library that failed, with the library's own account of why.
public struct HDF5Error: Error, Sendable, Hashable {
  /// One entry of the library's error stack.
  public struct Frame: Sendable, Hashable {
    /// The library's function and the line of its source file.
    public var function: String
    public var file: String
    public var line: Int
    public var description: String
  }

  /// The C function that was called, or the check of this module that failed.
  public var call: String
  /// The file, dataset or attribute it was called for.
  public var subject: String
  /// Innermost cause first; empty where the check was this module's.
  public var frames: [Frame]
  /// Why, where there is no frame to say so.
  public var reason: String

  init(call: String, subject: String, frames: [Frame] = [], reason: String = "") {
    self.call = call
    self.subject = subject
    self.frames = frames
    self.reason = reason
  }
}

extension HDF5Error: CustomStringConvertible {
  /// One line: the call, what it was called for, and the innermost cause.
  public var description: String {
    let cause = frames.first.map(\.description) ?? reason
    return "\(call)\(subject.isEmpty ? "" : " of '\(subject)'"): "
      + (cause.isEmpty ? "failed" : cause)
  }
}

extension HDF5Error {
  /// The system's error number where a call to the system is what failed, and not the file's
  /// contents.
  public var systemError: Int32? {
    let mark = "errno = "
    for frame in frames {
      guard let place = frame.description.firstRange(of: mark) else { continue }
      return Int32(frame.description[place.upperBound...].prefix(while: \.isNumber))
    }
    return nil
  }
}

extension HDF5Error.Frame {
  /// The calling thread's error stack; only right directly after the call that failed, and under
  /// the same hold of the library's lock.
  static func current() -> [Self] {
    var frames: [Self] = []
    withUnsafeMutablePointer(to: &frames) { pointer in
      _ = H5Ewalk2(
        dgh_current_error_stack(), H5E_WALK_UPWARD,
        { _, entry, data in
          guard let entry, let data else { return 0 }
          func text(_ pointer: UnsafePointer<CChar>?) -> String {
            pointer.map { String(cString: $0) } ?? ""
          }
          data.assumingMemoryBound(to: [HDF5Error.Frame].self).pointee.append(
            HDF5Error.Frame(
              function: text(entry.pointee.func_name), file: text(entry.pointee.file_name),
              line: Int(entry.pointee.line), description: text(entry.pointee.desc)))
          return 0
        }, pointer)
    }
    return frames
  }
}
