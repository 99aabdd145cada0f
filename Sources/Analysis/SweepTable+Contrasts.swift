package import ExperimentModel

extension SweepTable {
  /// Every contrast of `comparison` that has a pair in the grid, sorted by the `by` columns.
  ///
  /// A factor of text gives each pair of its levels, the earlier minus the later one in order of
  /// appearance; a factor of numbers each level minus the smallest.
  ///
  /// - Parameter baselines: whether a cell whose trial has level 0 and some of the `by` columns not at
  ///   all, as a trial without dropout has no kind of it, counts in every group of the others.
  /// - Complexity: O(cells × columns + contrasts × cells of a contrast), times the groups for
  ///   baselines.
  package func contrasts(_ comparison: Comparison, baselines: Bool = false) -> [Contrast] {
    guard let factor = cells(of: comparison.factor) else { return [] }
    let by = comparison.by.map { cells(of: $0) ?? [] }
    let apart = Set(comparison.by + [comparison.factor, Self.seed])
    let others = cellNames.filter { !apart.contains($0) }.map { cells(of: $0) ?? [] }
    let seeds = cells(of: Self.seed)

    func place(_ cell: Int) -> Place {
      Place(seed: seeds?[cell] ?? .none, others: others.map { $0[cell] })
    }

    var groups = Ordered<[SettingValue], Ordered<SettingValue, Ordered<Place, Int>>>()
    for (cell, planned) in results.cells.enumerated() where factor[cell] != .none {
      groups[by.map { $0[cell] }, default: .init()][factor[cell], default: .init()][
        place(cell), default: planned.trial] = planned.trial
    }
    if baselines {
      let columns = comparison.by.map { name in results.trialColumns.first { $0.name == name } }
      for (cell, planned) in results.cells.enumerated() where factor[cell].number == 0 {
        let own = zip(columns, by).map { column, cells in
          column.map { SettingValue($0, row: planned.trial) } ?? cells[cell]
        }
        for key in groups.keys where zip(own, key).allSatisfy({ $0 == .none || $0 == $1 }) {
          guard groups[key]?[factor[cell]]?[place(cell)] == nil else { continue }
          groups[key, default: .init()][factor[cell], default: .init()][
            place(cell), default: planned.trial] = planned.trial
        }
      }
    }
    let pairs = Self.pairs(of: factor)
    return Self.sorted(groups.keys).flatMap { key in
      pairs.compactMap { pair in
        guard let group = groups[key], let a = group[pair.a], let b = group[pair.b] else {
          return nil
        }
        return contrast(
          factor: comparison.factor, pair, by: Settings(names: comparison.by, values: key), a, b)
      }
    }
  }

  /// The seed and the columns that a pair's two cells share.
  private struct Place: Hashable {
    var seed: SettingValue
    var others: [SettingValue]
  }

  /// `keys` by their first value, then by the second, …: numbers by size, others by appearance.
  private static func sorted(_ keys: [[SettingValue]]) -> [[SettingValue]] {
    let ranks = (keys.first ?? []).indices.map { column in
      var levels = Ordered<SettingValue, Void>()
      for key in keys { levels[key[column], default: ()] = () }
      let appearance = levels.keys.enumerated().map { (level: $1, rank: Double($0)) }
      let sizes = levels.keys.compactMap { level in level.number.map { (level: level, rank: $0) } }
      let ranks = sizes.count == appearance.count ? sizes : appearance
      return Dictionary(ranks.map { ($0.level, $0.rank) }) { first, _ in first }
    }
    func rank(_ key: [SettingValue]) -> [Double] {
      zip(ranks, key).map { $0[$1] ?? 0 }
    }
    return keys.sorted { rank($0).lexicographicallyPrecedes(rank($1)) }
  }

  private static func pairs(of factor: [SettingValue]) -> [(a: SettingValue, b: SettingValue)] {
    var levels = Ordered<SettingValue, Void>()
    for level in factor where level != .none { levels[level, default: ()] = () }
    let numbers = levels.keys.compactMap { level in level.number.map { (level, $0) } }
    if numbers.count == levels.keys.count {
      let sorted = numbers.sorted { $0.1 < $1.1 }.map(\.0)
      return sorted.dropFirst().map { ($0, sorted[0]) }
    }
    return levels.keys.indices.flatMap { first in
      levels.keys[(first + 1)...].map { (levels.keys[first], $0) }
    }
  }

  private func contrast(
    factor: String, _ levels: (a: SettingValue, b: SettingValue), by: Settings,
    _ a: Ordered<Place, Int>, _ b: Ordered<Place, Int>
  ) -> Contrast? {
    var identical = 0
    var pairs = Ordered<SettingValue, [(a: Int, b: Int)]>()
    for place in a.keys {
      guard let trialA = a[place], let trialB = b[place] else { continue }
      if trialA == trialB {
        identical += 1
      } else {
        pairs[place.seed, default: []].append((trialA, trialB))
      }
    }
    guard identical > 0 || !pairs.keys.isEmpty else { return nil }

    let all = pairs.keys.flatMap { pairs[$0] ?? [] }
    let complete = all.filter { isComplete($0) }
    return Contrast(
      factor: factor, a: levels.a, b: levels.b, by: by,
      seeds: pairs.keys.count { (pairs[$0] ?? []).contains { isComplete($0) } },
      plannedSeeds: pairs.keys.count, pairs: complete.count,
      incompletePairs: all.count - complete.count,
      stoppedPairs: all.count { isStopped($0) }, identicalPairs: identical,
      isBitIdentical: !complete.isEmpty && complete.allSatisfy { areBitIdentical($0.a, $0.b) },
      effects: effects(pairs.keys.map { pairs[$0] ?? [] }),
      diagnostics: diagnosticEffects(pairs.keys.map { pairs[$0] ?? [] }))
  }

  private func isComplete(_ pair: (a: Int, b: Int)) -> Bool {
    outcome(.testAccuracy, of: pair.a) != nil && outcome(.testAccuracy, of: pair.b) != nil
  }

  /// Whether a side was ended by the sweep's stopping rule, so that the pair never will be complete.
  private func isStopped(_ pair: (a: Int, b: Int)) -> Bool {
    results.status[pair.a] == .pruned || results.status[pair.b] == .pruned
  }

  /// The effects over `seeds`, each a list of pairs of trials.
  private func effects(_ seeds: [[(a: Int, b: Int)]]) -> [Outcome: PairedEffect] {
    var effects: [Outcome: PairedEffect] = [:]
    for outcome in Outcome.allCases {
      effects[outcome] = pairedEffect(seeds, within: outcome.limitsOfDifference) {
        self.outcome(outcome, of: $0)
      }
    }
    return effects
  }

  /// The effect on one number: the pairs of a seed are averaged first.
  func pairedEffect(
    _ seeds: [[(a: Int, b: Int)]], within limits: ClosedRange<Double>? = nil,
    _ value: (Int) -> Double?
  ) -> PairedEffect? {
    var sides: (a: [Double], b: [Double]) = ([], [])
    for pairs in seeds {
      let values = pairs.compactMap { pair -> (a: Double, b: Double)? in
        guard let a = value(pair.a), let b = value(pair.b) else { return nil }
        return (a, b)
      }
      if let a = Moments.mean(values.map(\.a)), let b = Moments.mean(values.map(\.b)) {
        sides.a.append(a)
        sides.b.append(b)
      }
    }
    return PairedEffect(a: sides.a, b: sides.b, within: limits)
  }
}

/// A dictionary that remembers the order in which its keys came.
struct Ordered<Key: Hashable, Value> {
  private(set) var keys: [Key] = []
  private var values: [Key: Value] = [:]

  subscript(key: Key) -> Value? { values[key] }

  subscript(key: Key, default value: @autoclosure () -> Value) -> Value {
    get { values[key] ?? value() }
    set {
      if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
    }
    _modify {
      if values[key] == nil { keys.append(key) }
      yield &values[key, default: value()]
    }
  }
}
