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
    let columns = (names.map { cells(of: $0) ?? [] } + [seeds]).map(Self.ranked)
    let all = columns.map(\.levels)
    guard all.reduce(1.0, { $0 * Double($1.count) }) <= 2e5 else {
      throw NoCrossedGrid(reason: "the columns cross to more than 200,000 cells")
    }
    let values = ownValues(columns.map(\.ranks), lengths: all.map(\.count))
    var part = CrossedPart(lengths: all.map(\.count), isBad: values.map(\.isNaN))
    while part.removeWorst() {
      guard !part.counts.contains(0), part.counts[part.counts.count - 1] > 1 else {
        throw NoCrossedGrid(
          reason: "no two seeds have a complete trial of its own in every combination of levels")
      }
    }
    let levels = part.levels
    let kept = names.indices.filter { levels[$0].count > 1 }
    guard !kept.isEmpty else {
      throw NoCrossedGrid(
        reason: "no factor has two levels with a complete trial of its own in every combination")
    }
    let left = names.indices.flatMap { index in
      let there = Set(levels[index])
      return all[index].indices.filter { !there.contains($0) }.map {
        (names[index], all[index][$0])
      }
    }
    return CrossedGrid(
      factors: kept.map { index in
        .init(name: names[index], levels: levels[index].map { all[index][$0] })
      },
      seeds: (levels.last ?? []).map { all[all.count - 1][$0] },
      values: part.cells.map { values[$0] },
      leftOut: Settings(names: left.map(\.0), values: left.map(\.1)))
  }

  /// The values of a column in order (numbers by size, others by appearance), and each cell's place
  /// among them.
  private static func ranked(_ column: [SettingValue]) -> (levels: [SettingValue], ranks: [Int]) {
    var levels = Ordered<SettingValue, Int>()
    for value in column { levels[value, default: 0] = 0 }
    let numbers = levels.keys.compactMap(\.number)
    let sorted =
      numbers.count == levels.keys.count
      ? levels.keys.sorted { ($0.number ?? 0) < ($1.number ?? 0) } : levels.keys
    for (rank, level) in sorted.enumerated() { levels[level, default: 0] = rank }
    return (sorted, column.map { levels[$0] ?? 0 })
  }

  /// Test accuracy at each combination of levels, the last column varying fastest; NaN unless the
  /// cell is complete and shares its trial with none.
  private func ownValues(_ columns: [[Int]], lengths: [Int]) -> [Double] {
    var cellsOfTrial = [Int](repeating: 0, count: results.trialIDs.count)
    for cell in results.cells { cellsOfTrial[cell.trial] += 1 }
    var values = [Double](repeating: .nan, count: lengths.reduce(1, *))
    for (cell, planned) in results.cells.enumerated() where cellsOfTrial[planned.trial] == 1 {
      let place = zip(columns, lengths).reduce(0) { $0 * $1.1 + $1.0[cell] }
      values[place] = outcome(.testAccuracy, of: planned.trial) ?? .nan
    }
    return values
  }
}
