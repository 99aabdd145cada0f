internal import ExperimentModel

/// What a command says beside its output.
public enum StandardError {
  /// Writes `text` and a line's end, control characters made blank.
  ///
  /// What nobody can read is lost, and nothing else with it: a full disk, a closed file or a reader
  /// that has gone neither throws nor ends the program.
  public static func write(_ text: String) {
    Terminal.ignoreHangUps()
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let printable = lines.map { PlainText.line(String($0)) + "\n" }.joined()
    _ = Terminal(file: 2).write(printable)
  }
}
