/// Something that happened during a sweep; trials are indices into `Plan.trials`.
public enum SweepEvent: Sendable {
  case started(trial: Int, worker: Int)
  /// A trial has trained for `epochs` epochs so far, a fraction included.
  case progress(trial: Int, worker: Int, epochs: Double)
  /// `epoch` counts from 1.
  case epoch(trial: Int, worker: Int, epoch: Int, metrics: [Metric: Float])
  /// The trial waits for others at a rung; it may be started again.
  case paused(trial: Int, worker: Int)
  /// The trial ended and its record is safe in the results file.
  case finished(trial: Int, worker: Int, record: TrialRecord)
}
