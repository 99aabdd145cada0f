import Dispatch
public import ExperimentModel
import Glibc
import Synchronization

/// Where the signal handler writes; -1 while nobody watches.
private let handlerPipe = Atomic<Int32>(-1)
/// When the first signal came, in monotonic nanoseconds; 0 before.
private let firstSignalAt = Atomic<Int64>(0)
/// Created once and never closed, so that a late handler cannot write into a stranger's file.
private let pipeEnds: (read: Int32, write: Int32)? = {
  var ends: [Int32] = [0, 0]
  guard pipe(&ends) == 0 else { return nil }
  for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (ends[0], ends[1])
}()

/// Runs in a signal's context: only async-signal-safe calls, no allocation, no reference counting.
private func handleSignal(_ number: Int32) {
  let savedError = errno
  defer { errno = savedError }
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  let now = Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  let (isFirst, first) = firstSignalAt.compareExchange(
    expected: 0, desired: now, ordering: .sequentiallyConsistent)
  if isFirst {
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(handlerPipe.load(ordering: .relaxed), &byte, 1)
  } else if now - first > SignalWatcher.echoNanoseconds {
    _exit(128 + number)
  }
}

/// Turns the first SIGINT, SIGTERM or SIGHUP into a request to stop; a second one leaves at once.
///
/// The handler only writes a byte to a pipe that a thread of the watcher's own reads, so neither
/// busy cores nor a full Swift pool delay it. The second signal calls `_exit(128 + signal)` from
/// the handler itself. A repetition within 0.25 s counts as the first one's echo: `timeout` and
/// others signal a process and then its whole group. A signal that was ignored when the program
/// started stays ignored, as the shell asked (SIGHUP after `nohup`, SIGINT for `command &` in a script).
///
/// One watcher at a time in a process.
public final class SignalWatcher: Sendable {
  static let echoNanoseconds: Int64 = 250_000_000
  /// The thread's own, so that it never holds the watcher.
  private final class FirstSignal: Sendable {
    let number = Atomic<Int32>(0)
  }

  private let first = FirstSignal()
  private let former = Mutex<[(number: Int32, action: sigaction)]>([])
  private let threadEnded = DispatchSemaphore(value: 0)

  /// Starts to watch SIGINT, SIGTERM and SIGHUP.
  ///
  /// - Parameters:
  ///   - stop: requested by the first signal.
  ///   - notice: called with the first signal's number on the watcher's thread, after `stop`.
  /// - Throws: `UserError` where the system refuses a pipe or a thread.
  public convenience init(
    stop: StopRequest, notice: @escaping @Sendable (Int32) -> Void = { _ in }
  ) throws(UserError) {
    try self.init(stop: stop, signals: [SIGINT, SIGTERM, SIGHUP], notice: notice)
  }

  package init(
    stop: StopRequest, signals: [Int32], notice: @escaping @Sendable (Int32) -> Void
  ) throws(UserError) {
    guard let pipe = pipeEnds else {
      throw UserError(
        .badInput, "cannot create a pipe for signals: \(String(cString: strerror(errno)))")
    }
    let (isFree, _) = handlerPipe.compareExchange(
      expected: -1, desired: pipe.write, ordering: .sequentiallyConsistent)
    precondition(isFree, "a process has one signal watcher at a time")
    firstSignalAt.store(0, ordering: .sequentiallyConsistent)
    do {
      try DetachedThread.start(name: "signals", stackSize: 256 << 10) {
        [first, threadEnded] in
        while let number = Self.next(from: pipe.read), number != 0 {
          first.number.store(number, ordering: .sequentiallyConsistent)
          stop.request()
          notice(number)
        }
        threadEnded.signal()
      }
    } catch {
      handlerPipe.store(-1, ordering: .sequentiallyConsistent)
      throw error
    }
    for number in signals { install(number) }
  }

  deinit { end() }

  /// The first signal that came; nil if none did.
  public var received: Int32? {
    let number = first.number.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// 128 + the first signal, as shells report it: 129 after SIGHUP, 130 after SIGINT, 143 after
  /// SIGTERM.
  public var exitCode: Int32? { received.map { 128 + $0 } }

  /// Gives the signals back to who had them; harmless when repeated.
  public func end() {
    let actions = former.withLock { former in
      defer { former = [] }
      return former
    }
    guard !actions.isEmpty, let pipe = pipeEnds else { return }
    for (number, action) in actions {
      var action = action
      sigaction(number, &action, nil)
    }
    var byte: UInt8 = 0
    if write(pipe.write, &byte, 1) == 1 { threadEnded.wait() }
    handlerPipe.store(-1, ordering: .sequentiallyConsistent)
  }

  private func install(_ number: Int32) {
    var action = sigaction()
    action.__sigaction_handler.sa_handler = handleSignal
    // Calls that a signal interrupts go on: no EINTR in the middle of a write to the results.
    action.sa_flags = Int32(SA_RESTART)
    var old = sigaction()
    sigaction(number, &action, &old)
    let isIgnored =
      unsafeBitCast(old.__sigaction_handler.sa_handler, to: Int.self)
      == unsafeBitCast(SIG_IGN, to: Int.self)
    if isIgnored { sigaction(number, &old, nil) }
    former.withLock { $0.append((number, old)) }
  }

  private static func next(from file: Int32) -> Int32? {
    var byte: UInt8 = 0
    while true {
      let count = read(file, &byte, 1)
      if count == 1 { return Int32(byte) }
      if count == 0 || errno != EINTR { return nil }
    }
  }
}
