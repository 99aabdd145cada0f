import Console
import ExperimentModel
import Foundation
import Scheduling
import Synchronization

/// SIGINT and SIGTERM from the first moment of a run: whoever sends one gets the documented exit
/// code, even while the grid is still being read, or waits for it at a pipe.
final class RunSignals: Sendable {
  let stop = StopRequest()
  private let watcher: SignalWatcher
  private let notice = Notice()

  /// What the first signal does.
  private final class Notice: Sendable {
    enum Phase {
      /// There is nothing to bring to an end: the program leaves at once.
      case planning
      /// Trials end or keep a checkpoint; the display, as soon as there is one, says so.
      case sweeping(ProgressDisplay?)
    }
    let phase = Mutex(Phase.planning)

    func received(_ signal: Int32) {
      phase.withLock { phase in
        switch phase {
        case .planning:
          write("stopped before any trial began")
          _exit(128 + signal)
        case .sweeping(let display):
          let text = "stopping: finished trials are recorded; again to leave at once"
          if let display { display.message(text) } else { write(text) }
        }
      }
    }

    private func write(_ text: String) {
      FileHandle.standardError.write(Data("dropgrid: \(text)\n".utf8))
    }
  }

  init() throws(UserError) {
    watcher = try SignalWatcher(stop: stop) { [notice] in notice.received($0) }
  }

  /// From now on there is a results file, which a signal leaves in order.
  func beginSweep() { notice.phase.withLock { $0 = .sweeping(nil) } }

  /// From now on `display` says what happens.
  func show(on display: ProgressDisplay) {
    notice.phase.withLock { $0 = .sweeping(display) }
  }

  /// 128 and the signal's number; nil while none came.
  var exitCode: Int32? { watcher.exitCode }

  /// Gives the signals back.
  func end() { watcher.end() }
}
