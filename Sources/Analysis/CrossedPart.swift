/// What is left of a table of combinations while levels with bad cells are taken out.
struct CrossedPart {
  private let lengths: [Int]
  /// By combination, the last column varying fastest.
  private let isBad: [Bool]
  private var isOut: [[Bool]]
  /// How many levels are left of each column.
  private(set) var counts: [Int]
  private var bad: [[Int]]
  /// For each column its levels by bad cells, the most last, with what they were when they came.
  private var queues: [LevelQueue]

  init(lengths: [Int], isBad: [Bool]) {
    self.lengths = lengths
    self.isBad = isBad
    counts = lengths
    isOut = lengths.map { [Bool](repeating: false, count: $0) }
    bad = lengths.map { [Int](repeating: 0, count: $0) }
    for cell in isBad.indices where isBad[cell] {
      var rest = cell
      for column in lengths.indices.reversed() {
        bad[column][rest % lengths[column]] += 1
        rest /= lengths[column]
      }
    }
    queues = bad.map { LevelQueue($0) }
  }

  /// The levels that are left of each column.
  var levels: [[Int]] { isOut.map { out in out.indices.filter { !out[$0] } } }

  /// The combinations that are left.
  var cells: [Int] { Self.cells(levels, lengths) }

  /// Takes out the level with the largest share of bad cells; of equal shares that with the fewest
  /// cells, of those the last.
  ///
  /// - Returns: whether there was one.
  /// - Complexity: over all calls O(combinations × columns × log levels).
  mutating func removeWorst() -> Bool {
    let total = counts.reduce(1, *)
    var worst: (column: Int, level: Int, share: Double, cells: Int)?
    for column in lengths.indices {
      guard let level = queues[column].last(bad[column], isOut[column]),
        bad[column][level] > 0
      else { continue }
      let cells = total / max(1, counts[column])
      let share = Double(bad[column][level]) / Double(cells)
      if let found = worst, (found.share, -found.cells) > (share, -cells) { continue }
      worst = (column, level, share, cells)
    }
    guard let worst else { return false }
    var chosen = levels(but: worst.column)
    chosen[worst.column] = [worst.level]
    for cell in Self.cells(chosen, lengths) where isBad[cell] {
      var rest = cell
      for column in lengths.indices.reversed() {
        bad[column][rest % lengths[column]] -= 1
        rest /= lengths[column]
      }
    }
    isOut[worst.column][worst.level] = true
    counts[worst.column] -= 1
    return true
  }

  /// The levels that are left, of one column none.
  private func levels(but column: Int) -> [[Int]] {
    isOut.enumerated().map { index, out in
      index == column ? [] : out.indices.filter { !out[$0] }
    }
  }

  private static func cells(_ levels: [[Int]], _ lengths: [Int]) -> [Int] {
    zip(levels, lengths).reduce([0]) { places, column in
      places.flatMap { place in column.0.map { place * column.1 + $0 } }
    }
  }
}

/// Levels of a column, the one with the most bad cells at hand while the numbers fall.
private struct LevelQueue {
  /// A binary heap, the largest first.
  private var heap: [(bad: Int, level: Int)]

  init(_ bad: [Int]) { heap = bad.enumerated().map { ($1, $0) }.sorted { $0 > $1 } }

  /// The level with the most of `bad`, of equal ones the last, of those that are not out.
  mutating func last(_ bad: [Int], _ isOut: [Bool]) -> Int? {
    while let first = heap.first {
      if isOut[first.level] {
        let end = heap.removeLast()
        if !heap.isEmpty { heap[0] = end }
      } else if first.bad > bad[first.level] {
        heap[0].bad = bad[first.level]
      } else {
        return first.level
      }
      sink()
    }
    return nil
  }

  private mutating func sink() {
    var place = 0
    while true {
      var largest = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && heap[child] > heap[largest] {
        largest = child
      }
      guard largest != place else { return }
      heap.swapAt(place, largest)
      place = largest
    }
  }
}
