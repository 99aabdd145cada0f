internal import ExperimentModel
internal import HDF5

extension StoredSweep {
  /// What keeps `plan`, trained by `engine`, from being continued in this file; nil for nothing.
  func difference(from plan: Plan, engine: String) -> String? {
    if self.engine != engine {
      return "its engine is '\(self.engine)' and this one is '\(engine)', and their numbers must "
        + "not be mixed"
    }
    let planned = plan.trials.map(\.id)
    if trialIDs != planned { return difference(ofIDs: planned) }
    if schema.epochs != plan.epochs {
      return "it has room for \(schema.epochs) epochs and the plan has \(plan.epochs)"
    }
    // Files from before calibration was recorded go on without it.
    let metrics =
      schema.metrics.contains(.testECE)
      ? plan.metrics : plan.metrics.filter { $0 != .testECE }
    if schema.metrics != metrics {
      return "it records \(Self.list(schema.metrics)) and the plan \(Self.list(plan.metrics))"
    }
    if schema.diagnostics != plan.diagnostics {
      return "it records other diagnostics, or at other sites, than the plan"
    }
    if stopping != plan.stopping?.text ?? "" {
      func words(_ text: String) -> String { text.isEmpty ? "runs every trial to its end" : text }
      return "its stopping rule is '\(words(stopping))' and the grid's "
        + "'\(words(plan.stopping?.text ?? ""))', and a trial that one of them stopped is not "
        + "what the other would have left"
    }
    if let text = Self.difference(trialColumns, plan.trialColumns, of: "trial") { return text }
    if let text = difference(ofWeights: plan) { return text }
    if cells.count != plan.cells.count {
      return "it has \(cells.count) cells and the grid \(plan.cells.count)"
    }
    if let text = Self.difference(cellColumns, plan.cellColumns, of: "cell") { return text }
    if let cell = cells.indices.first(where: { cells[$0] != plan.cells[$0] }) {
      return "cell \(cell) is trial \(cells[cell].trial) in it and \(plan.cells[cell].trial) in "
        + "the plan"
    }
    if comparisons != plan.comparisons {
      return "it asks for the comparisons \(Self.list(comparisons)) and the grid for "
        + Self.list(plan.comparisons)
    }
    if margin != plan.margin {
      func words(_ margin: Double?) -> String { margin.map { "\($0)" } ?? "none" }
      return "its equivalence margin is \(words(margin)) and the grid's \(words(plan.margin)); a "
        + "margin is chosen before the run"
    }
    if claim != plan.claim { return "its claim is '\(claim)' and the grid's '\(plan.claim)'" }
    return nil
  }

  private func difference(ofIDs planned: [TrialID]) -> String {
    let missing = Set(trialIDs).subtracting(planned).count
    let added = Set(planned).subtracting(trialIDs).count
    if missing == 0, added == 0 { return "it has the same trials in another order" }
    return "of its \(trialIDs.count) trials \(missing) are not in the grid, and \(added) of the "
      + "grid's \(planned.count) are not in it (another grid, other data or another version)"
  }

  private func difference(ofWeights plan: Plan) -> String? {
    let names = plan.trials.map { plan.architectures[$0.architecture].name }
    if names != architectures { return "its architectures have other names" }
    let kept = weights.isEmpty ? WeightsPolicy.none : policy
    let planned = plan.architectures.filter { !$0.parameters.isEmpty && names.contains($0.name) }
    let wanted = planned.isEmpty ? WeightsPolicy.none : plan.weights
    if kept != wanted {
      return "it keeps the weights '\(kept.text)' and the plan '\(wanted.text)'"
    }
    guard kept != .none else { return nil }
    for architecture in planned {
      let group = weights.first { $0.name == architecture.name }
      if group?.parameters.map(\.shape) != architecture.parameters {
        return "the weights of '\(architecture.name)' have other shapes"
      }
      let epochs = plan.trials.lazy.filter {
        plan.architectures[$0.architecture].name == architecture.name
      }.map(\.spec.epochs)
      if group?.snapshots != wanted.snapshots(ofTrialsWith: epochs) {
        return "the weights of '\(architecture.name)' are of other epochs"
      }
    }
    return nil
  }

  private static func difference(
    _ stored: [Column], _ planned: [Column], of table: String
  ) -> String? {
    let names = stored.map(\.name)
    if names != planned.map(\.name) {
      return "its \(table) columns are \(list(names)) and the grid's \(list(planned.map(\.name)))"
    }
    for (stored, planned) in zip(stored, planned) where stored.values != planned.values {
      let row = (0..<min(stored.count, planned.count)).first {
        differs(stored.text(at: $0), FixedText.withoutNUL(planned.text(at: $0)))
      }
      guard let row else { continue }
      return "the \(table) column '\(stored.name)' has '\(stored.text(at: row))' in row \(row) and "
        + "the grid '\(planned.text(at: row))'"
    }
    return nil
  }

  /// Whether two values of a setting are different ones. Older files have some value, and columns
  /// of another type, where a setting does not apply.
  private static func differs(_ stored: String, _ planned: String) -> Bool {
    stored != planned && !planned.isEmpty
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
  private static func list(_ metrics: [Metric]) -> String { list(metrics.map(\.rawValue)) }
  private static func list(_ comparisons: [Comparison]) -> String {
    guard !comparisons.isEmpty else { return "(none)" }
    return list(comparisons.map { ([$0.factor] + $0.by).joined(separator: " by ") })
  }
}
