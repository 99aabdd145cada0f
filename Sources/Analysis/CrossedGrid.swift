import ExperimentModel

/// A part of a sweep in which every combination of some factors' levels has, for every seed, a
/// complete trial of its own.
package struct CrossedGrid: Sendable {
  package struct Factor: Sendable, Hashable {
    package var name: String
    package var levels: [SettingValue]

    package init(name: String, levels: [SettingValue]) {
      self.name = name
      self.levels = levels
    }
  }

  /// Those with two levels or more.
  package var factors: [Factor]
  package var seeds: [SettingValue]
  /// The outcome of each cell: the last factor, then the seed, vary fastest.
  package var values: [Double]
  /// Levels that the sweep has and the grid had to leave out, by factor.
  package var leftOut: Settings

  package init(
    factors: [Factor], seeds: [SettingValue], values: [Double], leftOut: Settings = Settings()
  ) {
    precondition(
      values.count == factors.reduce(seeds.count) { $0 * $1.levels.count },
      "a crossed grid has a value for every cell")
    self.factors = factors
    self.seeds = seeds
    self.values = values
    self.leftOut = leftOut
  }
}

/// Why there is no crossed grid.
package struct NoCrossedGrid: Error, Hashable {
  package var reason: String
}

extension SweepTable {
  /// A large crossed part of the sweep with test accuracy as its outcome.
  ///
  /// Starting from all levels of all columns and all seeds, the level with the largest share of
  /// cells that are missing, incomplete or merged with another is left out until none is left;
  /// of equal shares the level with the fewest cells, of those the later one. That finds the
  /// largest such part where whole levels are at fault (rate 0, a seed that has not run) and a
  /// large one otherwise.
  package func crossedGrid() throws(NoCrossedGrid) -> CrossedGrid {
    guard let seeds = cells(of: Self.seed) else {
      throw NoCrossedGrid(reason: "the grid has no seeds")
    }
    let names = cellNames.filter { $0 != Self.seed && Set(cells(of: $0) ?? []).count > 1 }
    guard !names.isEmpty else { throw NoCrossedGrid(reason: "nothing but the seed varies") }
    let columns = names.map { cells(of: $0) ?? [] } + [seeds]
    var levels = columns.map { column -> [SettingValue] in
      var levels = Ordered<SettingValue, Void>()
      for value in column { levels[value, default: ()] = () }
      let numbers = levels.keys.compactMap(\.number)
      return numbers.count == levels.keys.count
        ? levels.keys.sorted { ($0.number ?? 0) < ($1.number ?? 0) } : levels.keys
    }
    let all = levels
    let values = ownValues(columns)
    guard levels.reduce(1.0, { $0 * Double($1.count) }) <= 2e5 else {
      throw NoCrossedGrid(reason: "the columns cross to more than 200,000 cells")
    }
    while let worst = Self.worstLevel(levels, values) {
      levels[worst.column].remove(at: worst.level)
      guard levels.allSatisfy({ !$0.isEmpty }), levels[levels.count - 1].count > 1 else {
        throw NoCrossedGrid(
          reason: "no two seeds have a complete trial of its own in every combination of levels")
      }
    }
    let kept = names.indices.filter { levels[$0].count > 1 }
    guard !kept.isEmpty else {
      throw NoCrossedGrid(
        reason: "no factor has two levels with a complete trial of its own in every combination")
    }
    let left = names.indices.flatMap { index in
      all[index].filter { !levels[index].contains($0) }.map { (names[index], $0) }
    }
    return CrossedGrid(
      factors: kept.map { .init(name: names[$0], levels: levels[$0]) },
      seeds: levels[levels.count - 1],
      values: Self.combinations(levels).compactMap { values[$0] },
      leftOut: Settings(names: left.map(\.0), values: left.map(\.1)))
  }

  /// Test accuracy by the cells' levels, where a cell is complete and shares its trial with none.
  private func ownValues(_ columns: [[SettingValue]]) -> [[SettingValue]: Double] {
    var cellsOfTrial: [Int: Int] = [:]
    for cell in results.cells { cellsOfTrial[cell.trial, default: 0] += 1 }
    var values: [[SettingValue]: Double] = [:]
    for (cell, planned) in results.cells.enumerated() where cellsOfTrial[planned.trial] == 1 {
      values[columns.map { $0[cell] }] = outcome(.testAccuracy, of: planned.trial)
    }
    return values
  }

  private static func worstLevel(
    _ levels: [[SettingValue]], _ values: [[SettingValue]: Double]
  ) -> (column: Int, level: Int)? {
    var bad = levels.map { $0.map { _ in 0 } }
    var total = 0
    let index = levels.map { column in
      Dictionary(uniqueKeysWithValues: column.enumerated().map { ($1, $0) })
    }
    for key in combinations(levels) {
      total += 1
      guard values[key] == nil else { continue }
      for (column, value) in key.enumerated() {
        if let level = index[column][value] { bad[column][level] += 1 }
      }
    }
    var worst: (column: Int, level: Int, share: Double, cells: Int)?
    for column in levels.indices {
      let cells = total / max(1, levels[column].count)
      for level in levels[column].indices where bad[column][level] > 0 {
        let share = Double(bad[column][level]) / Double(cells)
        if let found = worst, (found.share, -found.cells) > (share, -cells) { continue }
        worst = (column, level, share, cells)
      }
    }
    return worst.map { ($0.column, $0.level) }
  }

  /// Every combination, the last list varying fastest.
  private static func combinations(_ lists: [[SettingValue]]) -> [[SettingValue]] {
    lists.reduce([[]]) { rows, list in rows.flatMap { row in list.map { row + [$0] } } }
  }
}
