import Foundation
import Scheduling
import Testing

/// A process has one watcher at a time, so these run one after another, on signals of their own.
@Suite(.serialized, .timeLimit(.minutes(5))) struct SignalWatcherTests {
  @Test func theFirstSignalRequestsAStop() async throws {
    let stop = StopRequest()
    let seen = Log<Int32>()
    let watcher = try SignalWatcher(stop: stop, signals: [SIGUSR1, SIGUSR2]) { seen.add($0) }
    #expect(watcher.received == nil)
    #expect(watcher.exitCode == nil)
    // The second is an echo, as `timeout` sends it: to the process, then to its group.
    kill(getpid(), SIGUSR2)
    kill(getpid(), SIGUSR2)
    while seen.all.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
    try await Task.sleep(for: .milliseconds(20))
    #expect(stop.isRequested)
    #expect(watcher.received == SIGUSR2)
    #expect(watcher.exitCode == 128 + SIGUSR2)
    #expect(seen.all == [SIGUSR2])
    watcher.end()
    watcher.end()
  }

  @Test func busyWorkersDoNotDelayIt() async throws {
    let stop = StopRequest()
    let pool = try WorkerPool(count: ProcessInfo.processInfo.activeProcessorCount * 2)
    let watcher = try SignalWatcher(stop: stop, signals: [SIGUSR1]) { _ in }
    let summary = try await SweepScheduler(pool: pool).run(
      Array(0..<pool.count), of: planned(pool.count), stop: stop,
      trial: { task in
        if task.index == 1 { kill(getpid(), SIGUSR1) }
        try trainUntilCancelled(task, pause: 0)
      }, sink: { _ in })
    #expect(summary.interrupted)
    watcher.end()
    await pool.shutdown()
  }

  @Test func signalsGoBackToWhoHadThem() async throws {
    signal(SIGUSR1, SIG_IGN)
    let stop = StopRequest()
    do {
      let watcher = try SignalWatcher(stop: stop, signals: [SIGUSR1, SIGUSR2]) { _ in }
      kill(getpid(), SIGUSR1)
      try await Task.sleep(for: .milliseconds(20))
      #expect(watcher.received == nil, "a signal that was ignored stays ignored")
    }
    kill(getpid(), SIGUSR1)
    var action = sigaction()
    sigaction(SIGUSR2, nil, &action)
    #expect(action.__sigaction_handler.sa_handler == nil, "SIGUSR2 is back at its default")
    signal(SIGUSR1, SIG_DFL)
    #expect(!stop.isRequested)
  }

  @Test func aSecondSignalLeavesAtOnce() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let watcher = try SignalWatcher(stop: StopRequest())
      kill(getpid(), SIGTERM)
      while watcher.received == nil { usleep(1_000) }
      usleep(300_000)
      kill(getpid(), SIGINT)
      while true { usleep(1_000) }
    }
  }
}
