import Console
import ExperimentModel
import Export

extension OutputFile {
  /// Writes a text, to the standard output as everything that is printed.
  ///
  /// - Parameter isJSON: what is more than text to a terminal is escaped instead of made blank.
  func write(_ text: String, isJSON: Bool = false) throws(UserError) {
    if isStandardOutput {
      isJSON ? StandardOutput.json(text) : StandardOutput.write(text)
    } else {
      try write(isJSON ? PlainText.json(text) : PlainText.lines(text))
    }
  }

  /// Writes bytes, and says `note` where that is not in their way.
  func put(_ bytes: [UInt8], _ note: String) throws(UserError) {
    if isStandardOutput { return StandardOutput.bytes(bytes) }
    try write(bytes)
    StandardOutput.line(note)
  }
}
