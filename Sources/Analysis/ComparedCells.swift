internal import ExperimentModel

/// The cells of a sweep as a comparison sorts them: into groups by the columns of `by`, there by the
/// level of the factor.
///
/// A cell whose trial does not have some of the `by` columns, as a trial without dropout has no kind
/// of it, counts in every group that agrees in the others, unless that group has a cell of its own
/// there: as if the grid had been written crossed.
struct ComparedCells {
  /// The cells of one level, one for each place.
  struct Level {
    private(set) var cells: [Int] = []
    private var position: [Int: Int] = [:]

    func cell(at place: Int) -> Int? { position[place].map { cells[$0] } }

    mutating func insert(_ cell: Int, at place: Int) {
      if let known = position[place] {
        cells[known] = cell
      } else {
        position[place] = cells.count
        cells.append(cell)
      }
    }
  }

  struct Group {
    /// A code for each `by` column.
    var key: [Int32]
    var levels: [Int32: Level] = [:]
  }

  let factor: CodedColumn
  let by: [CodedColumn]
  /// The columns as written that a pair's cells share, beside the seed.
  let others: [CodedColumn]
  let seed: CodedColumn?
  /// For each cell a number for its seed and its values of `others`.
  let places: [Int]
  /// In order of appearance.
  private(set) var groups: [Group] = []
  /// Keys of groups of which cells have no level of the factor, with the number of such cells.
  private(set) var withoutFactor = Ordered<[Int32], Int>()

  init(
    _ cells: Int, factor: CodedColumn, by: [CodedColumn], others: [CodedColumn], seed: CodedColumn?
  ) {
    (self.factor, self.by, self.others, self.seed) = (factor, by, others, seed)
    let shared = (seed.map { [$0] } ?? []) + others
    var placeNumbers: [[Int32]: Int] = [:]
    places = (0..<cells).map { cell in
      Self.number(shared.map { $0.codes[cell] }, &placeNumbers)
    }
    var numbers: [[Int32]: Int] = [:]
    var groupOf = [Int](repeating: -1, count: cells)
    for cell in 0..<cells {
      let key = by.map { $0.codes[cell] }
      guard factor.codes[cell] != CodedColumn.none else {
        withoutFactor[key, default: 0] += 1
        continue
      }
      let group = Self.number(key, &numbers)
      if group == groups.count { groups.append(Group(key: key)) }
      groups[group].levels[factor.codes[cell], default: Level()].insert(cell, at: places[cell])
      groupOf[cell] = group
    }
    spread(groupOf)
  }

  private static func number(_ key: [Int32], _ numbers: inout [[Int32]: Int]) -> Int {
    let next = numbers.count
    return numbers[key]
      ?? {
        numbers[key] = next
        return next
      }()
  }

  /// Puts cells without some of the `by` columns into every group that agrees in the others.
  private mutating func spread(_ groupOf: [Int]) {
    guard by.contains(where: { !$0.isOpen.isEmpty }) else { return }
    var agreeing: [UInt64: [[Int32]: [Int]]] = [:]
    var isKnown: Set<[Int]> = []
    // Of each group, cells that no other group with more to say has.
    var left = groups.map { group in group.levels.values.reduce(0) { $0 + $1.cells.count } }
    for (cell, own) in groupOf.enumerated() where own >= 0 {
      let mask = Self.mask(by, cell)
      guard mask != 0 else { continue }
      func fixed(_ key: [Int32]) -> [Int32] {
        by.indices.map { mask >> $0 & 1 == 1 ? -2 : key[$0] }
      }
      if agreeing[mask] == nil {
        agreeing[mask] = Dictionary(grouping: groups.indices) { fixed(groups[$0].key) }
      }
      let found = agreeing[mask]?[fixed(groups[own].key)] ?? []
      let vague = Self.unknowns(groups[own].key)
      if vague > 0, found.contains(where: { Self.unknowns(groups[$0].key) < vague }) {
        left[own] -= 1
      }
      let level = factor.codes[cell]
      guard isKnown.insert([Int(mask), found.first ?? 0, Int(level), places[cell]]).inserted else {
        continue
      }
      for group in found where groups[group].levels[level]?.cell(at: places[cell]) == nil {
        groups[group].levels[level, default: Level()].insert(cell, at: places[cell])
      }
    }
    groups = zip(groups, left).filter { $0.1 > 0 }.map(\.0)
  }

  private static func unknowns(_ key: [Int32]) -> Int { key.count { $0 == CodedColumn.none } }

  /// A bit for each of `columns` that the cell's trial does not have; the first 64 count.
  static func mask(_ columns: [CodedColumn], _ cell: Int) -> UInt64 {
    var mask: UInt64 = 0
    for (index, column) in columns.prefix(64).enumerated()
    where !column.isOpen.isEmpty && column.isOpen[cell] {
      mask |= 1 << index
    }
    return mask
  }

  /// The values of a group's key.
  func values(_ key: [Int32]) -> [SettingValue] { zip(by, key).map { $0.level($1) } }
}
