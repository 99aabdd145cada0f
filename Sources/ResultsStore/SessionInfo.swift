/// One run of the program that writes to a results file.
public struct SessionInfo: Sendable, Hashable {
  public var commandLine: String
  public var host: String
  public var cpu: String
  /// Versions of the program and its libraries.
  public var versions: String
  /// The commit that the program was built from; empty where it is not known.
  public var commit: String

  public init(commandLine: String, host: String, cpu: String, versions: String, commit: String) {
    self.commandLine = commandLine
    self.host = host
    self.cpu = cpu
    self.versions = versions
    self.commit = commit
  }
}

/// A session as a results file recorded it.
public struct RecordedSession: Sendable, Hashable {
  public var info: SessionInfo
  /// Seconds since 1970-01-01T00:00:00Z.
  public var start: Double
  /// NaN where the session did not end by itself, or has not ended.
  public var end: Double

  public init(info: SessionInfo, start: Double, end: Double) {
    self.info = info
    self.start = start
    self.end = end
  }
}
