internal import Glibc

/// What a path given for an output leads to.
enum OutputPlace {
  /// An open file of this process: `-`, `/dev/stdout`, `/dev/fd/63`.
  case descriptor(Int32)
  /// A device, a FIFO or a socket: what is written goes into it.
  case stream(String)
  /// A file, or a place for one, by the name that symbolic links end at.
  case file(String, stat?)
  case directory

  /// Follows `path`; a link that leads nowhere names the place of a new file.
  init(_ path: String) throws(SystemFailure) {
    var path = path
    for _ in 0..<40 {
      if let descriptor = Self.descriptor(path) {
        self = .descriptor(descriptor)
        return
      }
      var status = stat()
      guard lstat(path, &status) == 0 else {
        let code = errno
        guard code == ENOENT, !path.isEmpty, !path.hasSuffix("/") else {
          throw SystemFailure(code)
        }
        self = .file(path, nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK:
        let target = try Self.target(of: path)
        path = target.hasPrefix("/") ? target : Self.folder(of: path) + "/" + target
      case S_IFREG:
        self = .file(path, status)
        return
      case S_IFDIR:
        self = .directory
        return
      default:
        self = .stream(path)
        return
      }
    }
    throw SystemFailure(ELOOP)
  }

  /// The descriptor that a path stands for: opening it anew would begin a file again at its start.
  private static func descriptor(_ path: String) -> Int32? {
    if path == "-" { return STDOUT_FILENO }
    for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"]
    where path.hasPrefix(folder) {
      return Int32(path.dropFirst(folder.count))
    }
    return nil
  }

  private static func target(of link: String) throws(SystemFailure) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink(link, &bytes, bytes.count)
    guard length >= 0 else { throw SystemFailure(errno) }
    return String(decoding: bytes[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The directory that `path` is in.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// What is in a file, as far as it has been looked at.
  struct Content {
    private let path: String
    /// The first 64 KiB.
    let beginning: [UInt8]

    init(_ path: String) throws(SystemFailure) {
      self.path = path
      beginning = try Self.read(path, atMost: 1 << 16)
    }

    /// Whether it has HDF5's signature, at its start or behind a block of somebody else's.
    var isHDF5: Bool {
      let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
      return ([0] + (9..<16).map { 1 << $0 }).contains { offset in
        offset < beginning.count && beginning[offset...].starts(with: signature)
      }
    }

    /// Whether it holds `words` anywhere.
    func contains(_ words: String) -> Bool {
      let all = (try? Self.read(path, atMost: .max)) ?? beginning
      return all.firstRange(of: Array(words.utf8)) != nil
    }

    private static func read(_ path: String, atMost most: Int) throws(SystemFailure) -> [UInt8] {
      let file = open(path, O_RDONLY | O_CLOEXEC)
      guard file >= 0 else { throw SystemFailure(errno) }
      defer { close(file) }
      var bytes: [UInt8] = []
      var part = [UInt8](repeating: 0, count: 1 << 16)
      while bytes.count < most {
        let count = Glibc.read(file, &part, min(part.count, most - bytes.count))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw SystemFailure(errno) }
        if count == 0 { break }
        bytes += part[..<count]
      }
      return bytes
    }
  }
}

/// A call of the operating system that failed.
struct SystemFailure: Error {
  let code: Int32

  init(_ code: Int32) { self.code = code }

  /// `No space left on device`
  var reason: String { String(cString: strerror(code)) }
}
