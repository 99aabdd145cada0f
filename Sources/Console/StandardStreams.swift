internal import Glibc
internal import Synchronization

/// The three descriptors that a process is given, made safe before anything else is opened.
public enum StandardStreams {
  private static let endsAtHangUp = Mutex(false)

  /// Keeps the places of closed ones taken, and lets a write fail where its reader has gone.
  ///
  /// Without the first, the next file to be opened would be standard output, and what is printed
  /// would go into it.
  public static func prepare() {
    for file in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO]
    where fcntl(file, F_GETFD) < 0 && errno == EBADF {
      // The lowest free one. Neither can be read as a file nor written.
      _ = open("/", O_RDONLY | O_DIRECTORY)
    }
    var action = sigaction()
    sigaction(SIGPIPE, nil, &action)
    let isDefault = action.__sigaction_handler.sa_handler == nil
    endsAtHangUp.withLock { $0 = isDefault }
    signal(SIGPIPE, SIG_IGN)
  }

  /// Ends the process as SIGPIPE ends a program that writes to nobody; returns where whoever
  /// started it has had that signal ignored.
  public static func endByHangUp() {
    guard endsAtHangUp.withLock({ $0 }) else { return }
    signal(SIGPIPE, SIG_DFL)
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    raise(SIGPIPE)
  }
}
