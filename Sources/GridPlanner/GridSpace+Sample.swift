extension GridSpace {
  var seedDimensions: [Int] {
    let seeds = subgrid.dimensions.indices.filter { index in
      subgrid.dimensions[index].settings.contains { Setting.seeds.contains($0) }
    }
    return seeds
  }

  /// The arms that `sample` chooses: combinations of all dimensions but the seeds, in order.
  func arms(of sample: Sample) -> [[Int]] {
    let seeds = Set(seedDimensions)
    let dimensions = radices.indices.filter { !seeds.contains($0) }
    let path = path(dimensions)
    let size = dimensions.reduce(GridCount(exactly: 1)) { $0 * GridCount(exactly: radices[$1]) }
    var all: [[Int]]?
    if let integer = size.integer, integer <= Self.mostCounted {
      var found: [[Int]] = []
      walk(path, from: origin) { found.append($0.levels) }
      if found.count <= sample.count { return found }
      all = found
    }
    var chosen: [[Int]] = []
    if sample.method == .random, var all {
      var random = SplitMix64(seed: sample.seed)
      for place in 0..<sample.count {
        all.swapAt(place, place + random.below(all.count - place))
      }
      chosen = Array(all.prefix(sample.count))
    } else {
      var seen: Set<[Int]> = []
      var points = PointSequence(sample, dimensions: dimensions.count)
      while chosen.count < sample.count, let point = points.next() {
        let arm = arm(at: point, path)
        if let arm, seen.insert(arm).inserted { chosen.append(arm) }
      }
    }
    return chosen.sorted { $0.lexicographicallyPrecedes($1) }
  }

  /// The arm at a point of the unit cube; nil where it is excluded.
  private func arm(at point: [Double], _ path: Path) -> [Int]? {
    var levels = origin.levels
    for (place, dimension) in path.dimensions.enumerated() {
      let varies = conditions[dimension]?.holds(levels) ?? true
      let count = rows[dimension]
      levels[dimension] = varies ? min(Int(point[place] * Double(count)), count - 1) : count
      if path.checks[place].contains(where: { $0.holds(levels) }) { return nil }
    }
    return levels
  }

  /// The cells of some arms: each with every combination of seeds, in order.
  func cells(of arms: [[Int]]) -> [Int] {
    let seeds = seedDimensions
    let path = path(seeds, known: Set(radices.indices))
    var cells: [Int] = []
    for arm in arms {
      walk(path, from: CellPlace(subgrid: number, levels: arm)) { cells.append(index($0.levels)) }
    }
    return cells.sorted()
  }
}
