/// Trials and cells as they are found, in the order of the cells; a few bytes for each.
struct Layout: Sendable {
  struct Draft: Sendable {
    var key: TrialKey
    /// Indices of the planner's parts.
    var network: Int32
    var data: Int32
    var dropout: Int32
    /// The first cell that asked for it.
    var cell: Int32
    /// Number of the first balanced block that it belongs to.
    var block: Int32
  }

  private(set) var drafts: [Draft] = []
  /// Floating-point operations of each draft.
  private(set) var flops: [Double] = []
  /// The drafts in the order of training: block by block, the longest first, then as the cells.
  private(set) var order: [Int32] = []
  /// For each draft, its place in `order`.
  private(set) var rows: [Int32] = []
  /// Cells that are written twice, in two parts of a union.
  var repeated = 0
  /// For each sub-grid, its first cell.
  private var starts: [Int] = []
  /// For each cell, its number in its sub-grid, and its draft.
  private var indices: [Int] = []
  private var draftOf: [Int32] = []
  /// Open addressing: an index into `drafts`, or -1.
  private var table: [Int32] = Array(repeating: -1, count: 1 << 10)

  var cellCount: Int { indices.count }

  mutating func beginSubGrid() { starts.append(indices.count) }

  /// Cells of the first `count` sub-grids.
  func cellCount(ofSubGrids count: Int) -> Int {
    count < starts.count ? starts[count] : cellCount
  }

  /// The draft that stands for `key`; nil where there is none yet.
  func draft(of key: TrialKey) -> Draft? {
    var slot = Self.hash(key) & (table.count - 1)
    while table[slot] >= 0 {
      let draft = drafts[Int(table[slot])]
      if draft.key == key { return draft }
      slot = (slot + 1) & (table.count - 1)
    }
    return nil
  }

  /// Adds a cell, and its trial where none stands for it yet.
  mutating func add(
    _ index: Int, key: TrialKey, network: Int32, data: Int32, dropout: Int32, block: Int32
  ) {
    var slot = Self.hash(key) & (table.count - 1)
    while table[slot] >= 0, drafts[Int(table[slot])].key != key {
      slot = (slot + 1) & (table.count - 1)
    }
    var draft = table[slot]
    if draft < 0 {
      draft = Int32(drafts.count)
      table[slot] = draft
      drafts.append(
        Draft(
          key: key, network: network, data: data, dropout: dropout, cell: Int32(indices.count),
          block: block))
      if drafts.count * 2 > table.count { grow() }
    } else if block < drafts[Int(draft)].block {
      drafts[Int(draft)].block = block
    }
    indices.append(index)
    draftOf.append(draft)
  }

  private mutating func grow() {
    table = Array(repeating: -1, count: 2 * table.count)
    for (index, draft) in drafts.enumerated() {
      var slot = Self.hash(draft.key) & (table.count - 1)
      while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
      table[slot] = Int32(index)
    }
  }

  /// The same in every process: nothing depends on it but where a key is looked for.
  private static func hash(_ key: TrialKey) -> Int {
    var hash: UInt64 = 0
    for part in [key.network, key.dropout, key.training, key.data, key.seed] {
      hash = (hash ^ UInt64(UInt32(bitPattern: part))) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    return Int(truncatingIfNeeded: hash & 0x7FFF_FFFF_FFFF_FFFF)
  }

  /// Puts the trials into their order.
  mutating func finish(flops cost: (Draft) -> Double) {
    table = []
    flops = drafts.map(cost)
    var order = Array(0..<Int32(drafts.count))
    order.sort { a, b in
      let (left, right) = (drafts[Int(a)].block, drafts[Int(b)].block)
      if left != right { return left < right }
      let (long, short) = (flops[Int(a)], flops[Int(b)])
      return long != short ? long > short : a < b
    }
    self.order = order
    rows = Array(repeating: 0, count: order.count)
    for (row, draft) in order.enumerated() { rows[Int(draft)] = Int32(row) }
  }

  /// The draft of a cell.
  func draft(ofCell cell: Int) -> Draft { drafts[Int(draftOf[cell])] }
  /// The trial of a cell.
  func row(ofCell cell: Int) -> Int { Int(rows[Int(draftOf[cell])]) }
  /// The draft of a trial.
  func draft(ofRow row: Int) -> Draft { drafts[Int(order[row])] }
  func flops(ofRow row: Int) -> Double { flops[Int(order[row])] }

  /// Where a cell is.
  func place(_ cell: Int, _ spaces: [GridSpace]) -> CellPlace {
    let subgrid = starts.lastIndex { $0 <= cell } ?? 0
    return CellPlace(subgrid: subgrid, levels: spaces[subgrid].levels(indices[cell]))
  }
}

/// Finds cells that two parts of a union have in common.
struct WrittenCells {
  private let columns: [Setting]
  private var values = Interner<SettingValue>()
  private var seen: Set<[Int32]> = []

  init(_ columns: [Setting]) { self.columns = columns }

  /// False if the same cell was there before.
  mutating func insert(_ cell: CellPlace, _ space: GridSpace) -> Bool {
    let row = columns.map { setting -> Int32 in
      guard !space.isIdle(setting, cell.levels), let value = space.value(setting, cell.levels)
      else { return -1 }
      return values.index(of: value)
    }
    return seen.insert(row).inserted
  }
}
