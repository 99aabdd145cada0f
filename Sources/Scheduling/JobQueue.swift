import Dispatch
import Synchronization

/// The jobs that wait for a worker thread, first in, first out.
final class JobQueue: Sendable {
  private struct Job {
    var job: UnownedJob
    var executor: UnownedTaskExecutor
  }

  private struct State {
    var jobs: [Job] = []
    var isClosed = false
    /// Threads that have not ended.
    var threads = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())
  /// One token for each job, and one for each thread once the queue is closed.
  private let ready = DispatchSemaphore(value: 0)

  func push(_ job: UnownedJob, for executor: UnownedTaskExecutor) {
    state.withLock {
      precondition(!$0.isClosed, "a task was sent to a worker pool that is shut down")
      $0.jobs.append(Job(job: job, executor: executor))
    }
    ready.signal()
  }

  /// A thread is about to call `work()`.
  func threadWillStart() { state.withLock { $0.threads += 1 } }

  /// A thread's body: runs jobs until the queue is closed and empty.
  func work() {
    while let next = take() { next.job.runSynchronously(on: next.executor) }
    threadDidEnd()
  }

  func threadDidEnd() {
    let waiters = state.withLock { state in
      state.threads -= 1
      guard state.threads == 0 else { return [CheckedContinuation<Void, Never>]() }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Lets the threads end once the jobs that wait are done.
  func close() {
    let threads = state.withLock { state in
      defer { state.isClosed = true }
      return state.isClosed ? 0 : state.threads
    }
    for _ in 0..<threads { ready.signal() }
  }

  /// Returns when the last thread is about to end.
  func threadsEnded() async {
    await withCheckedContinuation { waiter in
      let isOver = state.withLock { state in
        if state.threads > 0 { state.waiters.append(waiter) }
        return state.threads == 0
      }
      if isOver { waiter.resume() }
    }
  }

  private func take() -> Job? {
    ready.wait()
    return state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
  }
}
