import Glibc

/// A file that messages go to, as a terminal or not.
struct Terminal: Sendable {
  let file: Int32

  var isTerminal: Bool { isatty(file) == 1 }

  /// The window's size; 80 by 24 where it is unknown.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(file, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Writes everything in one call where the system allows it.
  ///
  /// - Parameter patience: milliseconds to wait for a file that takes nothing now; nil for ever.
  /// - Returns: 0 if it arrived, else the error's number: a terminal that hung up takes no more,
  ///   and ETIMEDOUT says that patience ran out.
  func write(_ text: String, patience: Int? = nil) -> Int32 {
    write(Array(text.utf8), patience: patience)
  }

  /// As `write` of a text.
  func write(_ bytes: [UInt8], patience: Int? = nil) -> Int32 {
    var bytes = bytes[...]
    var waited = 0
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
        waited = 0
      } else if errno == EAGAIN {
        if let patience, waited >= patience { return ETIMEDOUT }
        var poll = pollfd(fd: file, events: Int16(POLLOUT), revents: 0)
        Glibc.poll(&poll, 1, 100)
        waited += 100
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }

  /// Makes the calling thread get an error instead of the process a deadly SIGPIPE.
  static func ignoreHangUps() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }
}
