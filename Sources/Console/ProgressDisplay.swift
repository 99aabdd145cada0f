import Dispatch
public import ExperimentModel
import Foundation
import Synchronization

/// Shows a sweep on the terminal: drives a `ProgressView` with events and a clock.
///
/// A thread of its own writes, at most ten times a second, outside the lock that `receive` takes: a
/// terminal that stands still (Ctrl-S, a stopped pager) blocks neither trials nor Swift's pool.
/// The cursor is never hidden, so a program that is killed leaves the terminal as it was.
public final class ProgressDisplay: Sendable {
  private struct State {
    var view: ProgressView
    var permanent: [String] = []
    /// Nothing more will come; the thread shows what is left.
    var isOver = false
    /// The thread has written its last.
    var hasEnded = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  /// What the thread and the display share, so that the thread never holds the display.
  private final class Shared: Sendable {
    let state: Mutex<State>
    let wake = DispatchSemaphore(value: 0)
    let began = ContinuousClock.now
    let terminal: Terminal
    let isLive: Bool

    init(_ view: ProgressView, _ terminal: Terminal) {
      state = Mutex(State(view: view))
      self.terminal = terminal
      isLive = view.style.isLive
    }

    /// Wakes the thread for a new line; a live display's next frame comes soon enough.
    func announce() { if !isLive { wake.signal() } }

    var time: Double { (ContinuousClock.now - began) / .seconds(1) }
  }

  private let shared: Shared

  /// Starts to show.
  ///
  /// - Parameters:
  ///   - view: before the first event; its style should be that of `file`.
  ///   - file: a file descriptor; standard error by default.
  public init(_ view: ProgressView, file: Int32 = 2) {
    shared = Shared(view, Terminal(file: file))
    let thread = Thread { [shared] in Self.draw(shared) }
    thread.name = "progress"
    thread.start()
  }

  deinit { Self.close(shared) }

  /// The style for a file descriptor in the environment of this process.
  public static func style(file: Int32 = 2) -> ProgressStyle {
    ProgressStyle.detect(
      isTerminal: Terminal(file: file).isTerminal,
      environment: ProcessInfo.processInfo.environment)
  }

  /// Takes an event from any thread; returns at once.
  public func receive(_ event: SweepEvent) {
    let time = shared.time
    let isNews = shared.state.withLock { state in
      guard let line = state.view.receive(event, at: time) else { return false }
      state.permanent.append(line)
      return true
    }
    if isNews { shared.announce() }
  }

  /// Prints a message that stays, above the live lines; nothing after `finish`.
  public func message(_ text: String) {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    shared.state.withLock { $0.permanent += lines.map { PlainText.line(String($0)) } }
    shared.announce()
  }

  /// Prints what is left, takes the live lines away and waits until that is done.
  public func finish() async {
    await withCheckedContinuation { waiter in
      let hasEnded = shared.state.withLock { state in
        if !state.hasEnded { state.waiters.append(waiter) }
        return state.hasEnded
      }
      if hasEnded { waiter.resume() } else { Self.close(shared) }
    }
  }

  private static func close(_ shared: Shared) {
    shared.state.withLock { $0.isOver = true }
    shared.wake.signal()
  }

  /// The thread's body.
  private static func draw(_ shared: Shared) {
    Terminal.ignoreHangUps()
    var screen = LiveScreen()
    var isConnected = true
    while true {
      let size = shared.terminal.size
      let time = shared.time
      let (permanent, frame, isOver) = shared.state.withLock { state in
        defer { state.permanent = [] }
        let shows = shared.isLive && !state.isOver
        return (
          state.permanent,
          shows ? state.view.lines(at: time, columns: size.columns, rows: size.rows) : [],
          state.isOver
        )
      }
      let text =
        shared.isLive
        ? screen.update(permanent: permanent, frame: frame)
        : permanent.map { $0 + "\n" }.joined()
      if isConnected && !text.isEmpty { isConnected = shared.terminal.write(text) == 0 }
      if isOver { break }
      // Live lines change with the clock; plain ones only with news.
      if shared.isLive {
        _ = shared.wake.wait(timeout: .now() + .milliseconds(100))
      } else {
        shared.wake.wait()
      }
    }
    let waiters = shared.state.withLock { state in
      defer { state.waiters = [] }
      state.hasEnded = true
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
