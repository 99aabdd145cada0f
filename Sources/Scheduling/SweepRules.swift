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

  /// Attempts that fail with no success between them before nothing is tried again: then it is the
  /// machine, not the trial.
  package static let breaker = 10

  public init(
    failFast: Bool = false, retries: Int = 0, trialTimeout: Double? = nil,
    maxTime: Double? = nil, memory: Int = .max
  ) {
    precondition(retries >= 0 && memory >= 0, "a sweep's rules cannot be negative")
    self.failFast = failFast
    self.retries = retries
    self.trialTimeout = trialTimeout
    self.maxTime = maxTime
    self.memory = memory
  }
}
