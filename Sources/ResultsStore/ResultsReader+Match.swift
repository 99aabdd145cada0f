public import ExperimentModel

extension ResultsReader {
  /// What keeps `ResultsWriter.open` from continuing the sweep with `plan`; nil for nothing.
  public func difference(from plan: Plan, engine: String) -> String? {
    stored.difference(from: plan, engine: engine)
  }
}
