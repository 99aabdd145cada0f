internal import ExperimentModel

extension Plan {
  /// The plan for people and other programs: what `provenance/plan` holds.
  ///
  /// Columns and cells are datasets of the file and not repeated; a trial is its id, its cost and
  /// the canonical text that the id is a digest of.
  var json: String {
    JSONValue.object([
      ("title", .text(title)),
      ("question", .text(question)),
      ("claim", .text(claim)),
      ("diagnostics", .array((diagnostics?.words ?? []).map { .text($0.rawValue) })),
      ("epochs", .integer(epochs)),
      ("metrics", .array(metrics.map { .text($0.rawValue) })),
      ("weights", .text(weights.text)),
      ("stopping", .text(stopping?.text ?? "")),
      ("comparisons", .array(comparisons.map(\.json))),
      ("datasets", .array(datasets.map(\.json))),
      ("architectures", .array(architectures.map(\.json))),
      (
        "trials",
        .elements(trials.count) { trials[$0].json(architectures[trials[$0].architecture].name) }
      ),
    ]).text
  }
}

extension Comparison {
  fileprivate var json: JSONValue {
    .object([("factor", .text(factor)), ("by", .array(by.map { .text($0) }))])
  }
}

extension DatasetCard {
  fileprivate var json: JSONValue {
    .object([
      ("name", .text(name)), ("height", .integer(shape.height)), ("width", .integer(shape.width)),
      ("channels", .integer(shape.channels)), ("classes", .integer(classes)),
      ("train", .integer(train)), ("test", .integer(test)), ("fingerprint", .text(fingerprint)),
    ])
  }
}

extension Architecture {
  fileprivate var json: JSONValue {
    .object([
      ("name", .text(name)),
      (
        "parameters",
        .array(
          parameters.map { parameter in
            .object([
              ("name", .text(parameter.name)),
              ("shape", .array(parameter.shape.map { .integer($0) })),
            ])
          })
      ),
    ])
  }
}

extension PlannedTrial {
  fileprivate func json(_ architecture: String) -> JSONValue {
    .object([
      ("id", .text("\(id)")), ("architecture", .text(architecture)), ("flops", .real(flops)),
      ("configuration", .text(spec.canonicalText)),
    ])
  }
}
