public import ExperimentModel

/// A task executor over dedicated threads: CPU-bound trials run here and only here.
///
/// Swift's own pool has one thread per core and does not grow, so a trial on it would starve the
/// writer, the display and everything else that awaits. These threads are the trials' alone. A
/// synchronous trial stays on one of them from its start to its end.
///
/// The threads end after `shutdown()`, or when the last reference to the pool goes.
public final class WorkerPool: TaskExecutor {
  /// How many threads there are: how many trials run at a time.
  public let count: Int
  private let queue = JobQueue()

  /// Starts the threads.
  ///
  /// - Parameters:
  ///   - count: at least 1; by default the cores that this process may use.
  ///   - stackSize: bytes of stack for each thread.
  /// - Throws: `UserError` for a count below 1 or where the system refuses a thread.
  public init(count: Int = AvailableCores.count(), stackSize: Int = 8 << 20) throws(UserError) {
    guard count >= 1 else {
      throw UserError(.badInput, "\(count) trials at a time: give 1 or more (--jobs)")
    }
    self.count = count
    for number in 0..<count {
      queue.threadWillStart()
      do {
        try DetachedThread.start(name: "trials-\(number)", stackSize: stackSize) { [queue] in
          queue.work()
        }
      } catch {
        queue.threadDidEnd()
        queue.close()
        throw error
      }
    }
  }

  deinit { queue.close() }

  public func enqueue(_ job: consuming ExecutorJob) {
    queue.push(UnownedJob(job), for: asUnownedTaskExecutor())
  }

  /// Waits until the jobs that were sent are done and the threads have ended.
  ///
  /// Sending a task to the pool afterwards is a programmer's mistake and traps.
  public func shutdown() async {
    queue.close()
    await queue.threadsEnded()
  }
}
