/// A place in a grid file; line and column count from 1, columns in Unicode scalars.
///
/// Line 0 is the command line, and the column the number of the override.
public struct GridPosition: Sendable, Hashable, Comparable {
  public var line: Int
  public var column: Int

  public init(line: Int, column: Int) {
    self.line = line
    self.column = column
  }

  public static func < (left: Self, right: Self) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }

  static let start = GridPosition(line: 1, column: 1)

  /// Whether it is no place in the file.
  var isCommandLine: Bool { line == 0 }

  /// A place on the command line: its overrides count from 1.
  static func commandLine(_ override: Int) -> GridPosition {
    GridPosition(line: 0, column: override)
  }
}

/// One mistake in a grid file: where it is, what is wrong and what would be right.
public struct GridIssue: Sendable, Hashable {
  public var file: String
  public var position: GridPosition
  /// The setting, as in `dropout.rate`; empty where the mistake belongs to none.
  public var path: String
  public var message: String

  public init(file: String, position: GridPosition, path: String, message: String) {
    self.file = file
    self.position = position
    self.path = path
    self.message = message
  }
}

extension GridIssue: CustomStringConvertible {
  /// `grids/x.yaml:7:11: dropout.rate: 1.5 is not a rate; a rate is at least 0 and below 1`.
  public var description: String {
    let place =
      position.isCommandLine ? "command line" : "\(file):\(position.line):\(position.column)"
    return "\(place): \(path.isEmpty ? "" : "\(path): ")\(message)"
  }
}

/// Everything that is wrong with a grid file, in the order of its lines; never empty.
public struct GridError: Error, Sendable, Hashable {
  public var issues: [GridIssue]

  /// Sorts the issues and drops repetitions.
  public init(issues: [GridIssue]) {
    var seen: Set<GridIssue> = []
    self.issues = issues.filter { seen.insert($0).inserted }
      .enumerated()
      .sorted { ($0.element.position, $0.offset) < ($1.element.position, $1.offset) }
      .map(\.element)
  }

  static let mostShown = 50
}

extension GridError: CustomStringConvertible {
  /// A line per issue, the first 50 of them.
  public var description: String {
    var lines = issues.prefix(Self.mostShown).map(\.description)
    if issues.count > Self.mostShown {
      lines.append("and \(issues.count - Self.mostShown) more")
    }
    return lines.joined(separator: "\n")
  }
}
