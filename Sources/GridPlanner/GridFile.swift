public import ExperimentModel

/// A grid file that was read and found to make sense on its own: what every setting can be.
///
/// The data come next: `plan(cards:numericsVersion:)` checks the grid against them and lays out
/// its trials. The language is described in `docs/grids.md`.
public struct GridFile: Sendable {
  /// What messages call the file.
  public let name: String
  /// The file as it was given.
  public let text: String
  public let title: String
  public let question: String
  /// What the file says, in its order.
  let choices: [Choice]
  let exclusions: [Exclusion]
  let exclusionPosition: GridPosition
  /// nil where the file leaves the choice to the planner.
  let comparisons: [Comparison]?
  /// nil where the file leaves the choice to the planner.
  let weights: WeightsPolicy?

  /// The most cells a grid can have.
  public static let mostCells = 1_000_000

  init(name: String, text: String, reader: GridReader) {
    self.name = name
    self.text = text
    title = reader.title.flatMap { $0.isEmpty ? nil : $0 } ?? Self.title(from: name)
    question = reader.question ?? ""
    choices = reader.choices
    exclusions = reader.exclusions
    exclusionPosition = reader.exclusionPosition
    comparisons = reader.comparisons
    weights = reader.weights
  }

  /// Reads a grid file.
  ///
  /// - Parameters:
  ///   - text: YAML, at most 1 MiB.
  ///   - name: what messages call the file, its path for instance.
  /// - Throws: every mistake in the file, each with its line and column. Mistakes that keep YAML
  ///   from being read (and duplicate keys) come alone.
  /// - Complexity: linear in the length of `text`.
  public static func parse(_ text: String, name: String) throws(GridError) -> GridFile {
    let root = try GridNode.compose(text, file: name)
    var reader = GridReader(file: name)
    reader.read(root)
    guard reader.issues.isEmpty else { throw GridError(issues: reader.issues) }
    return GridFile(name: name, text: text, reader: reader)
  }

  /// Reads a grid file's bytes: as `parse(_:name:)`, and bytes that are not UTF-8 are an error.
  public static func parse(
    bytes: some Sequence<UInt8>, name: String
  ) throws(GridError) -> GridFile {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let message = "the file is not UTF-8 text, so it is no grid file"
      throw GridError(issues: [
        GridIssue(file: name, position: .start, path: "", message: message)
      ])
    }
    return try parse(text, name: name)
  }

  /// `first-look` for `grids/first-look.yaml`.
  private static func title(from name: String) -> String {
    let file = name.split(separator: "/").last ?? "grid"
    return String(file.split(separator: ".").first ?? file)
  }

  /// What the file says about `setting`; nil where it says nothing.
  func choice(_ setting: Setting) -> Choice? { choices.first { $0.setting == setting } }

  /// The settings that were written as lists or spans, in the order of the file.
  var axisChoices: [Choice] { choices.filter(\.isAxis) }
}

/// A setting that was written as a list or a span.
public struct GridAxis: Sendable, Hashable {
  /// As in `dropout.rate`.
  public var path: String
  /// The name of its column.
  public var column: String
  /// Its values as tables show them, in the order of the file.
  public var levels: [String]
}

extension GridFile {
  /// The path of everything that can be an axis, in the order of the manual.
  package static var settingPaths: [String] { Setting.all.map(\.path) }

  /// Every axis, in the order of the file; the last one varies fastest.
  public var axes: [GridAxis] {
    axisChoices.map {
      GridAxis(
        path: $0.setting.path, column: $0.setting.column, levels: $0.levels.map(\.value.text))
    }
  }

  /// Combinations of all axes, before anything is excluded.
  public var combinations: Int { axisChoices.reduce(1) { $0 * $1.levels.count } }

  /// Every data set that some cell uses, sorted; the caller loads their cards.
  public var dataNames: [String] {
    let levels =
      choice(.dataName)?.levels.map(\.value) ?? [Setting.dataName.fallback].compactMap(\.self)
    return levels.map(\.text).sorted()
  }

  /// Checks the grid against the data and lays out its trials.
  ///
  /// - Parameters:
  ///   - cards: a card for each of `dataNames`.
  ///   - numericsVersion: the engine's; part of every trial's id.
  /// - Throws: every combination that makes no sense: a network that does not fit its images,
  ///   a subset larger than its data, dropout with nowhere to go.
  /// - Complexity: linear in the cells, about 10 µs each; n log n in the trials.
  public func plan(
    cards: [String: DatasetCard], numericsVersion: Int
  ) throws(GridError) -> Plan {
    var planner = Planner(grid: self, cards: cards, numericsVersion: numericsVersion)
    return try planner.plan()
  }
}
