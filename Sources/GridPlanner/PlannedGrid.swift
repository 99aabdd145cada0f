public import ExperimentModel

/// A grid whose cells are laid out as trials, a few bytes for each: what a plan is made of.
public struct PlannedGrid: Sendable {
  let planner: Planner
  let layout: Layout

  package var grid: GridFile { planner.grid }
  public var trialCount: Int { layout.order.count }
  public var cellCount: Int { layout.cellCount }

  /// The trial at `row` in the order of training.
  public func trial(_ row: Int) -> PlannedTrial {
    let draft = layout.draft(ofRow: row)
    let spec = planner.spec(draft)
    return PlannedTrial(
      id: planner.id(spec, data: draft.data), spec: spec,
      architecture: planner.networks[Int(draft.network)].architecture,
      flops: layout.flops(ofRow: row))
  }

  /// The canonical configuration of some trials.
  public func trialColumns(_ rows: some Sequence<Int>) -> [Column] {
    let drafts = rows.map { layout.draft(ofRow: $0) }
    return planner.trialColumns(drafts, drafts.map { place(Int($0.cell)) })
  }

  func place(_ cell: Int) -> CellPlace { layout.place(cell, planner.spaces) }

  public var architectures: [Architecture] { planner.architectures }
  public var datasets: [DatasetCard] { grid.dataNames.compactMap { planner.cards[$0] } }
  /// When trials end before their last epoch; nil where all run to their end.
  public var stopping: StoppingRule? { grid.stopping }
  public var comparisons: [Comparison] { grid.comparisons ?? planner.defaultComparisons }

  /// The most epochs of any trial.
  public var epochs: Int { planner.trainings.values.map(\.epochs).max() ?? 0 }

  public var metrics: [Metric] {
    let hasValidation = planner.data.contains { $0.spec.validation > 0 }
    let hasDraws = planner.trainings.values.contains { $0.monteCarlo > 0 }
    return [.trainLoss, .trainAccuracy, .testLoss, .testAccuracy, .testECE, .fitLoss, .fitAccuracy]
      + (hasValidation ? [.validationLoss, .validationAccuracy] : [])
      + (hasDraws ? [.monteCarloLoss, .monteCarloAccuracy] : [])
  }

  /// Bytes of the weights that `policy` keeps of every trial.
  func weightBytes(_ policy: WeightsPolicy) -> Double {
    let bytes = architectures.map { Double($0.parameterCount) * 4 }
    return layout.drafts.reduce(0) {
      let epochs = planner.trainings.values[Int($1.key.training)].epochs
      return $0 + bytes[planner.networks[Int($1.network)].architecture]
        * Double(policy.copies(epochs: epochs))
    }
  }

  /// What the grid says of weights; nil where it leaves that to their size.
  public var namedWeights: WeightsPolicy? { grid.weights }

  /// What the grid asks for, else final weights where those of all trials take at most 1 GiB.
  public var weights: WeightsPolicy {
    grid.weights ?? (weightBytes(.final) <= Double(1 << 30) ? .final : .none)
  }

  /// The plan with every trial and cell written out.
  ///
  /// - Complexity: a digest for each trial, and some 300 bytes; a row for each cell.
  public var plan: Plan {
    var reasons = MergeReasons(self)
    let cells = (0..<cellCount).map { cell in
      PlannedCell(
        trial: layout.row(ofCell: cell),
        rule: reasons.rules(cell).map(\.text).joined(separator: "; "))
    }
    let places = (0..<cellCount).map(place)
    return Plan(
      title: grid.title, question: grid.question, gridText: grid.text,
      trials: (0..<trialCount).map(trial), trialColumns: trialColumns(0..<trialCount),
      cells: cells, cellColumns: grid.columns.map { planner.column($0, places) },
      architectures: architectures, datasets: datasets, epochs: epochs, metrics: metrics,
      weights: weights, comparisons: comparisons, margin: grid.margin,
      stopping: grid.stopping, diagnostics: diagnostics, claim: grid.claim)
  }
}
