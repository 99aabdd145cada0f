import Console
import ExperimentModel
import Foundation
import Scheduling
import Synchronization

/// SIGINT and SIGTERM from the first moment of a run: whoever sends one gets the documented exit
/// code, even while the grid is still being read.
final class RunSignals: Sendable {
  let stop = StopRequest()
  private let watcher: SignalWatcher
  private let notice = Notice()

  /// Says that the run stops: on the display as soon as there is one.
  private final class Notice: Sendable {
    let display = Mutex<ProgressDisplay?>(nil)

    func say() {
      let text = "stopping: finished trials are recorded; again to leave at once"
      guard let display = display.withLock({ $0 }) else {
        return FileHandle.standardError.write(Data("dropgrid: \(text)\n".utf8))
      }
      display.message(text)
    }
  }

  init() throws(UserError) {
    watcher = try SignalWatcher(stop: stop) { [notice] _ in notice.say() }
  }

  /// From now on `display` says what happens.
  func show(on display: ProgressDisplay) { notice.display.withLock { $0 = display } }

  /// 128 and the signal's number; nil while none came.
  var exitCode: Int32? { watcher.exitCode }

  /// Gives the signals back.
  func end() { watcher.end() }
}
