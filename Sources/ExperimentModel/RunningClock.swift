import Glibc
import Synchronization

/// How long a piece of work has run, without the time for which its process stood still.
///
/// A process that was stopped (SIGSTOP, a suspended machine, a frozen container) computes nothing
/// meanwhile. Of the time between two looks there counts what the thread has computed, and what else
/// there is up to a second, so that waiting for a disk or for other trials counts as before.
public final class RunningClock: Sendable {
  private struct Look {
    var wall: Duration
    var computed: Duration
    var ran: Duration
  }

  private let last: Mutex<Look>
  private let now: @Sendable () -> (wall: Duration, computed: Duration)

  /// Begins to count.
  public convenience init() {
    self.init(now: { (Self.time(CLOCK_BOOTTIME), Self.time(CLOCK_THREAD_CPUTIME_ID)) })
  }

  /// - Parameter now: the time, and what the calling thread has computed so far.
  package init(now: @escaping @Sendable () -> (wall: Duration, computed: Duration)) {
    self.now = now
    let start = now()
    last = Mutex(Look(wall: start.wall, computed: start.computed, ran: .zero))
  }

  /// The most that counts between two looks beside what was computed.
  static let patience = Duration.seconds(1)

  /// Seconds so far; to be asked often, by the thread that does the work.
  public var seconds: Double {
    let (wall, computed) = now()
    return last.withLock { look in
      // Another thread has computed more or less than the last one: nothing is known of it.
      let work = max(.zero, computed - look.computed)
      look.ran += min(wall - look.wall, work + Self.patience)
      (look.wall, look.computed) = (wall, computed)
      return look.ran / .seconds(1)
    }
  }

  private static func time(_ clock: clockid_t) -> Duration {
    var time = timespec()
    clock_gettime(clock, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
