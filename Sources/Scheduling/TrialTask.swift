public import ExperimentModel

/// What a running trial sees of the sweep around it.
public struct TrialTask: Sendable {
  /// The trial's index in `Plan.trials`.
  public let index: Int
  /// Which of the places for running trials it takes, from 0; a place is taken by one at a time.
  public let worker: Int
  private let stops: [StopRequest]
  private let deadline: ContinuousClock.Instant?
  private let events: @Sendable (SweepEvent) -> Void

  init(
    index: Int, worker: Int, stops: [StopRequest], deadline: ContinuousClock.Instant?,
    events: @escaping @Sendable (SweepEvent) -> Void
  ) {
    self.deadline = deadline
    self.index = index
    self.worker = worker
    self.stops = stops
    self.events = events
  }

  /// Whether the trial should end, because the sweep stops or its own time is up: a few
  /// nanoseconds, to be asked at every step.
  public var isCancelled: Bool { isStopped || isTimedOut }

  /// Whether the sweep stops.
  var isStopped: Bool { stops.contains { $0.isRequested } }

  /// Whether the trial has used up its time.
  var isTimedOut: Bool { deadline.map { ContinuousClock.now >= $0 } ?? false }

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
  /// - Parameter epoch: counts from 1.
  public func report(epoch: Int, metrics: [Metric: Float]) {
    events(.epoch(trial: index, worker: worker, epoch: epoch, metrics: metrics))
  }
}
