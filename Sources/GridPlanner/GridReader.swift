import ExperimentModel

/// Walks a grid file's tree, collecting what it says and everything that is wrong with it.
struct GridReader {
  let file: String
  var issues: [GridIssue] = []
  var title: String?
  var question: String?
  var choices: [Choice] = []
  /// Settings whose value was reported: what refers to them is not reported again.
  var broken: Set<Setting> = []
  var exclusions: [Exclusion] = []
  var exclusionPosition = GridPosition.start
  var comparisons: [Comparison]?
  var weights: WeightsPolicy?

  static let keys = [
    "title", "question", "data", "model", "pool", "dropout", "optimiser", "batch", "epochs",
    "seed", "weights", "exclude", "compare",
  ]

  init(file: String) { self.file = file }

  mutating func report(_ position: GridPosition, _ path: String, _ message: String) {
    issues.append(GridIssue(file: file, position: position, path: path, message: message))
  }

  mutating func read(_ root: GridNode) {
    guard case .mapping(let entries) = root.content else {
      report(
        root.position, "",
        "a grid is a mapping such as `epochs: 10`, not \(root.inWords); docs/grids.md shows one")
      return
    }
    var selections: [GridNode.Entry] = []
    for entry in known(entries, under: "", keys: Self.keys) {
      switch entry.key {
      case "title": title = readText(entry)
      case "question": question = readText(entry)
      case "data": readSection(entry, scalarFor: .dataName)
      case "model": readSection(entry, scalarFor: .modelName)
      case "dropout", "optimiser": readSection(entry, scalarFor: nil)
      case "seed": readSection(entry, scalarFor: .seed)
      case "weights": weights = readWeights(entry.value)
      case "exclude", "compare": selections.append(entry)
      default: Setting.at(entry.key).map { read($0, entry.value) }
      }
    }
    checkModel()
    checkSize(root)
    // These refer to the axes, wherever in the file they stand.
    for entry in selections {
      entry.key == "exclude" ? readExclude(entry.value) : readCompare(entry.value)
    }
  }

  /// The entries whose key is one of `keys`; the others are reported.
  mutating func known(
    _ entries: [GridNode.Entry], under section: String, keys: [String]
  ) -> [GridNode.Entry] {
    entries.filter { entry in
      guard !keys.contains(entry.key) else { return true }
      let path = section.isEmpty ? entry.key : "\(section).\(entry.key)"
      report(entry.position, "", unknown(entry.key, path: path, keys: keys))
      return false
    }
  }

  private func unknown(_ key: String, path: String, keys: [String]) -> String {
    let unknown = "unknown key \(Wording.quote(path))"
    // A file with so many mistakes is no misspelt grid, and the search takes its time.
    guard issues.count < GridError.mostShown else { return unknown }
    if let near = Wording.nearest(to: key, in: keys) {
      return "\(unknown); did you mean `\(near)`?"
    }
    if Setting.at(key) != nil, let dot = key.firstIndex(of: ".") {
      return "\(unknown); write `\(key[key.index(after: dot)...])` under `\(key[..<dot])`"
    }
    let elsewhere = Setting.all.map(\.path).first { $0.hasSuffix(".\(key)") }
    if let elsewhere { return "\(unknown); did you mean `\(elsewhere)`?" }
    return "\(unknown); the keys here are \(Wording.alternatives(keys))"
  }

  /// A mapping of settings, or the scalar or list that stands for the setting `scalarFor`.
  private mutating func readSection(_ entry: GridNode.Entry, scalarFor short: Setting?) {
    guard case .mapping(let entries) = entry.value.content else {
      if let short {
        read(short, entry.value)
      } else {
        report(
          entry.value.position, entry.key,
          "is a mapping of \(Wording.alternatives(Setting.keys(of: entry.key))), "
            + "not \(entry.value.inWords)")
      }
      return
    }
    for child in known(entries, under: entry.key, keys: Setting.keys(of: entry.key)) {
      Setting.at("\(entry.key).\(child.key)").map { read($0, child.value) }
    }
  }

  private mutating func read(_ setting: Setting, _ node: GridNode) {
    if let choice = readChoice(setting, node) {
      choices.append(choice)
    } else {
      broken.insert(setting)
    }
  }

  private mutating func readText(_ entry: GridNode.Entry) -> String? {
    guard case .scalar(let text, _) = entry.value.content, !entry.value.isNothing else {
      report(entry.value.position, entry.key, "is text, not \(entry.value.inWords)")
      return nil
    }
    let words = text.split { $0.isWhitespace }.joined(separator: " ")
    guard !Wording.hasControls(words) else {
      report(entry.value.position, entry.key, "holds a control character; leave it out")
      return nil
    }
    guard words.unicodeScalars.count <= 1000 else {
      report(entry.value.position, entry.key, "is longer than 1,000 characters; shorten it")
      return nil
    }
    return words
  }

  private mutating func readWeights(_ node: GridNode) -> WeightsPolicy? {
    guard case .scalar(let text, _) = node.content else {
      report(node.position, "weights", "is none or final, not \(node.inWords)")
      return nil
    }
    do {
      return WeightsPolicy(
        rawValue: try Scalar.word(text, of: WeightsPolicy.allCases.map(\.rawValue)))
    } catch {
      report(node.position, "weights", error.message)
      return nil
    }
  }

  private mutating func checkSize(_ root: GridNode) {
    let axes = choices.filter(\.isAxis)
    let cells = axes.reduce(1.0) { $0 * Double($1.levels.count) }
    guard cells > Double(GridFile.mostCells) else { return }
    let largest = axes.max { $0.levels.count < $1.levels.count }
    report(
      largest?.position ?? root.position, "",
      "the grid has \(cells < 1e15 ? Wording.grouped(Int(cells)) : "about \(cells)") cells ("
        + axes.map { "\($0.setting.path) \($0.levels.count)" }.joined(separator: " × ")
        + "); at most \(Wording.grouped(GridFile.mostCells)) are supported: leave out levels")
  }
}
