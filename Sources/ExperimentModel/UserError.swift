/// A mistake of the world's or the user's: one message that says what, where and what to do.
public struct UserError: Error, Sendable, Hashable {
  /// The command's exit code.
  public enum Code: Int32, Sendable, Hashable, CaseIterable {
    /// A grid file, an option or a value that makes no sense.
    case badInput = 2
    /// Trials failed or diverged; the others are recorded.
    case trialsFailed = 3
    /// A file or directory that cannot be read or written, or is of another format.
    case badFile = 4
    /// A data set that is missing or damaged.
    case badData = 5
    /// The results file belongs to another grid, data or engine.
    case mismatch = 6
    /// Another process writes to the results file.
    case busy = 7
    /// A gate shows harm beyond its margin, or other bits from the same engine.
    case gateFailed = 8
    /// A gate shows neither harm nor its absence.
    case inconclusive = 9
    /// The time that the sweep was given is spent; every finished trial is recorded.
    case budgetSpent = 10
    /// What the command had to say could not be written: sysexits' EX_IOERR.
    case outputLost = 74
    /// Stopped by a signal; every finished trial is recorded.
    case interrupted = 130
  }

  public var code: Code
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension UserError: CustomStringConvertible {
  public var description: String { message }
}
