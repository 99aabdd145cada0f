internal import ExperimentModel
internal import Glibc
internal import Synchronization

/// What a command prints: kept until there is enough of it, written with every failure noticed.
///
/// Nothing here throws or ends the program. The first failure is remembered, what comes after it is
/// dropped, and `close` tells it: a command whose output is lost must not end as if nothing were.
public enum StandardOutput {
  private struct State {
    var waiting: [UInt8] = []
    /// The number of the first error; 0 for none.
    var error: Int32 = 0
    var outlivesReader = false

    mutating func write(to terminal: Terminal) {
      guard error == 0, !waiting.isEmpty else { return }
      Terminal.ignoreHangUps()
      error = terminal.write(waiting)
      waiting = []
    }
  }

  private static let state = Mutex(State())
  private static let terminal = Terminal(file: STDOUT_FILENO)
  private static let isTerminal = terminal.isTerminal
  /// What the program's own tables have in them, and nothing else may have.
  private static let tints =
    ProgressDisplay.style(file: STDOUT_FILENO).colour
    ? ["\u{1B}[0m", "\u{1B}[1m", "\u{1B}[2m", "\u{1B}[1;32m"] : []
  private static let most = 1 << 16

  /// Prints `text` and a line's end, as `write` does.
  public static func line(_ text: String = "") { write(text + "\n") }

  /// Prints `text`, blanks for everything in it that is more than text to a terminal.
  public static func write(_ text: String) { bytes(PlainText.lines(text, tints: tints)) }

  /// Prints a JSON document; what is more than text to a terminal becomes an escape of JSON's.
  public static func json(_ text: String) { bytes(PlainText.json(text)) }

  /// Prints bytes as they are.
  public static func bytes(_ bytes: [UInt8]) {
    state.withLock { state in
      guard state.error == 0 else { return }
      state.waiting += bytes
      if isTerminal || state.waiting.count >= most { state.write(to: terminal) }
    }
  }

  /// Writes what waits; before a command says something elsewhere, or takes its time.
  public static func flush() { state.withLock { $0.write(to: terminal) } }

  /// Whether the output is lost, so that there is no use in going on.
  public static var isLost: Bool { state.withLock { $0.error != 0 } }

  /// From now on a reader that goes away ends nothing and is no failure: the command has more to do
  /// than to print.
  public static func outliveReader() { state.withLock { $0.outlivesReader = true } }

  /// Writes what waits, and asks for the errors that come late.
  ///
  /// - Returns: the number of the error with which output was lost; 0 where none was.
  public static func close() -> Int32 {
    state.withLock { state in
      state.write(to: terminal)
      // Network file systems tell of a full disk when a file is closed. The descriptor stays taken.
      if state.error == 0 {
        let copy = dup(STDOUT_FILENO)
        if copy >= 0, Glibc.close(copy) != 0, errno != EINTR { state.error = errno }
      }
      // EIO is what a terminal says that has hung up.
      let hasGone = state.error == EPIPE || (isTerminal && state.error == EIO)
      return hasGone && state.outlivesReader ? 0 : state.error
    }
  }
}
