/// What a command makes, by which a file of the same make is known.
public struct OutputKind: Sendable {
  /// Words that every such file has in its beginning.
  let mark: String
  /// Whether a new one takes an old one's place without being asked to.
  let isRemade: Bool

  /// A page that `dropgrid report` wrote.
  public static let page = OutputKind(
    mark: "<meta name=\"generator\" content=\"Dropgrid\">", isRemade: true)
  /// A report or a comparison in Markdown; `markdown` puts the mark before it.
  public static let markdown = OutputKind(mark: "<!-- Made by dropgrid", isRemade: true)
  /// JUnit XML of `dropgrid compare`.
  public static let junit = OutputKind(mark: "<testsuite name=\"dropgrid compare\"", isRemade: true)
  /// A plan of `dropgrid plan -o`.
  public static let plan = OutputKind(mark: "\"format\" : \"dropgrid-plan-", isRemade: true)
  /// Weights for Keras, which are HDF5 too.
  public static let keras = OutputKind(mark: "dropgrid_trial", isRemade: false)

  /// A Markdown text that is known again, with a first line that nobody sees.
  public static func markdown(_ text: String) -> String {
    "\(markdown.mark); the next one may take this one's place. -->\n\n\(text)"
  }

  /// Whether `file` is of this make.
  func made(_ file: OutputPlace.Content) -> Bool {
    // What is HDF5 and no export is somebody's results.
    file.isHDF5
      ? mark == Self.keras.mark && file.contains(mark) && !file.contains("finished_at")
      : file.beginning.firstRange(of: Array(mark.utf8)) != nil
  }
}
