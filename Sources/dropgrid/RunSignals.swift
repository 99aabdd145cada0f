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

/// SIGINT, SIGTERM and SIGHUP from the first moment of a run to its last: whoever sends one gets the
/// documented exit code at once, unless trials run, which are brought to an end.
///
/// Nothing else needs an end: a results file is whole at every moment, and reading a grid from a pipe,
/// laying out a large file or computing an answer may take long.
final class RunSignals: Sendable {
  let stop = StopRequest()
  private let watcher: SignalWatcher
  private let phase = Phase()

  private enum Moment {
    case before, training
    /// Everything is in the file of this name.
    case after(String)
  }

  private final class Phase: Sendable {
    let moment = Mutex(Moment.before)
  }

  init(_ messages: RunMessages) throws(UserError) {
    watcher = try SignalWatcher(stop: stop) { [phase] signal in
      phase.moment.withLock { moment in
        switch moment {
        case .training: return
        case .before: messages.say("stopped before any trial began")
        case .after(let path):
          messages.say("stopped; \(path) is complete: dropgrid show \(path.shellWord) --answer")
        }
        _exit(128 + signal)
      }
      messages.say("stopping: finished trials are recorded; again to leave at once")
    }
  }

  /// From now on trials run, which a signal brings to an end.
  func beginTraining() { phase.moment.withLock { $0 = .training } }

  /// From now on everything is recorded in the file at `path`.
  func endTraining(_ path: String) { phase.moment.withLock { $0 = .after(path) } }

  /// 128 and the signal's number; nil while none came.
  var exitCode: Int32? { watcher.exitCode }

  /// Gives the signals back.
  func end() { watcher.end() }
}
