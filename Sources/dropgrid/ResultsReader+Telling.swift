import Console
import ExperimentModel
import ResultsStore

extension ResultsReader {
  /// Reads the file at `path`, and says on standard error what is left out of it for damage.
  static func telling(_ path: String) throws(UserError) -> ResultsReader {
    let reader = try ResultsReader(path: path)
    for line in reader.damage { StandardError.write("dropgrid: \(line)") }
    return reader
  }
}

extension ResultsWriter {
  /// What was damaged in the file that a run continues, in a line; nil for a sound one.
  nonisolated var damage: String? {
    guard !torn.isEmpty else { return nil }
    let some = torn.prefix(5).map(String.init).joined(separator: ", ")
    let rows = (torn.count == 1 ? "row " : "rows ") + some + (torn.count > 5 ? ", …" : "")
    return torn.count == 1
      ? "\(path): 1 trial was damaged and is pending again (\(rows))"
      : "\(path): \(torn.count) trials were damaged and are pending again (\(rows))"
  }
}
