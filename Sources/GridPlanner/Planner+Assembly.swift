import ExperimentModel

/// The columns and defaults of a plan.
extension Planner {
  /// The values of a setting in some cells; none where nothing gives it one.
  ///
  /// - Parameter hidesIdle: whether a cell has none where the setting's condition does not hold.
  func column(
    _ setting: Setting, _ cells: some Sequence<CellPlace>, hidesIdle: Bool = true
  ) -> Column {
    func idle(_ cell: CellPlace) -> Bool {
      hidesIdle && spaces[cell.subgrid].isIdle(setting, cell.levels)
    }
    func whole(_ cell: CellPlace) -> Int64? {
      // Every trial has seeds.
      guard Setting.seeds.contains(setting) || !idle(cell) else { return nil }
      return if case .integer(let value) = value(setting, cell) { value } else { nil }
    }
    func number(_ cell: CellPlace) -> Double {
      if !idle(cell), case .real(let value) = value(setting, cell) { value } else { .nan }
    }
    let values: Column.Values
    switch setting.kind {
    case .integer:
      let found = cells.map(whole)
      return Column(
        name: setting.column, path: setting.path, values: .integer(found.map { $0 ?? 0 })
      ).keeping(found.map { $0 != nil })
    case .real: values = .real(cells.map(number))
    default: values = .text(cells.map { idle($0) ? "" : value(setting, $0)?.text ?? "" })
    }
    return Column(name: setting.column, path: setting.path, values: values)
  }

  /// The canonical configuration of some trials: what every plan has, then every other axis.
  ///
  /// - Parameters:
  ///   - drafts: the trials.
  ///   - cells: the first cell of each.
  func trialColumns(_ drafts: [Layout.Draft], _ cells: [CellPlace]) -> [Column] {
    func column(_ setting: Setting, _ values: Column.Values) -> Column {
      Column(name: setting.column, path: setting.path, values: values)
    }
    let parts = drafts.map { dropouts[Int($0.dropout)] }
    let networks = drafts.map { self.networks[Int($0.network)] }
    let seeds = drafts.map { self.seeds.values[Int($0.key.seed)] }
    var columns = [
      column(.rate, .real(parts.map(\.rate))),
      column(.placement, .text(parts.map(\.placement))),
      column(.kind, .text(parts.map(\.kind))),
      column(.pool, .text(networks.map(\.pool))),
      column(.denseRate, .real(parts.map(\.denseRate))),
      column(.modelName, .text(networks.map(\.spec.name))),
      column(.dataName, .text(drafts.map { data[Int($0.data)].spec.name })),
      column(.seed, .integer(seeds.map(\.initialisation))),
    ]
    let split = grid.subgrids.contains { subgrid in
      Setting.seeds.dropFirst().contains { !subgrid.levels(of: $0).isEmpty }
    }
    if split {
      columns += [
        column(.seedInit, .integer(seeds.map(\.initialisation))),
        column(.seedOrder, .integer(seeds.map(\.order))),
        column(.seedMask, .integer(seeds.map(\.mask))),
      ]
    }
    let done = Set(columns.map(\.path))
    return columns
      + grid.subgrids.axes(leaders: false).filter { !done.contains($0.path) }.map {
        self.column($0, cells, hidesIdle: false).keeping(drafts.map(isRead($0)))
      }
  }

  /// Two comparisons for each axis but the seed that has two levels or more: averaged over all
  /// other axes, and after all of those for every combination of the other such axes whose levels
  /// are words.
  ///
  /// The first are few, so that their families ask little of the seeds. Axes of numbers are left
  /// out of `by`: their levels are pooled, pair by pair.
  var defaultComparisons: [Comparison] {
    let settings = grid.columns.filter { setting in
      !Setting.seeds.contains(setting) && grid.subgrids.values(of: setting).count >= 2
    }
    let averaged = settings.map { Comparison(factor: $0.column, by: []) }
    return averaged
      + settings.map { factor in
        Comparison(
          factor: factor.column,
          by: settings.filter { $0 != factor && $0.isCategorical }.map(\.column))
      }.filter { !$0.by.isEmpty }
  }
}
