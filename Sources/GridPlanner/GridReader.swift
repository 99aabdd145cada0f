import ExperimentModel

/// Walks a grid file's tree, collecting what it says and everything that is wrong with it.
struct GridReader {
  let file: String
  /// Whether the grid was accepted before, so that what is useless in it is no mistake any more.
  let isRecorded: Bool
  var issues: [GridIssue] = []
  var title: String?
  var question: String?
  var claim: String?
  var diagnostics: [Diagnostic] = []
  var weights: WeightsPolicy?
  var stopping: StoppingRule?
  var margin: Double?
  var merging = Merging.all
  /// The settings of the part of the file that is being read.
  var choices: [Choice] = []
  /// Whether an axis can have a value twice: in step with another that has not.
  var allowsRepeats = false
  /// Settings whose value was reported: what refers to them is not reported again.
  var broken: Set<Setting> = []
  var groups: [String: Setting] = [:]
  /// What every sub-grid starts from.
  var base = SubGrid()
  var subgrids: [SubGrid] = []
  var exclusionPosition = GridPosition.start
  var comparisons: [Comparison]?

  static let keys =
    Setting.sections.map(\.name) + Setting.plain.map(\.path)
    + [
      "title", "question", "claim", "diagnostics", "weights", "stopping", "margin", "merge",
      "groups", "zip", "when", "exclude", "only", "union", "include", "sample", "compare",
    ]

  init(file: String, isRecorded: Bool = false) {
    self.file = file
    self.isRecorded = isRecorded
  }

  mutating func report(_ position: GridPosition, _ path: String, _ message: String) {
    issues.append(GridIssue(file: file, position: position, path: path, message: message))
  }

  mutating func read(_ root: GridNode) {
    guard case .mapping(let all) = root.content else {
      report(
        root.position, "",
        "a grid is a mapping such as `epochs: 10`, not \(root.inWords); docs/grids.md shows one")
      return
    }
    let entries = known(all, under: "", keys: Self.keys)
    base.position = root.position
    for entry in entries {
      let before = choices.count
      switch entry.key {
      case "title": title = readText(entry)
      case "question": question = readText(entry)
      case "claim": claim = readText(entry)
      case "diagnostics": diagnostics = readDiagnostics(entry.value)
      case "weights": weights = readWeights(entry.value)
      case "stopping": stopping = readStopping(entry)
      case "margin": margin = readMargin(entry.value)
      case "merge": merging = readMerging(entry.value)
      case "groups": readGroups(entry.value)
      case "zip": readZips(entry.value)
      default: readSettings(entry)
      }
      base.set(Array(choices[before...]))
    }
    // What follows refers to what stands above, wherever in the file that is.
    func value(_ key: String) -> GridNode? { entries.first { $0.key == key }?.value }
    setBase()
    value("when").map { readWhen($0) }
    readSubGrids(union: value("union"), sample: value("sample"))
    value("exclude").map { readExclude($0) }
    value("only").map { readOnly($0) }
    value("include").map { readInclude($0) }
    for subgrid in subgrids {
      checkModel(subgrid)
      checkSample(subgrid)
    }
    checkValidation(entries)
    if !isRecorded {
      checkReaders()
      checkReach(entries)
    }
    value("compare").map { readCompare($0) }
  }

  /// Reads an entry that sets something; true where its key is a section or a setting.
  @discardableResult
  mutating func readSettings(_ entry: GridNode.Entry, dotted: Bool = false) -> Bool {
    if let section = Setting.sections.first(where: { $0.name == entry.key }) {
      readSection(entry, scalarFor: section.short)
      return true
    }
    let isPlain = !entry.key.contains(".")
    guard isPlain || dotted, let setting = Setting.at(entry.key) else { return false }
    read(setting, entry.value)
    return true
  }

  /// The entries whose key is one of `keys`; the others are reported.
  ///
  /// What is a misspelling of a key that is not there is read as that one, so that mistakes inside it
  /// are told too.
  mutating func known(
    _ entries: [GridNode.Entry], under section: String, keys: [String]
  ) -> [GridNode.Entry] {
    var taken = Set(entries.map(\.key))
    return entries.compactMap { entry in
      guard !keys.contains(entry.key) else { return entry }
      let path = section.isEmpty ? entry.key : "\(section).\(entry.key)"
      let isShown = issues.count < GridError.mostShown
      report(entry.position, "", unknown(entry.key, path: path, keys: keys))
      guard isShown, let meant = Wording.nearest(to: entry.key, in: keys),
        taken.insert(meant).inserted
      else { return nil }
      var entry = entry
      entry.key = meant
      return entry
    }
  }

  func unknown(_ key: String, path: String, keys: [String]) -> String {
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
    guard case .mapping(let entries) = entry.value.content, !isAxisMapping(entries, of: short)
    else {
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
    var rest: [GridNode.Entry] = []
    for child in entries {
      if entry.key == "dropout", let place = Setting.Place(child.key) {
        readPlace(place, child)
      } else {
        rest.append(child)
      }
    }
    for child in known(rest, under: entry.key, keys: Setting.keys(of: entry.key)) {
      Setting.at("\(entry.key).\(child.key)").map { read($0, child.value) }
    }
  }

  /// Whether `entries` is `{range: …}` and the like, for a section that has a short form.
  private func isAxisMapping(_ entries: [GridNode.Entry], of short: Setting?) -> Bool {
    guard case .integer = short?.kind, let first = entries.first, entries.count == 1 else {
      return false
    }
    return Progression(rawValue: first.key) != nil
  }

  /// `dropout.block1`, `dropout.block1.after-pool`, `dropout.dense1` and so on.
  private mutating func readPlace(_ place: Setting.Place, _ entry: GridNode.Entry) {
    let section = "dropout.\(place.name)"
    let keys = place.keys
    guard case .mapping(let entries) = entry.value.content else {
      report(
        entry.value.position, section,
        "is a mapping of \(Wording.alternatives(keys)), not \(entry.value.inWords)")
      return
    }
    var rest: [GridNode.Entry] = []
    for child in entries {
      if let inner = place.child(child.key) {
        readPlace(inner, child)
      } else {
        rest.append(child)
      }
    }
    for child in known(rest, under: section, keys: keys) {
      Setting.at("\(section).\(child.key)").map { read($0, child.value) }
    }
  }

  mutating func read(_ setting: Setting, _ node: GridNode) {
    guard !choices.contains(where: { $0.setting == setting }) else {
      return report(
        node.position, setting.path, "is set twice, here and in another spelling; keep one")
    }
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

  private mutating func readMargin(_ node: GridNode) -> Double? {
    guard case .scalar(let text, _) = node.content else {
      report(node.position, "margin", "is a number of points, not \(node.inWords)")
      return nil
    }
    do {
      return try Scalar.real(text, noun: "a margin", in: GridFile.margins)
    } catch {
      report(node.position, "margin", error.message)
      return nil
    }
  }

  /// `true`, `false` or a list of rules.
  private mutating func readMerging(_ node: GridNode) -> Merging {
    let names = MergeRule.switchable.map(\.rawValue)
    func read(_ node: GridNode) -> MergeRule? {
      guard case .scalar(let text, _) = node.content else {
        report(node.position, "merge", "names a rule, not \(node.inWords)")
        return nil
      }
      do throws(Complaint) {
        return MergeRule(rawValue: try Scalar.word(text, of: names))
      } catch {
        report(node.position, "merge", error.message)
        return nil
      }
    }
    switch node.content {
    case .scalar("true", plain: true): return .all
    case .scalar("false", plain: true): return .none
    case .list(let nodes): return Merging(rules: Set(nodes.compactMap { read($0) }))
    default:
      report(
        node.position, "merge",
        "is true, false or a list of the rules \(names.joined(separator: ", ")), "
          + "not \(node.inWords)")
      return .all
    }
  }
}
