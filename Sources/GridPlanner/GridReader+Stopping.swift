import ExperimentModel

/// The section `stopping` and the choice of weights: what ends trials early, and what is kept.
extension GridReader {
  static let stoppingKeys = [
    "rule", "metric", "rungs", "reduction", "grace", "patience", "min-delta",
  ]

  /// `{rule: successive-halving, rungs: [1, 3, 9]}`; nil after reporting what is wrong.
  mutating func readStopping(_ section: GridNode.Entry) -> StoppingRule? {
    guard case .mapping(let all) = section.value.content else {
      report(
        section.value.position, "stopping",
        "is a mapping such as {rule: median}, not \(section.value.inWords)")
      return nil
    }
    let before = issues.count
    let entries = known(all, under: "stopping", keys: Self.stoppingKeys)
    func entry(_ key: String) -> GridNode.Entry? { entries.first { $0.key == key } }
    guard let rule = entry("rule") else {
      let words = StoppingRule.Kind.allCases.map(\.rawValue)
      report(
        section.value.position, "stopping",
        "names no rule; write rule: \(words.joined(separator: ", or "))")
      return nil
    }
    guard let kind = word(rule, of: StoppingRule.Kind.self) else { return nil }
    for other in entries where !Self.stoppingKeys(of: kind).contains(other.key) {
      report(
        other.position, "stopping.\(other.key)",
        "means nothing to the rule \(kind.rawValue), which takes "
          + Wording.alternatives(Self.stoppingKeys(of: kind)))
    }
    let epochs: ClosedRange<Int64> = 1...1_000_000
    let figure =
      entry("metric").map { word($0, of: StoppingRule.Figure.self) } ?? StoppingRule.Figure.loss
    let rungs = entry("rungs").map { readRungs($0, in: epochs) } ?? []
    let reduction = entry("reduction").map { integer($0, in: 2...1000) }
    let grace = entry("grace").map { integer($0, in: epochs) } ?? 1
    let patience = entry("patience").map { integer($0, in: epochs) } ?? 1
    let minDelta = entry("min-delta").map { delta($0) } ?? 0
    if kind == .patience, entry("patience") == nil {
      report(
        section.value.position, "stopping",
        "says no patience; write how many epochs without improvement end a trial: patience: 3")
    }
    guard issues.count == before, let figure else { return nil }
    return StoppingRule(
      kind, figure: figure, rungs: rungs, reduction: reduction, grace: grace, patience: patience,
      minDelta: minDelta)
  }

  private static func stoppingKeys(of kind: StoppingRule.Kind) -> [String] {
    switch kind {
    case .median, .successiveHalving: ["rule", "metric", "rungs", "reduction", "grace"]
    case .patience: ["rule", "metric", "grace", "patience", "min-delta"]
    }
  }

  private mutating func word<Word: RawRepresentable & CaseIterable>(
    _ entry: GridNode.Entry, of type: Word.Type
  ) -> Word? where Word.RawValue == String {
    let words = type.allCases.map(\.rawValue)
    return scalar(entry) { text throws(Complaint) in
      Word(rawValue: try Scalar.word(text, of: words))
    } ?? nil
  }

  private mutating func integer(_ entry: GridNode.Entry, in range: ClosedRange<Int64>) -> Int {
    scalar(entry) { text throws(Complaint) in Int(try Scalar.integer(text, in: range)) }
      ?? Int(range.lowerBound)
  }

  private mutating func delta(_ entry: GridNode.Entry) -> Double {
    scalar(entry) { text throws(Complaint) in
      try Scalar.real(text, noun: "a difference", in: NumberRange(from: 0, to: 1000))
    } ?? 0
  }

  /// Reads a scalar; nil after reporting what is wrong with it.
  private mutating func scalar<Value>(
    _ entry: GridNode.Entry, _ read: (String) throws(Complaint) -> Value
  ) -> Value? {
    guard case .scalar(let text, _) = entry.value.content else {
      report(
        entry.value.position, "stopping.\(entry.key)", "is one value, not \(entry.value.inWords)")
      return nil
    }
    do throws(Complaint) {
      return try read(text)
    } catch {
      report(entry.value.position, "stopping.\(entry.key)", error.message)
      return nil
    }
  }

  /// One epoch or a list of them, ascending.
  private mutating func readRungs(
    _ entry: GridNode.Entry, in range: ClosedRange<Int64>
  ) -> [Int] {
    let nodes = if case .list(let nodes) = entry.value.content { nodes } else { [entry.value] }
    var rungs: [Int] = []
    for node in nodes {
      let one = GridNode.Entry(key: entry.key, position: node.position, value: node)
      let rung = integer(one, in: range)
      if let last = rungs.last, rung <= last {
        report(
          node.position, "stopping.rungs",
          "\(rung) stands behind \(last); rungs are epochs in ascending order")
      }
      rungs.append(rung)
    }
    if rungs.isEmpty || rungs.count > 1000 {
      report(entry.value.position, "stopping.rungs", "lists 1 to 1,000 epochs such as [1, 3, 9]")
    }
    return rungs
  }

  /// `none`, `final`, `best` or `every 5`; nil after reporting what is wrong.
  mutating func readWeights(_ node: GridNode) -> WeightsPolicy? {
    guard case .scalar(let text, _) = node.content, let policy = WeightsPolicy(text) else {
      let given =
        if case .scalar(let text, _) = node.content { Wording.quote(text) } else { node.inWords }
      report(
        node.position, "weights",
        "is none, final, best or every with a number of epochs (every 5), not \(given)")
      return nil
    }
    return policy
  }

  /// Reports what the option `entry` makes no sense with: where an override gives `setting` such a
  /// value, as that one's mistake.
  ///
  /// - Parameter isBad: whether a value of the setting makes none.
  private mutating func report(
    _ entry: GridNode.Entry, with setting: Setting, _ message: String,
    where isBad: (SettingValue) -> Bool = { _ in true }
  ) {
    let own = entry.value.commandLine ?? entry.value.position
    let override = subgrids.flatMap { $0.levels(of: setting) }
      .first { $0.position.isCommandLine && isBad($0.value) }
    guard let override, !own.isCommandLine else { return report(own, entry.key, message) }
    report(override.position, setting.path, "`\(entry.key)` \(message)")
  }

  /// Reports a rule that ends no trial, and weights of epochs that no trial has.
  ///
  /// Where an override made the trials that short, the file's is left over and no mistake: the plan
  /// says that it does nothing.
  mutating func checkReach(_ entries: [GridNode.Entry]) {
    guard !broken.contains(.epochs) else { return }
    let isOverridden = subgrids.flatMap { $0.levels(of: .epochs) }
      .contains { $0.position.isCommandLine }
    for idle in subgrids.beyondReach(stopping: stopping, weights: weights) {
      guard let entry = entries.first(named: idle.option) else { continue }
      let own = entry.value.commandLine ?? entry.value.position
      guard own.isCommandLine || !isOverridden else { continue }
      report(own, entry.key, "\(idle.what); \(idle.remedy)")
    }
  }

  /// Whatever looks at validation images needs some in every trial.
  mutating func checkValidation(_ entries: [GridNode.Entry]) {
    let isBare = subgrids.values(of: .validation).contains(.integer(0))
    guard isBare else { return }
    if stopping != nil, let entry = entries.first(named: "stopping") {
      report(
        entry, with: .validation,
        "looks at validation images, and there are none: set data.validation above 0 (test images "
          + "never stop a trial)"
      ) { $0 == .integer(0) }
    }
    if weights == .best, let entry = entries.first(named: "weights") {
      report(
        entry, with: .validation,
        "best is chosen by validation loss, and there are no validation images: set "
          + "data.validation above 0 (test images never choose)"
      ) { $0 == .integer(0) }
    }
  }
}

extension [GridNode.Entry] {
  fileprivate func first(named key: String) -> GridNode.Entry? { first { $0.key == key } }
}

extension GridNode {
  /// The place of the first part that an override gave; nil where none did.
  fileprivate var commandLine: GridPosition? {
    if position.isCommandLine { return position }
    guard case .mapping(let entries) = content else { return nil }
    return entries.lazy.compactMap(\.value.commandLine).first
  }
}

extension StoppingRule {
  /// What would make it end trials earlier.
  fileprivate var remedy: String {
    if kind == .patience { return "less patience or grace" }
    return rungs.isEmpty ? "a smaller grace" : "earlier rungs"
  }
}

extension [SubGrid] {
  /// The options that every trial is too short for: which, what that means, and the remedy.
  func beyondReach(
    stopping: StoppingRule?, weights: WeightsPolicy?
  ) -> [(option: String, what: String, remedy: String)] {
    let epochs = values(of: .epochs).compactMap { value -> Int? in
      if case .integer(let epochs) = value { Int(epochs) } else { nil }
    }
    guard let most = epochs.max() else { return [] }
    var idle: [(option: String, what: String, remedy: String)] = []
    if let stopping, stopping.firstEnd >= most {
      let what =
        "ends no trial: the first epoch after which it could is \(stopping.firstEnd), and no trial "
        + "goes on after epoch \(most)"
      idle.append(("stopping", what, "give it \(stopping.remedy), or more epochs to trials"))
    }
    if case .every(let interval) = weights, interval > most {
      let what =
        "every \(interval) keeps the last epoch's alone, because no trial has more than "
        + Wording.count(most, "epoch")
      idle.append(("weights", what, "write final, or a smaller number"))
    }
    return idle
  }
}
