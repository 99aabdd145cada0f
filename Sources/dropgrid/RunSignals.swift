import Console
import ExperimentModel
import Foundation
import Scheduling
import Synchronization

/// What a run says beside its output: on standard error, or on the display while there is one.
final class RunMessages: Sendable {
  private let display = Mutex<ProgressDisplay?>(nil)

  func show(on display: ProgressDisplay?) { self.display.withLock { $0 = display } }

  func say(_ text: String) {
    if let display = display.withLock({ $0 }) { return display.message(text) }
    StandardError.write("dropgrid: \(text)")
  }
}

/// SIGINT, SIGTERM and SIGHUP from the first moment of a run: whoever sends one gets the documented
/// exit code, even while the grid is still being read, or waits for it at a pipe.
final class RunSignals: Sendable {
  let stop = StopRequest()
  private let watcher: SignalWatcher
  private let phase = Phase()

  private final class Phase: Sendable {
    let hasSweep = Mutex(false)
  }

  init(_ messages: RunMessages) throws(UserError) {
    watcher = try SignalWatcher(stop: stop) { [phase] signal in
      phase.hasSweep.withLock { hasSweep in
        guard hasSweep else {
          // There is nothing to bring to an end, and reading the grid may take for ever.
          messages.say("stopped before any trial began")
          _exit(128 + signal)
        }
      }
      messages.say("stopping: finished trials are recorded; again to leave at once")
    }
  }

  /// From now on there is a results file, which a signal leaves in order.
  func beginSweep() { phase.hasSweep.withLock { $0 = true } }

  /// 128 and the signal's number; nil while none came.
  var exitCode: Int32? { watcher.exitCode }

  /// Gives the signals back.
  func end() { watcher.end() }
}
