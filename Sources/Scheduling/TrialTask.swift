public import ExperimentModel
import Synchronization

/// What a running trial sees of the sweep around it.
public struct TrialTask: Sendable {
  /// The trial's index in `Plan.trials`.
  public let index: Int
  /// Which of the places for running trials it takes, from 0; a place is taken by one at a time.
  public let worker: Int
  /// The epoch after which it is to return a record that is `pending`, so as to be started again
  /// once the sweep's stopping rule has looked at it; nil for none.
  public let pausesAfter: Int?
  private let stops: [StopRequest]
  private let clock: RunningClock?
  /// Seconds that it may run in all.
  private let timeLimit: Double?
  private let earlier = EarlierTime()
  private let events: @Sendable (SweepEvent) -> Void

  init(
    index: Int, worker: Int, pausesAfter: Int?, stops: [StopRequest], timeLimit: Double?,
    events: @escaping @Sendable (SweepEvent) -> Void
  ) {
    self.pausesAfter = pausesAfter
    self.timeLimit = timeLimit
    clock = timeLimit.map { _ in RunningClock() }
    self.index = index
    self.worker = worker
    self.stops = stops
    self.events = events
  }

  /// Whether the trial should end, because the sweep stops or its own time is up: a few
  /// nanoseconds, to be asked at every step.
  public var isCancelled: Bool { isStopped || isTimedOut }

  /// To be called by the thread that trains, before anything else: its time begins.
  func begin() { _ = clock?.seconds }

  /// Whether the sweep stops.
  var isStopped: Bool { stops.contains { $0.isRequested } }

  /// Whether the trial has used up its time.
  var isTimedOut: Bool {
    guard let timeLimit, let clock else { return false }
    return clock.seconds + earlier.seconds >= timeLimit
  }

  /// Tells the trial's time limit how long it ran before, in runs that were interrupted.
  public func ranBefore(seconds: Double) { earlier.set(seconds) }

  /// Ends a trial that should end.
  ///
  /// - Throws: `CancellationError` once it should end; let it pass through.
  public func checkCancellation() throws {
    if isCancelled { throw CancellationError() }
  }

  /// Tells those who watch the sweep how far the trial is; returns at once.
  ///
  /// - Parameter epochs: that it has trained for so far, a fraction included.
  public func report(progress epochs: Double) {
    events(.progress(trial: index, worker: worker, epochs: epochs))
  }

  /// Tells those who watch the sweep how an epoch went; returns at once.
  ///
  /// - Parameters:
  ///   - epoch: counts from 1.
  ///   - metrics: the epoch's figures.
  public func report(epoch: Int, metrics: [Metric: Float]) {
    events(.epoch(trial: index, worker: worker, epoch: epoch, metrics: metrics))
  }
}

/// Seconds that a trial ran before it was started this time.
private final class EarlierTime: Sendable {
  private let bits = Atomic<UInt64>(0)

  var seconds: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  func set(_ seconds: Double) {
    bits.store((seconds > 0 ? seconds : 0).bitPattern, ordering: .relaxed)
  }
}
