internal import ExperimentModel
internal import Glibc

/// The paths of everything that stands beside a results file.
///
/// They belong to the file and not to what it is called: through a symbolic link they are those of
/// its target, so that two names of one file meet. Their endings are the program's own, because
/// `Cargo.lock` beside a file called `Cargo` is somebody else's.
struct SideFiles: Sendable, Hashable {
  /// The results file, symbolic links followed.
  let results: String

  /// - Parameter path: as the user calls the results file; nothing has to be there.
  init(_ path: String) { results = Self.followed(path) }

  var lock: String { results + ".dropgrid-lock" }
  /// Where a new file is made before it takes its name.
  var temporary: String { results + ".dropgrid-tmp" }
  var folder: String { results + ".d" }

  /// A free name for what must not take the name of the results file.
  func recovered() -> String {
    let stem = results.hasSuffix(".h5") ? String(results.dropLast(3)) : results
    for number in 1...9999 {
      let name = stem + "-recovered" + (number == 1 ? "" : "-\(number)") + ".h5"
      if lstatKind(name) == nil { return name }
    }
    return stem + "-recovered-\(getpid()).h5"
  }

  /// Follows symbolic links to the name that nothing, or no link, has.
  private static func followed(_ path: String) -> String {
    if let real = realPath(path) { return real }
    var name = path
    for _ in 0..<40 {
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlink(name, &buffer, buffer.count)
      guard count > 0, count < buffer.count else { break }
      let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      name = target.hasPrefix("/") ? target : directory(of: name) + "/" + target
    }
    guard let place = realPath(directory(of: name)) else { return name }
    let last = name.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    return (place == "/" ? "" : place) + "/" + last
  }

  private static func realPath(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }
}

/// The kind of thing that is at `path` itself, a symbolic link included; nil where there is nothing.
func lstatKind(_ path: String) -> mode_t? {
  var status = stat()
  return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
}
