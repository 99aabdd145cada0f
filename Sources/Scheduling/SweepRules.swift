/// What a sweep's scheduler may and may not do.
public struct SweepRules: Sendable, Hashable {
  /// Whether the first trial that fails or diverges ends the sweep, without the running ones.
  public var failFast: Bool
  /// How often a trial that failed is tried again, after all others; one that diverged or timed out
  /// never is.
  public var retries: Int
  /// Seconds after which a trial is stopped and recorded as timed out; nil for no limit.
  public var trialTimeout: Double?
  /// Seconds after which the sweep ends as on a request to stop; nil for no limit.
  public var maxTime: Double?
  /// Bytes that the running trials may need together; a trial that needs more runs alone.
  public var memory: Int
  /// Finished trials that may wait for the disk, at least one for each worker: short trials then
  /// need not wait for it themselves. Their records are in memory meanwhile.
  public var backlog: Int

  /// Attempts that fail with no success between them before nothing is tried again: then it is the
  /// machine, not the trial.
  package static let breaker = 10

  public init(
    failFast: Bool = false, retries: Int = 0, trialTimeout: Double? = nil,
    maxTime: Double? = nil, memory: Int = .max, backlog: Int = 0
  ) {
    precondition(
      retries >= 0 && memory >= 0 && (0...1 << 20).contains(backlog),
      "a sweep's rules cannot be negative")
    self.backlog = backlog
    self.failFast = failFast
    self.retries = retries
    self.trialTimeout = trialTimeout
    self.maxTime = maxTime
    self.memory = memory
  }
}
