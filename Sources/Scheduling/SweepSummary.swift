public import ExperimentModel

/// A trial that ended, on its way to the results file.
public struct FinishedTrial: Sendable, Hashable {
  /// Index into `Plan.trials`.
  public var index: Int
  public var worker: Int
  public var record: TrialRecord

  public init(index: Int, worker: Int, record: TrialRecord) {
    self.index = index
    self.worker = worker
    self.record = record
  }
}

/// How a sweep ended: what became of each trial that it was given.
public struct SweepSummary: Sendable, Hashable {
  /// Recorded as done (or ended early by a rule of the plan).
  public var done = 0
  /// Recorded as failed or timed out.
  public var failed = 0
  public var diverged = 0
  /// Never started, or stopped midway and so not recorded.
  public var notRun = 0
  /// Whether a request to stop is why some trials did not run.
  public var interrupted = false
  /// Whether the sweep's time limit is why some trials did not run.
  public var outOfTime = false

  public init() {}

  public init(
    done: Int, failed: Int, diverged: Int, notRun: Int, interrupted: Bool, outOfTime: Bool = false
  ) {
    self.outOfTime = outOfTime
    self.done = done
    self.failed = failed
    self.diverged = diverged
    self.notRun = notRun
    self.interrupted = interrupted
  }

  mutating func count(_ status: TrialStatus) {
    switch status {
    case .done, .pruned, .censored: done += 1
    case .failed, .timedOut: failed += 1
    case .diverged: diverged += 1
    case .pending: preconditionFailure("a record of a trial that ended cannot be pending")
    }
  }
}
