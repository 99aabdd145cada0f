public import ExperimentModel

/// A grid file that was read and found to make sense on its own: what every setting can be.
///
/// The data come next: `plan(cards:numericsVersion:)` checks the grid against them and lays out
/// its trials. The language is described in `docs/grids.md`.
public struct GridFile: Sendable {
  /// What messages call the file.
  public let name: String
  /// The file as it was given; overrides stand behind it in a comment.
  public let text: String
  public let title: String
  public let question: String
  /// What the grid tests, in a sentence; empty where it names no claim.
  public let claim: String
  /// One, or the branches of a union and what is included; cells come in their order.
  private(set) var subgrids: [SubGrid]
  /// How many of them are the file's own; the others are those of grids that it extends.
  private(set) var ownSubgrids: Int
  let exclusionPosition: GridPosition
  let merging: Merging
  /// nil where the file leaves the choice to the planner.
  let comparisons: [Comparison]?
  /// nil where the file leaves the choice to the planner.
  private(set) var weights: WeightsPolicy?
  /// nil where every trial runs to its end.
  private(set) var stopping: StoppingRule?
  /// Points of test accuracy; nil where the file names no margin.
  let margin: Double?
  /// What to record of the inside of networks.
  let diagnostics: [Diagnostic]
  /// Paths of the groups.
  private(set) var groups: [String: Setting]

  /// The most cells a grid can have.
  public static let mostCells = 1_000_000
  /// Equivalence margins, in points of test accuracy.
  static let margins = NumberRange(above: 0, to: 100)
  /// The most values of an axis.
  static let mostLevels = 1_000_000

  private init(name: String, text: String, reader: GridReader) {
    self.name = name
    self.text = text
    title = reader.title.flatMap { $0.isEmpty ? nil : $0 } ?? Self.title(from: name)
    question = reader.question ?? ""
    claim = reader.claim ?? ""
    diagnostics = reader.diagnostics
    subgrids = reader.subgrids
    ownSubgrids = reader.subgrids.count
    exclusionPosition = reader.exclusionPosition
    merging = reader.merging
    comparisons = reader.comparisons
    weights = reader.weights
    stopping = reader.stopping
    margin = reader.margin
    groups = reader.groups
  }

  /// Reads a grid file.
  ///
  /// - Parameters:
  ///   - text: YAML, at most 1 MiB.
  ///   - name: what messages call the file, its path for instance.
  ///   - overrides: settings and axes that replace those of the file: `dropout.rate=0,0.5`.
  /// - Throws: every mistake in the file, each with its line and column. Mistakes that keep YAML
  ///   from being read (and duplicate keys) come alone.
  /// - Complexity: linear in the length of `text`.
  public static func parse(
    _ text: String, name: String, overrides: [String] = []
  ) throws(GridError) -> GridFile {
    try parse(text, name: name, overrides: overrides, isRecorded: false)
  }

  /// - Parameter isRecorded: whether it was accepted before.
  static func parse(
    _ text: String, name: String, overrides: [String], isRecorded: Bool
  ) throws(GridError) -> GridFile {
    var root = try GridNode.compose(text, file: name)
    var reader = GridReader(file: name, isRecorded: isRecorded)
    reader.apply(overrides, to: &root)
    guard reader.issues.isEmpty else { throw GridError(issues: reader.issues) }
    reader.read(root)
    guard reader.issues.isEmpty else { throw GridError(issues: reader.issues) }
    return GridFile(
      name: name, text: OverrideNote.adding(overrides, to: text), reader: reader)
  }

  /// Reads the text of a grid as `text` gives it and a results file keeps it: the file, and the
  /// overrides that it was read with. What is merely useless in it is no mistake: it was accepted.
  public static func parse(recorded text: String, name: String) throws(GridError) -> GridFile {
    let (file, overrides) = OverrideNote.taken(from: text)
    return try parse(file, name: name, overrides: overrides, isRecorded: true)
  }

  /// Reads a grid file's bytes: as `parse(_:name:)`, and bytes that are not UTF-8 are an error.
  public static func parse(
    bytes: some Sequence<UInt8>, name: String, overrides: [String] = []
  ) throws(GridError) -> GridFile {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      let message = "the file is not UTF-8 text, so it is no grid file"
      throw GridError(issues: [
        GridIssue(file: name, position: .start, path: "", message: message)
      ])
    }
    return try parse(text, name: name, overrides: overrides)
  }

  /// The grid, and then the cells of an earlier one that it does not have itself.
  func adding(_ earlier: GridFile) -> GridFile {
    var sum = self
    sum.subgrids += earlier.subgrids
    sum.groups.merge(earlier.groups) { own, _ in own }
    return sum
  }

  mutating func sample(arms: Int) {
    for index in subgrids.indices where subgrids[index].sample?.seconds != nil {
      subgrids[index].sample?.count = arms
      subgrids[index].sample?.seconds = nil
    }
  }

  /// The grid with a policy for its weights where it has none of its own.
  func keeping(_ weights: WeightsPolicy) -> GridFile {
    var grid = self
    grid.weights = grid.weights ?? weights
    return grid
  }

  /// `first-look` for `grids/first-look.yaml`.
  private static func title(from name: String) -> String {
    let file = name.split(separator: "/").last ?? "grid"
    return String(file.split(separator: ".").first ?? file)
  }
}

/// A setting that takes more than one value, or was written as a list or a span.
public struct GridAxis: Sendable, Hashable {
  /// As in `dropout.rate`.
  public var path: String
  /// The name of its column.
  public var column: String
  /// Its values as tables show them, in the order of the file.
  public var levels: [String]
}

extension [SubGrid] {
  /// Settings that vary, in a sub-grid or from one to the next, in the order of the file.
  ///
  /// - Parameter leaders: only the first setting of those that vary together.
  func axes(leaders: Bool) -> [Setting] {
    var axes: [Setting] = []
    var seen: Set<Setting> = []
    for dimension in flatMap(\.dimensions) {
      for setting in dimension.settings where !seen.contains(setting) { axes.append(setting) }
      seen.formUnion(dimension.settings)
      if leaders {
        axes.removeAll { dimension.settings.dropFirst().contains($0) }
      }
    }
    let fixed = Set(flatMap(\.fixed.keys)).subtracting(seen).sorted { $0.path < $1.path }
    return axes + fixed.filter { Set(values(of: $0)).count > 1 }
  }

  /// Every value of a setting, in the order of the file, once each.
  func values(of setting: Setting) -> [SettingValue] {
    var seen: Set<SettingValue> = []
    return flatMap { subgrid -> [SettingValue] in
      let levels = subgrid.levels(of: setting).map(\.value)
      return subgrid.always(sets: setting) ? levels : levels + [setting.fallback].compactMap(\.self)
    }.filter { seen.insert($0).inserted }
  }
}

extension GridFile {
  /// The path of everything that can be an axis, in the order of the manual.
  package static var settingPaths: [String] { Setting.all.map(\.path) }

  /// The settings that tell cells apart: of those that vary together, the first.
  var columns: [Setting] { subgrids.axes(leaders: true) }

  /// Every axis, in the order of the file; the last one varies fastest.
  public var axes: [GridAxis] {
    columns.map { setting in
      GridAxis(
        path: setting.path, column: setting.column,
        levels: subgrids.values(of: setting).map(\.text))
    }
  }

  /// Combinations of all axes, before anything is excluded or sampled.
  public var combinations: GridCount {
    subgrids.map(\.combinations).reduce(GridCount(exactly: 0), +)
  }

  /// How many cells there are: exactly, or at most as many.
  ///
  /// - Complexity: independent of the number of cells, except in sets of more than one axis that
  ///   `exclude`, `only` or `when` tie together: linear in their combinations.
  public func count() -> GridCount {
    let counts = subgrids.enumerated().map { GridSpace($1, number: $0).count() }
    var total = counts.reduce(GridCount(exactly: 0), +)
    // Branches may have cells in common.
    if counts.count > 1 { total.isExact = false }
    return total
  }

  /// Every data set that some cell uses, sorted; the caller loads their cards.
  public var dataNames: [String] { subgrids.values(of: .dataName).map(\.text).sorted() }

  /// Checks that the cells can be numbered and laid out.
  func checkSize() throws(GridError) {
    let count = count()
    let isNumbered = subgrids.indices.allSatisfy {
      GridSpace(subgrids[$0], number: $0).isNumbered
    }
    guard count.value > Double(Self.mostCells) || !isNumbered else { return }
    let dimensions = subgrids.flatMap(\.dimensions)
    let largest = dimensions.max { $0.count < $1.count }
    let axes = subgrids.count == 1 ? dimensions.map { "\($0.name) \($0.count)" } : []
    throw GridError(issues: [
      GridIssue(
        file: name, position: largest?.position ?? .start, path: "",
        message:
          "the grid has \(isNumbered ? count : combinations) cells"
          + (axes.isEmpty ? "" : " (\(axes.joined(separator: " × ")))")
          + "; at most \(Wording.grouped(Self.mostCells)) are supported: leave out levels")
    ])
  }

  /// Checks the grid against the data and lays out its trials, without writing each of them out.
  ///
  /// - Parameters:
  ///   - cards: a card for each of `dataNames`.
  ///   - numericsVersion: the engine's; part of every trial's id.
  ///   - merging: false to train what two cells ask for twice, even where both trainings are
  ///     known to be the same; nil for what the file says.
  /// - Throws: every combination that makes no sense: a network that does not fit its images,
  ///   a subset larger than its data, dropout with nowhere to go.
  /// - Complexity: linear in the cells; n log n in the trials.
  public func layOut(
    cards: [String: DatasetCard], numericsVersion: Int, merging: Bool? = nil
  ) throws(GridError) -> PlannedGrid {
    try checkBudget()
    try checkSize()
    var planner = Planner(
      grid: self, cards: cards, numericsVersion: numericsVersion,
      merging: merging.map { $0 ? .all : .none })
    let layout = try planner.layOut()
    return PlannedGrid(planner: planner, layout: layout)
  }

  /// The plan itself, with every trial and cell written out.
  ///
  /// - Throws: as `layOut(cards:numericsVersion:merging:)`.
  public func plan(
    cards: [String: DatasetCard], numericsVersion: Int, merging: Bool? = nil
  ) throws(GridError) -> Plan {
    try layOut(cards: cards, numericsVersion: numericsVersion, merging: merging).plan
  }
}
