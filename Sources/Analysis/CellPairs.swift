/// Pairs of cells that differ in the factor alone, one of each of two levels.
///
/// A cell meets the one that has the same seed and the same values as written. One that has no such
/// partner meets those that agree in every setting that both trials have: a block size says nothing
/// about spatial dropout.
struct CellPairs {
  /// Pairs of cells, in the order of the first level's.
  private(set) var pairs: [(a: Int, b: Int)] = []

  init(_ a: ComparedCells.Level, _ b: ComparedCells.Level, in cells: ComparedCells, trial: [Int]) {
    var alone: [Int] = []
    var met: Set<Int> = []
    for cell in a.cells {
      if let partner = b.cell(at: cells.places[cell]) {
        pairs.append((cell, partner))
        met.insert(partner)
      } else {
        alone.append(cell)
      }
    }
    guard cells.others.contains(where: { !$0.isOpen.isEmpty }) else { return }
    let aloneB = b.cells.filter { !met.contains($0) }
    guard !alone.isEmpty || !aloneB.isEmpty else { return }
    var known = Set(pairs.map { [trial[$0.a], trial[$0.b]] })
    let loose =
      Self.agreeing(alone, b.cells, cells)
      + Self.agreeing(aloneB, a.cells, cells).map { ($0.1, $0.0) }
    for (first, second) in loose where known.insert([trial[first], trial[second]]).inserted {
      pairs.append((first, second))
    }
  }

  /// Pairs of `first` and `second` that agree in all that both have, one at least lacking something.
  private static func agreeing(
    _ first: [Int], _ second: [Int], _ cells: ComparedCells
  ) -> [(Int, Int)] {
    guard !first.isEmpty, !second.isEmpty else { return [] }
    let masks = (
      Dictionary(grouping: first) { ComparedCells.mask(cells.others, $0) },
      Dictionary(grouping: second) { ComparedCells.mask(cells.others, $0) }
    )
    var partners: [Int: [Int]] = [:]
    for maskA in masks.0.keys.sorted() {
      for maskB in masks.1.keys.sorted() where maskA | maskB != 0 {
        func key(_ cell: Int) -> [Int32] {
          [cells.seed?.codes[cell] ?? CodedColumn.none]
            + cells.others.enumerated().map { index, column in
              index < 64 && (maskA | maskB) >> index & 1 == 1 ? -2 : column.codes[cell]
            }
        }
        let index = Dictionary(grouping: masks.1[maskB] ?? [], by: key)
        for cell in masks.0[maskA] ?? [] {
          if let found = index[key(cell)] { partners[cell, default: []] += found }
        }
      }
    }
    return first.flatMap { cell in (partners[cell] ?? []).map { (cell, $0) } }
  }
}
