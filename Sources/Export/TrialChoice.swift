public import ExperimentModel
public import ResultsStore

/// Which trial of a sweep to export.
public enum TrialChoice: Sendable, Hashable {
  /// The finished trial with the highest last validation accuracy, or test accuracy where the
  /// sweep has no validation images; the first of equals.
  case best
  /// A row of the file.
  case row(Int)
  /// An identity, or the beginning of one that no other trial has.
  case id(String)

  static let shortestID = 4

  /// Reads `best`, a row number, or at least four digits of an identity; nil for anything else.
  ///
  /// Up to six decimal digits are a row.
  public init?(_ text: String) {
    if text == "best" {
      self = .best
    } else if let row = Int(text), row >= 0, text.utf8.count <= 6 {
      self = .row(row)
    } else if (Self.shortestID...32).contains(text.utf8.count),
      text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit })
    {
      self = .id(text.lowercased())
    } else {
      return nil
    }
  }

  /// The row of `reader` that is meant.
  ///
  /// - Throws: `UserError(.badInput)` where there is none, or more than one.
  public func row(in reader: ResultsReader) throws(UserError) -> Int {
    let results = reader.results
    func failure(_ message: String) -> UserError {
      UserError(
        .badInput,
        "\(reader.path): \(message); `dropgrid show \(reader.path.shellWord) --all` lists them")
    }
    switch self {
    case .row(let row):
      guard results.trialIDs.indices.contains(row) else {
        throw failure("there is no trial \(row): it has trials 0 to \(results.trialIDs.count - 1)")
      }
      return row
    case .id(let beginning):
      let rows = results.trialIDs.indices.filter {
        results.trialIDs[$0].description.hasPrefix(beginning)
      }
      guard let row = rows.first else {
        throw failure("no trial's id begins with \(beginning)")
      }
      guard rows.count == 1 else {
        throw failure("the ids of \(rows.count) trials begin with \(beginning): give more of it")
      }
      return row
    case .best:
      let figures = results.metrics[Self.criterion(of: results)] ?? []
      // Not a number where a trial has no validation images and others have.
      let finished = results.status.indices.filter {
        results.status[$0].isComplete && figures.indices.contains($0)
          && figures[$0].last?.isNaN == false
      }
      guard
        let row = finished.max(by: { first, second in
          let (a, b) = (figures[first].last ?? .nan, figures[second].last ?? .nan)
          return a != b ? a < b : first > second
        })
      else { throw failure("no trial is finished, so none is the best") }
      return row
    }
  }

  /// The figure that the best trial is chosen by.
  public static func criterion(of results: SweepResults) -> Metric {
    results.metrics[.validationAccuracy] == nil ? .testAccuracy : .validationAccuracy
  }
}
