/// A change of a sweep's grid after the sweep had begun.
public struct SweepExtension: Sendable, Hashable {
  /// The grid until then, as it was given.
  public var earlierGrid: String
  /// Trials of the sweep until then.
  public var trials: Int
  /// Those of them that had ended, so that their figures could be looked at.
  public var finished: Int
  /// Seconds since 1970-01-01T00:00:00Z.
  public var time: Double

  public init(earlierGrid: String, trials: Int, finished: Int, time: Double) {
    self.earlierGrid = earlierGrid
    self.trials = trials
    self.finished = finished
    self.time = time
  }
}
