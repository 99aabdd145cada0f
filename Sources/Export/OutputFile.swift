public import ExperimentModel
internal import Glibc

/// Where a command writes what it makes, other than the results file.
///
/// A symbolic link is followed, and what it names is replaced. What is no regular file (a device, a
/// FIFO, `/dev/stdout`, a shell's `>(…)`) is written into. A results file and a file that the same
/// command reads are never replaced; an empty file is, and so is one of the same make that is remade
/// as a matter of course (`OutputKind`); everything else has to be asked for.
public struct OutputFile: Sendable {
  public let path: String
  private let kind: OutputKind?
  private let inputs: [String]
  private let replacing: Bool

  /// - Parameters:
  ///   - path: as the user gives it; `-` is the standard output.
  ///   - kind: what is made.
  ///   - inputs: files that the same command reads.
  ///   - replacing: whether the user asks for a file's replacement.
  public init(
    _ path: String, kind: OutputKind? = nil, inputs: [String] = [], replacing: Bool = false
  ) {
    self.path = path
    self.kind = kind
    self.inputs = inputs
    self.replacing = replacing
  }

  /// Whether this is where the program prints.
  public var isStandardOutput: Bool {
    if case .descriptor(STDOUT_FILENO)? = try? OutputPlace(path) { return true }
    return false
  }

  /// Whether this is a file, or will be one, and not a stream.
  public var isFile: Bool {
    if case .file? = try? OutputPlace(path) { return true }
    return false
  }

  /// Writes all of the file: it is complete or not there, or as it was.
  ///
  /// - Throws: `UserError(.badFile)` where something is there that may not be replaced, or the disk
  ///   fails.
  public func write(_ bytes: [UInt8]) throws(UserError) {
    let place = try checked()
    do throws(SystemFailure) {
      switch place {
      case .directory: break
      case .descriptor(let descriptor): try WholeFile.write(bytes, to: descriptor)
      case .stream(let path):
        let file = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard file >= 0 else { throw SystemFailure(errno) }
        defer { close(file) }
        try WholeFile.write(bytes, to: file)
      case .file(let path, let old): try WholeFile.put(bytes, at: path, over: old)
      }
    } catch {
      throw failure(error)
    }
  }

  /// Makes sure, before there is work, that the file may be written.
  ///
  /// - Throws: `UserError(.badFile)` where something is there that may not be replaced.
  public func check() throws(UserError) { _ = try checked() }

  private func checked() throws(UserError) -> OutputPlace {
    let place: OutputPlace
    do throws(SystemFailure) {
      place = try OutputPlace(path)
    } catch {
      throw failure(error)
    }
    switch place {
    case .directory: throw refusal("is a directory; name a file")
    case .descriptor(let descriptor):
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { throw failure(SystemFailure(errno)) }
      if isInput(status) { throw refusal(Self.isRead) }
    case .stream: break
    case .file(let path, let old?): try checkReplacing(path, old)
    case .file(let path, nil):
      let folder = OutputPlace.folder(of: path)
      guard access(folder, W_OK | X_OK) == 0 else {
        guard ![ENOENT, ENOTDIR].contains(errno) else {
          throw refusal("there is no directory \(folder); make it, or choose another place")
        }
        throw failure(SystemFailure(errno))
      }
    }
    return place
  }

  private static let isRead =
    "is read by this command and is not replaced by what it makes; choose another name"

  private func checkReplacing(_ path: String, _ old: stat) throws(UserError) {
    if isInput(old) { throw refusal(Self.isRead) }
    guard access(path, W_OK) == 0 else { throw failure(SystemFailure(errno)) }
    guard old.st_size > 0 else { return }
    let content: OutputPlace.Content
    do throws(SystemFailure) {
      content = try OutputPlace.Content(path)
    } catch {
      throw failure(error)
    }
    let isSameMake = kind?.made(content) == true
    if content.isHDF5 && !isSameMake {
      throw refusal(
        "is a results file, or another HDF5 file, and is never replaced; choose another name")
    }
    guard replacing || (isSameMake && kind?.isRemade == true) else {
      throw refusal("exists already; choose another name, or add --force to replace it")
    }
  }

  private func isInput(_ file: stat) -> Bool {
    // A terminal or a pipe may well be both.
    guard file.st_mode & S_IFMT == S_IFREG else { return false }
    return inputs.contains { input in
      var status = stat()
      let isThere = input == "-" ? fstat(STDIN_FILENO, &status) : stat(input, &status)
      return isThere == 0 && status.st_dev == file.st_dev && status.st_ino == file.st_ino
    }
  }

  private func refusal(_ reason: String) -> UserError { UserError(.badFile, "\(path): \(reason)") }

  private func failure(_ failure: SystemFailure) -> UserError {
    failure.code == EEXIST
      ? refusal("exists already; choose another name, or add --force to replace it")
      : refusal("cannot be written (\(failure.reason)); choose another place")
  }
}

extension OutputFile {
  /// Makes the directory `path`, and those that it is in, where they are not there.
  ///
  /// - Throws: `UserError(.badFile)` where it cannot be made.
  public static func makeDirectory(_ path: String) throws(UserError) {
    if isDirectory(path) { return }
    guard access(path, F_OK) != 0 else {
      throw UserError(
        .badFile, "\(path): is a file, and several files are written: name a directory")
    }
    var folder = path.hasPrefix("/") ? "/" : ""
    for part in path.split(separator: "/") {
      folder += (folder.isEmpty || folder == "/" ? "" : "/") + part
      guard mkdir(folder, 0o777) != 0 else { continue }
      // A file that is there is in the way of what should be in it.
      let reason = SystemFailure(errno == EEXIST ? ENOTDIR : errno).reason
      guard isDirectory(folder) else {
        throw UserError(.badFile, "\(path): cannot be written (\(reason)); choose another place")
      }
    }
  }

  /// Whether a directory is at `path`.
  public static func isDirectory(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
