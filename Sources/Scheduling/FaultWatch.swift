import CFaultNotes
public import ExperimentModel

/// Notes which trial's thread brings the process down, so that a trial that does so twice can be
/// marked as failed instead of ending every run of the sweep.
///
/// SEGV, BUS, ILL, TRAP, FPE and ABRT count where the process itself raised them; SIGKILL, SIGTERM
/// and power loss never do. One watch at a time in a process.
public final class FaultWatch: Sendable {
  /// Starts to watch.
  ///
  /// - Parameter directory: where the file `faults` gets a line per death; made when it is needed.
  /// - Throws: `UserError` for a path that is too long.
  public init(directory: String) throws(UserError) {
    guard dgf_watch(directory) else {
      throw UserError(.badInput, "\(directory): the path is too long; choose a shorter one")
    }
  }

  deinit { end() }

  /// Gives the signals back; harmless when repeated.
  public func end() { dgf_unwatch() }

  /// Runs a trial's body as the one that this thread's faults count for.
  static func during<Result>(_ trial: TrialID, _ body: () throws -> Result) rethrows -> Result {
    dgf_enter(trial.description)
    defer { dgf_leave() }
    return try body()
  }
}
