import ExperimentModel

/// Trials and cells as they are found, in the order of the cells.
struct Layout {
  struct Draft {
    var trial: PlannedTrial
    /// The levels of the first cell that asked for it.
    var levels: [Int]
    /// Number of the first balanced block that it belongs to.
    var block: Int
  }

  struct Cell {
    /// Index into `drafts`.
    var draft: Int
    var levels: [Int]
  }

  private(set) var drafts: [Draft] = []
  private(set) var cells: [Cell] = []
  private let blocks: Memo<Int>
  private var byKey: [TrialKey: Int] = [:]
  private var byID: [TrialID: Int] = [:]

  /// - Parameter seedAxes: the axes whose combinations of levels number the balanced blocks.
  init(seedAxes: [Int], counts: [Int]) {
    blocks = Memo(axes: seedAxes.sorted(), counts: counts)
  }

  /// Adds a cell, and its trial where none stands for it yet.
  ///
  /// Cells with equal keys are equal trainings. So are those with equal ids: the same images or
  /// network under two names.
  mutating func add(_ levels: [Int], key: TrialKey, trial: () -> PlannedTrial) {
    let block = blocks.slot(levels)
    if let draft = byKey[key] {
      cells.append(Cell(draft: draft, levels: levels))
      drafts[draft].block = min(drafts[draft].block, block)
      return
    }
    let trial = trial()
    let draft = byID[trial.id] ?? drafts.count
    if draft == drafts.count {
      drafts.append(Draft(trial: trial, levels: levels, block: block))
      byID[trial.id] = draft
    }
    byKey[key] = draft
    drafts[draft].block = min(drafts[draft].block, block)
    cells.append(Cell(draft: draft, levels: levels))
  }

  /// The drafts in the order of training: block by block, the longest first, then as the cells.
  var order: [Int] {
    let keys = drafts.enumerated().map { (block: $1.block, flops: -$1.trial.flops, draft: $0) }
    return keys.sorted { $0 < $1 }.map(\.draft)
  }
}
