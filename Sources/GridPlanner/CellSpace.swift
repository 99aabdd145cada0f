/// Every combination of the axes' levels, the last axis fastest, without the excluded ones.
///
/// A combination is never stored: cells are walked one by one.
struct CellSpace {
  /// Levels of each axis.
  let counts: [Int]
  /// For each rule, the axes it names and which of their levels match.
  private let rules: [[(axis: Int, matches: [Bool])]]

  init(axes: [Choice], exclusions: [Exclusion]) {
    counts = axes.map(\.levels.count)
    rules = exclusions.map { exclusion in
      axes.enumerated().compactMap { index, axis in
        exclusion.levels[axis.setting].map { (index, $0) }
      }
    }
  }

  /// Calls `body` with the level of each axis, for every cell in order.
  func forEach(_ body: ([Int]) -> Void) {
    var levels = Array(repeating: 0, count: counts.count)
    while true {
      if !isExcluded(levels) { body(levels) }
      var axis = counts.count - 1
      while axis >= 0 {
        levels[axis] += 1
        if levels[axis] < counts[axis] { break }
        levels[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  private func isExcluded(_ levels: [Int]) -> Bool {
    rules.contains { $0.allSatisfy { $0.matches[levels[$0.axis]] } }
  }
}

/// A value for each combination of levels of some of the axes, made when first asked for.
struct Memo<Value> {
  private let factors: [(axis: Int, stride: Int)]
  private var slots: [Value?]

  /// - Parameters:
  ///   - axes: the axes that the value depends on.
  ///   - counts: levels of every axis of the grid.
  init(axes: [Int], counts: [Int]) {
    var stride = 1
    var factors: [(axis: Int, stride: Int)] = []
    for axis in axes.reversed() {
      factors.append((axis, stride))
      stride *= counts[axis]
    }
    self.factors = factors
    slots = Array(repeating: nil, count: stride)
  }

  /// Where the value for `levels` is kept.
  func slot(_ levels: [Int]) -> Int {
    factors.reduce(0) { $0 + levels[$1.axis] * $1.stride }
  }

  subscript(slot: Int) -> Value? {
    get { slots[slot] }
    set { slots[slot] = newValue }
  }
}

/// Numbers equal values equally, in the order of their first appearance.
struct Interner<Value: Hashable> {
  private(set) var values: [Value] = []
  private var indices: [Value: Int] = [:]

  mutating func index(of value: Value) -> Int {
    if let index = indices[value] { return index }
    indices[value] = values.count
    values.append(value)
    return values.count - 1
  }
}
