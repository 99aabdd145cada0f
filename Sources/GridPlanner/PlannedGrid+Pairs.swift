import ExperimentModel

/// What comparisons will have to compare.
extension PlannedGrid {
  /// Whether no seed has two values of the comparison's factor, so that no pair of cells differs in
  /// the factor alone.
  ///
  /// - Complexity: constant where the factor is an axis of its own and every combination a cell;
  ///   else linear in the cells up to the first pair.
  func neverPairs(_ comparison: Comparison) -> Bool {
    guard let factor = grid.columns.first(where: { $0.column == comparison.factor }),
      !Setting.seeds.contains(factor)
    else { return false }
    let isCrossed = grid.subgrids.contains { subgrid in
      guard subgrid.sample == nil, subgrid.exclusions.isEmpty,
        let dimension = subgrid.dimensions.first(where: { $0.settings.contains(factor) })
      else { return false }
      return dimension.count > 1 && !dimension.settings.contains(where: Setting.seeds.contains)
        && subgrid.dimensions.allSatisfy { $0.condition == nil }
    }
    guard !isCrossed else { return false }
    var known: [Seed: SettingValue] = [:]
    for cell in 0..<cellCount {
      let place = place(cell)
      guard !planner.spaces[place.subgrid].isIdle(factor, place.levels),
        let value = planner.value(factor, place)
      else { continue }
      let other = known.updateValue(value, forKey: planner.seed(place))
      if let other, other != value { return false }
    }
    return true
  }
}
