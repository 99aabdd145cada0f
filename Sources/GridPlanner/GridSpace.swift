/// A cell: which sub-grid it belongs to, and its level on each of that one's dimensions.
struct CellPlace: Sendable {
  var subgrid: Int
  var levels: [Int]
}

/// The combinations of a sub-grid's dimensions. None is stored: they are walked one by one.
struct GridSpace: Sendable {
  let number: Int
  let subgrid: SubGrid
  /// The settings of single places that it says something about.
  let sites: Set<Setting>
  /// Levels of each dimension; a dimension that does not always vary has one more, its last.
  let radices: [Int]
  private let places: [Setting: (dimension: Int, column: Int)]
  /// The same, without that.
  let rows: [Int]
  private(set) var conditions: [Test?] = []
  private var exclusions: [Test] = []

  init(_ subgrid: SubGrid, number: Int) {
    self.number = number
    self.subgrid = subgrid
    sites = subgrid.siteSettings
    radices = subgrid.dimensions.map(\.radix)
    rows = subgrid.dimensions.map(\.count)
    var places: [Setting: (dimension: Int, column: Int)] = [:]
    for (index, dimension) in subgrid.dimensions.enumerated() {
      for (column, setting) in dimension.settings.enumerated() {
        places[setting] = (index, column)
      }
    }
    self.places = places
    conditions = subgrid.dimensions.map { $0.condition.map(compile) }
    exclusions = subgrid.exclusions.map(compile)
  }

  /// The dimension that a setting varies on; nil where it is fixed.
  func dimension(of setting: Setting) -> Int? { places[setting]?.dimension }

  /// What the file says about a setting in a cell; nil where it says nothing.
  func level(_ setting: Setting, _ levels: [Int]) -> Level? {
    guard let place = places[setting], levels[place.dimension] < rows[place.dimension] else {
      return subgrid.fixed[setting]
    }
    return subgrid.dimensions[place.dimension].columns[place.column][levels[place.dimension]]
      ?? subgrid.fixed[setting]
  }

  func value(_ setting: Setting, _ levels: [Int]) -> SettingValue? {
    level(setting, levels)?.value ?? setting.fallback
  }

  /// Whether a setting's condition does not hold in a cell, so that it has its fixed value.
  func isIdle(_ setting: Setting, _ levels: [Int]) -> Bool {
    guard let place = places[setting] else { return false }
    return levels[place.dimension] == rows[place.dimension]
  }

  /// The cell's number among all combinations.
  func index(_ levels: [Int]) -> Int {
    var index = 0
    for dimension in radices.indices { index = index * radices[dimension] + levels[dimension] }
    return index
  }

  func levels(_ index: Int) -> [Int] {
    var index = index
    var levels = Array(repeating: 0, count: radices.count)
    for dimension in radices.indices.reversed() {
      (index, levels[dimension]) = index.quotientAndRemainder(dividingBy: radices[dimension])
    }
    return levels
  }

  /// Whether `index` can number every combination.
  var isNumbered: Bool {
    radices.reduce(GridCount(exactly: 1)) { $0 * GridCount(exactly: $1) }.integer != nil
  }
}

/// A condition on levels.
extension GridSpace {
  indirect enum Test: Sendable {
    case constant(Bool)
    /// Whether each level of a dimension passes.
    case levels(Int, [Bool])
    case not(Test)
    case all([Test])
    case any([Test])

    func holds(_ levels: [Int]) -> Bool {
      switch self {
      case .constant(let value): value
      case .levels(let dimension, let passes): passes[levels[dimension]]
      case .not(let test): !test.holds(levels)
      case .all(let tests): tests.allSatisfy { $0.holds(levels) }
      case .any(let tests): tests.contains { $0.holds(levels) }
      }
    }

    var dimensions: Set<Int> {
      switch self {
      case .constant: []
      case .levels(let dimension, _): [dimension]
      case .not(let test): test.dimensions
      case .all(let tests), .any(let tests):
        tests.reduce(into: []) { $0.formUnion($1.dimensions) }
      }
    }
  }

  func compile(_ condition: Condition) -> Test {
    switch condition {
    case .not(let condition): return .not(compile(condition))
    case .all(let conditions): return .all(conditions.map(compile))
    case .any(let conditions): return .any(conditions.map(compile))
    case .test(let setting, let test):
      let origin = Array(repeating: 0, count: radices.count)
      func passes(_ levels: [Int]) -> Bool { value(setting, levels).map(test.holds) ?? false }
      guard let dimension = dimension(of: setting) else { return .constant(passes(origin)) }
      return .levels(
        dimension,
        (0..<radices[dimension]).map { level in
          var levels = origin
          levels[dimension] = level
          return passes(levels)
        })
    }
  }
}

// Walking and counting.
extension GridSpace {
  /// Some dimensions in the order of walking, and what is excluded as soon as each is set.
  struct Path {
    let dimensions: [Int]
    let checks: [[Test]]
  }

  /// - Parameter known: dimensions whose levels are set before.
  func path(_ dimensions: [Int], known: Set<Int> = []) -> Path {
    var checks: [[Test]] = Array(repeating: [], count: dimensions.count)
    for exclusion in exclusions {
      let needed = exclusion.dimensions
      guard needed.isSubset(of: known.union(dimensions)),
        let last = dimensions.lastIndex(where: needed.contains)
      else { continue }
      checks[last].append(exclusion)
    }
    return Path(dimensions: dimensions, checks: checks)
  }

  /// Calls `body` for every combination of the path's dimensions that is not excluded, in order.
  ///
  /// - Parameter cell: where the walk begins; dimensions that the path lacks keep their levels.
  func walk(_ path: Path, from cell: consuming CellPlace, _ body: (CellPlace) -> Void) {
    var depth = 0
    var isFresh = true
    while true {
      if depth == path.dimensions.count {
        body(cell)
        isFresh = false
      } else {
        let dimension = path.dimensions[depth]
        if isFresh {
          let varies = conditions[dimension]?.holds(cell.levels) ?? true
          cell.levels[dimension] = varies ? 0 : rows[dimension]
        } else if cell.levels[dimension] < rows[dimension] - 1 {
          cell.levels[dimension] += 1
        } else {
          guard depth > 0 else { return }
          depth -= 1
          continue
        }
        isFresh = !path.checks[depth].contains { $0.holds(cell.levels) }
        if isFresh { depth += 1 }
        continue
      }
      guard depth > 0 else { return }
      depth -= 1
    }
  }

  var origin: CellPlace {
    CellPlace(subgrid: number, levels: Array(repeating: 0, count: radices.count))
  }

  private var isEmpty: Bool {
    exclusions.contains { $0.dimensions.isEmpty && $0.holds(origin.levels) }
  }

  /// Calls `body` for every cell in order, the last dimension fastest.
  func forEach(_ body: (CellPlace) -> Void) {
    guard !isEmpty else { return }
    guard let sample = subgrid.sample else {
      return walk(path(Array(radices.indices)), from: origin, body)
    }
    for index in cells(of: arms(of: sample)) {
      body(CellPlace(subgrid: number, levels: levels(index)))
    }
  }

  static let mostCounted = 2_000_000

  /// How many cells there are, without walking them all: dimensions that no condition ties to
  /// others are factored out.
  ///
  /// - Complexity: the combinations of the largest set of dimensions that conditions tie together;
  ///   where those are more than 2,000,000, their product is an upper bound.
  func count() -> GridCount {
    guard !isEmpty else { return GridCount(exactly: 0) }
    if let sample = subgrid.sample, sample.seconds == nil {
      let seeds = seedDimensions.reduce(GridCount(exactly: 1)) {
        $0 * GridCount(exactly: radices[$1])
      }
      var bound = GridCount(exactly: sample.count) * seeds
      bound.isExact = false
      guard let most = bound.integer, most <= Self.mostCounted, isNumbered else { return bound }
      return GridCount(exactly: cells(of: arms(of: sample)).count)
    }
    var unsampled = GridCount(exactly: 1)
    // With a budget in time there are as many or fewer.
    unsampled.isExact = subgrid.sample == nil
    return components.reduce(unsampled) { total, dimensions in
      let size = dimensions.reduce(GridCount(exactly: 1)) { $0 * GridCount(exactly: radices[$1]) }
      guard dimensions.count > 1 else { return total * counted(dimensions) }
      guard let integer = size.integer, integer <= Self.mostCounted else {
        var bound = size
        bound.isExact = false
        return total * bound
      }
      return total * counted(dimensions)
    }
  }

  private func counted(_ dimensions: [Int]) -> GridCount {
    let path = path(dimensions)
    if dimensions.count == 1, path.checks[0].isEmpty, conditions[dimensions[0]] == nil {
      return GridCount(exactly: rows[dimensions[0]])
    }
    var count = 0
    walk(path, from: origin) { _ in count += 1 }
    return GridCount(exactly: count)
  }

  /// The dimensions, those together that conditions tie.
  private var components: [[Int]] {
    var label = Array(radices.indices)
    func tie(_ dimensions: Set<Int>) {
      guard let least = dimensions.map({ label[$0] }).min() else { return }
      let joined = Set(dimensions.map { label[$0] })
      for index in label.indices where joined.contains(label[index]) { label[index] = least }
    }
    for exclusion in exclusions { tie(exclusion.dimensions) }
    for (dimension, condition) in conditions.enumerated() {
      if let condition { tie(condition.dimensions.union([dimension])) }
    }
    return Dictionary(grouping: label.indices) { label[$0] }.sorted { $0.key < $1.key }.map(\.value)
  }
}
