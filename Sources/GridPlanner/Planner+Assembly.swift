import ExperimentModel

extension Planner {
  func assemble(_ layout: Layout) -> Plan {
    let order = layout.order
    let drafts = order.map { layout.drafts[$0] }
    var row = Array(repeating: 0, count: order.count)
    for (index, draft) in order.enumerated() { row[draft] = index }
    let hasValidation = drafts.contains { $0.trial.spec.data.validation > 0 }
    let trials = drafts.map(\.trial)
    return Plan(
      title: grid.title, question: grid.question, gridText: grid.text, trials: trials,
      trialColumns: trialColumns(drafts),
      cells: layout.cells.map { cell in
        PlannedCell(trial: row[cell.draft], rule: rule(cell.levels, layout.drafts[cell.draft]))
      },
      cellColumns: axes.indices.map { axis in
        column(axes[axis].setting, layout.cells.lazy.map(\.levels))
      },
      architectures: architectures, datasets: grid.dataNames.compactMap { cards[$0] },
      epochs: trials.map(\.spec.epochs).max() ?? 0,
      metrics: [
        .trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .fitLoss, .fitAccuracy,
      ] + (hasValidation ? [.validationLoss, .validationAccuracy] : []),
      weights: grid.weights ?? defaultWeights(trials),
      comparisons: grid.comparisons ?? defaultComparisons)
  }

  /// Why the cell at `levels` has no trial of its own; empty where it has.
  private func rule(_ levels: [Int], _ draft: Layout.Draft) -> String {
    guard levels != draft.levels else { return "" }
    func differ(_ settings: [Setting]) -> Bool {
      settings.contains { axis($0).map { levels[$0] != draft.levels[$0] } ?? false }
    }
    let part = dropout(levels)
    var reasons: [String] = []
    if part.rate == 0, differ([.placement, .kind]) {
      reasons.append("rate 0: placement and kind do not matter")
    }
    if part.specs.isEmpty, differ([.seedMask]) {
      reasons.append("no dropout: the mask seed does not matter")
    }
    let named = Setting.all.filter { ![.placement, .kind, .seedMask].contains($0) }
    if reasons.isEmpty || differ(named) { reasons.append("the same trial in other words") }
    return reasons.joined(separator: "; ")
  }

  private func column(_ setting: Setting, _ rows: some Sequence<[Int]>) -> Column {
    let values: Column.Values =
      switch setting.kind {
      case .integer: .integer(rows.map { integer64(setting, $0) })
      case .real: .real(rows.map { real(setting, $0) })
      default: .text(rows.map { value(setting, $0)?.text ?? "" })
      }
    return Column(name: setting.column, path: setting.path, values: values)
  }

  /// The canonical configuration: what every plan has, then every other axis.
  private func trialColumns(_ drafts: [Layout.Draft]) -> [Column] {
    func column(_ setting: Setting, _ values: Column.Values) -> Column {
      Column(name: setting.column, path: setting.path, values: values)
    }
    let dropouts = drafts.map { dropout($0.levels) }
    let seeds = drafts.map(\.trial.spec.seed)
    var columns = [
      column(.rate, .real(dropouts.map(\.rate))),
      column(.placement, .text(dropouts.map(\.placement))),
      column(.kind, .text(dropouts.map(\.kind))),
      column(.pool, .text(drafts.map { network($0.levels).pool })),
      column(.denseRate, .real(dropouts.map(\.denseRate))),
      column(.modelName, .text(drafts.map(\.trial.spec.network.name))),
      column(.dataName, .text(drafts.map(\.trial.spec.data.name))),
      column(.seed, .integer(seeds.map(\.initialisation))),
    ]
    if grid.choices.contains(where: { $0.setting != .seed && Setting.seeds.contains($0.setting) }) {
      columns += [
        column(.seedInit, .integer(seeds.map(\.initialisation))),
        column(.seedOrder, .integer(seeds.map(\.order))),
        column(.seedMask, .integer(seeds.map(\.mask))),
      ]
    }
    let done = Set(columns.map(\.path))
    return columns
      + axes.map(\.setting).filter { !done.contains($0.path) }.map { setting in
        self.column(setting, drafts.lazy.map(\.levels))
      }
  }

  /// A comparison for each axis but the seed that has two levels or more, for every combination
  /// of the other such axes whose levels are words.
  ///
  /// Axes of numbers are left out of `by`: their levels are pooled, pair by pair.
  private var defaultComparisons: [Comparison] {
    let settings = axes.filter { $0.levels.count >= 2 }.map(\.setting)
      .filter { !Setting.seeds.contains($0) }
    return settings.map { factor in
      Comparison(
        factor: factor.column,
        by: settings.filter { $0 != factor && $0.isCategorical }.map(\.column))
    }
  }

  /// Final weights where those of all trials take no more than 1 GiB, else none.
  private func defaultWeights(_ trials: [PlannedTrial]) -> WeightsPolicy {
    Forecast.weightBytes(trials, architectures) <= Double(1 << 30) ? .final : .none
  }
}
