package import ExperimentModel

/// The contrasts of a comparison and what they leave out.
package struct ContrastSet {
  package var contrasts: [Contrast] = []
  package var leftOut: [LeftOut] = []
}

extension SweepTable {
  /// Every contrast of `comparison` that has a pair in the grid, sorted by the `by` columns.
  package func contrasts(_ comparison: Comparison) -> [Contrast] {
    var memo = EffectMemo()
    return contrastSet(comparison, &memo).contrasts
  }

  /// Every contrast of `comparison` that has a pair in the grid, sorted by the `by` columns, and what
  /// of the grid is in none.
  ///
  /// A factor of text gives each pair of its levels, the earlier minus the later one in order of
  /// appearance. A factor of numbers gives each level minus the smallest of its group that has a
  /// complete trial; levels that have nothing in common with that one stand beside the smallest of
  /// those that are left.
  ///
  /// - Parameters:
  ///   - base: the number that the others stand beside where a group has it, complete or not.
  ///   - hasEffects: whether the contrasts have estimates, or counts alone.
  ///   - memo: the effects that are known already.
  /// - Complexity: O(cells × columns + contrasts × cells of a contrast).
  package func contrastSet(
    _ comparison: Comparison, base: Double? = nil, hasEffects: Bool = true, _ memo: inout EffectMemo
  ) -> ContrastSet {
    guard let factor = coded[comparison.factor] else { return ContrastSet() }
    let by = comparison.by.compactMap { coded[$0] }
    let apart = Set(comparison.by + [comparison.factor, Self.seed])
    let cells = ComparedCells(
      results.cells.count, factor: factor, by: by,
      others: cellNames.filter { !apart.contains($0) }.compactMap { coded[$0] },
      seed: coded[Self.seed])
    let trial = results.cells.map(\.trial)
    let (order, isNumeric) = factor.order
    var isPaired = [Bool](repeating: false, count: results.cells.count)
    var found = ContrastSet()

    /// The contrast of two levels of a group; nil where nothing of them has all else equal.
    func contrast(_ group: ComparedCells.Group, _ a: Int32, _ b: Int32, _ by: Settings) -> Contrast?
    {
      guard let first = group.levels[a], let second = group.levels[b] else { return nil }
      let pairs = CellPairs(first, second, in: cells, trial: trial).pairs
      guard !pairs.isEmpty else { return nil }
      for pair in pairs { (isPaired[pair.a], isPaired[pair.b]) = (true, true) }
      return self.contrast(
        factor: comparison.factor, (factor.level(a), factor.level(b)), by: by,
        pairs.map { (cells.seed?.codes[$0.a] ?? 0, (trial[$0.a], trial[$0.b])) },
        hasEffects: hasEffects, &memo)
    }

    let groups = cells.groups.map { (group: $0, values: cells.values($0.key)) }
    for (group, values) in Self.sorted(groups, by: \.values) {
      let by = Settings(names: comparison.by, values: values)
      var left = order.filter { group.levels[$0] != nil }
      guard isNumeric else {
        for (index, a) in left.enumerated() {
          found.contrasts += left[(index + 1)...].compactMap { contrast(group, a, $0, by) }
        }
        continue
      }
      var ofGroup: [(level: Int32, contrast: Contrast)] = []
      while left.count > 1 {
        let forced = base.flatMap { base in left.first { factor.level($0).number == base } }
        let first = left.firstIndex { level in
          level == forced
            || forced == nil && (group.levels[level]?.cells ?? []).contains { isJudged(trial[$0]) }
        }
        let smallest = left.remove(at: first ?? 0)
        let passed = Set(left[..<(first ?? 0)])
        left.removeAll { level in
          guard let made = contrast(group, level, smallest, by) else { return false }
          ofGroup.append((level, made))
          return true
        }
        for level in passed.subtracting(left).sorted() where forced == nil {
          found.leftOut.append(
            incomplete(group, level, by, factor, instead: factor.level(smallest)))
        }
      }
      let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
      found.contrasts += ofGroup.sorted { (rank[$0.level] ?? 0) < (rank[$1.level] ?? 0) }
        .map(\.contrast)
    }
    found.leftOut += unpaired(cells, isPaired, comparison.by)
    return found
  }

  /// A level that the others should stand beside and cannot.
  private func incomplete(
    _ group: ComparedCells.Group, _ level: Int32, _ by: Settings, _ factor: CodedColumn,
    instead: SettingValue
  ) -> LeftOut {
    let cells = group.levels[level]?.cells ?? []
    var part = LeftOut(
      by: by, levels: [factor.level(level)], reason: .incomplete, cells: cells.count,
      instead: instead)
    for trial in Set(cells.map { results.cells[$0].trial }) {
      part.statuses[results.status[trial].name, default: 0] += 1
    }
    return part
  }

  /// What no contrast has, group by group.
  private func unpaired(
    _ cells: ComparedCells, _ isPaired: [Bool], _ names: [String]
  ) -> [LeftOut] {
    var parts: [LeftOut] = []
    let rank = Dictionary(
      uniqueKeysWithValues: cells.factor.order.codes.enumerated().map { ($1, $0) })
    let groups = cells.groups.map { (group: $0, values: cells.values($0.key)) }
    for (group, values) in Self.sorted(groups, by: \.values) {
      let by = Settings(names: names, values: values)
      for level in group.levels.keys.sorted(by: { (rank[$0] ?? 0) < (rank[$1] ?? 0) }) {
        let members = group.levels[level]?.cells ?? []
        // Those that other groups borrow are theirs to tell of.
        let left = members.count { cell in
          !isPaired[cell] && zip(cells.by, group.key).allSatisfy { $0.codes[cell] == $1 }
        }
        guard left > 0 else { continue }
        let reason: LeftOut.Reason =
          group.levels.count == 1 ? .alone : left == members.count ? .unmatched : .partly
        parts.append(
          LeftOut(by: by, levels: [cells.factor.level(level)], reason: reason, cells: left))
      }
    }
    for key in cells.withoutFactor.keys {
      parts.append(
        LeftOut(
          by: Settings(names: names, values: cells.values(key)), levels: [], reason: .withoutFactor,
          cells: cells.withoutFactor[key] ?? 0))
    }
    return parts
  }

  /// `groups` by the first value of their keys, then by the second, …: numbers by size, others by
  /// appearance.
  private static func sorted<Group>(
    _ groups: [Group], by key: (Group) -> [SettingValue]
  ) -> [Group] {
    let keys = groups.map(key)
    let ranks = (keys.first ?? []).indices.map { column in
      var levels = Ordered<SettingValue, Void>()
      for key in keys { levels[key[column], default: ()] = () }
      let appearance = levels.keys.enumerated().map { (level: $1, rank: Double($0)) }
      let sizes = levels.keys.compactMap { level in level.number.map { (level: level, rank: $0) } }
      let ranks = sizes.count == appearance.count ? sizes : appearance
      return Dictionary(ranks.map { ($0.level, $0.rank) }) { first, _ in first }
    }
    let places = keys.map { key in zip(ranks, key).map { $0[$1] ?? 0 } }
    return groups.indices.sorted {
      places[$0] == places[$1] ? $0 < $1 : places[$0].lexicographicallyPrecedes(places[$1])
    }.map { groups[$0] }
  }

  private func contrast(
    factor: String, _ levels: (a: SettingValue, b: SettingValue), by: Settings,
    _ found: [(seed: Int32, pair: (a: Int, b: Int))], hasEffects: Bool, _ memo: inout EffectMemo
  ) -> Contrast {
    var pairs = Ordered<Int32, [(a: Int, b: Int)]>()
    for (seed, pair) in found where pair.a != pair.b { pairs[seed, default: []].append(pair) }
    let seeds = pairs.keys.map { pairs[$0] ?? [] }
    let all = seeds.flatMap { $0 }
    let complete = all.filter { isComplete($0) }
    let open = all.filter { !isComplete($0) }
    var contrast = Contrast(
      factor: factor, a: levels.a, b: levels.b, by: by,
      seeds: seeds.count { $0.contains { isComplete($0) } },
      plannedSeeds: seeds.count, pairs: complete.count, incompletePairs: open.count,
      stoppedPairs: open.count { isStopped($0) }, identicalPairs: found.count - all.count,
      isBitIdentical: !complete.isEmpty && complete.allSatisfy { areBitIdentical($0.a, $0.b) },
      effects: [:])
    contrast.awaitedPairs = open.count {
      [$0.a, $0.b].allSatisfy { isJudged($0) || isAwaited($0) }
    }
    for pair in open {
      for word in Set([pair.a, pair.b].filter { !isJudged($0) }.map(trouble)) {
        contrast.incompleteSides[word, default: 0] += 1
      }
    }
    guard hasEffects else { return contrast }
    (contrast.effects, contrast.diagnostics) = memo.effects(seeds) {
      (effects(seeds), diagnosticEffects(seeds))
    }
    return contrast
  }

  /// Whether `trial` has the figure that verdicts rest on.
  private func isJudged(_ trial: Int) -> Bool { outcome(.testAccuracy, of: trial) != nil }

  private func isAwaited(_ trial: Int) -> Bool { results.status[trial] == .pending }

  /// How a trial that cannot be judged ended.
  private func trouble(_ trial: Int) -> String {
    isDone(trial) ? "without a finite figure" : results.status[trial].name
  }

  private func isComplete(_ pair: (a: Int, b: Int)) -> Bool {
    isJudged(pair.a) && isJudged(pair.b)
  }

  /// Whether a side was ended by the sweep's stopping rule, so that the pair never will be complete.
  private func isStopped(_ pair: (a: Int, b: Int)) -> Bool {
    results.status[pair.a] == .pruned || results.status[pair.b] == .pruned
  }

  /// The effects over `seeds`, each a list of pairs of trials.
  private func effects(_ seeds: [[(a: Int, b: Int)]]) -> [Outcome: PairedEffect] {
    let sides = Outcome.allCases.map { outcome in
      let finals = finals(of: outcome)
      return Self.sides(seeds) { finals[$0].isNaN ? nil : finals[$0] }
    }
    let found = PairedEffect.all(sides, within: Outcome.allCases.map(\.limitsOfDifference))
    return Dictionary(
      uniqueKeysWithValues: zip(Outcome.allCases, found).compactMap { outcome, effect in
        effect.map { (outcome, $0) }
      })
  }

  /// Both sides of each seed that has a pair with a value: the pairs of a seed are averaged first.
  static func sides(
    _ seeds: [[(a: Int, b: Int)]], _ value: (Int) -> Double?
  ) -> (a: [Double], b: [Double]) {
    var sides: (a: [Double], b: [Double]) = ([], [])
    for pairs in seeds {
      var (a, b, count) = (0.0, 0.0, 0)
      for pair in pairs {
        guard let first = value(pair.a), let second = value(pair.b) else { continue }
        a += first
        b += second
        count += 1
      }
      guard count > 0 else { continue }
      sides.a.append(a / Double(count))
      sides.b.append(b / Double(count))
    }
    return sides
  }
}
