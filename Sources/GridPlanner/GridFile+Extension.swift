public import ExperimentModel

extension GridFile {
  /// Lays out the union of this grid and the grids that a sweep had before: the grid's own cells
  /// first, then those that only an earlier grid has, the latest first.
  ///
  /// Earlier grids whose cells are all in this one add nothing, so that more seeds make the same
  /// plan as a sweep that had them from its start. The title, the comparisons and the margin are
  /// this grid's; the weights that are kept are the first grid's unless this one names some.
  ///
  /// `earlier` are the grids before, the first one first, and there is one at least; all else is as
  /// in `layOut(cards:numericsVersion:merging:)`, with cards for the data of every grid.
  ///
  /// - Throws: as that one.
  public func layOut(
    extending earlier: [GridFile], cards: [String: DatasetCard], numericsVersion: Int,
    merging: Bool? = nil
  ) throws(GridError) -> PlannedGrid {
    func layOut(_ grid: GridFile) throws(GridError) -> PlannedGrid {
      try grid.layOut(cards: cards, numericsVersion: numericsVersion, merging: merging)
    }
    precondition(!earlier.isEmpty, "there is a grid to extend")
    var union = self
    if weights == nil { union = keeping(try layOut(earlier[0]).weights) }
    var planned = try layOut(union)
    for grid in earlier.reversed() {
      let sum = union.adding(grid)
      let candidate = try layOut(sum)
      if candidate.cellCount > planned.cellCount { (union, planned) = (sum, candidate) }
    }
    return planned
  }
}

extension PlannedGrid {
  /// The trials that the grid itself asks for, in the order of training: all, but for those that
  /// only a grid that it extends has.
  public var ownTrials: [Int] {
    let count = layout.cellCount(ofSubGrids: grid.ownSubgrids)
    return Set((0..<count).lazy.map { layout.row(ofCell: $0) }).sorted()
  }
}
