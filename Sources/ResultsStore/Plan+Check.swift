internal import ExperimentModel

extension Plan {
  /// Makes sure that the plan can stand in a file: names that every reader takes, and sizes.
  func checkForStorage() throws(UserError) {
    guard !trials.isEmpty, !cells.isEmpty, epochs > 0 else {
      throw UserError(
        .badInput, "the plan has no trials or no epochs, so there is nothing to store")
    }
    let taken = Column.fileNames
    try Self.check(trialColumns, count: trials.count, reserved: taken, of: "trial")
    // Cells stand in a group of their own, beside no trial's figures.
    let rows = RowSchema(epochs: epochs, metrics: metrics, engineBytes: 1).columns.map(\.name)
    try Self.check(
      cellColumns, count: cells.count, reserved: taken.subtracting(rows), of: "cell")
    precondition(Set(metrics).count == metrics.count, "a metric occurs twice in \(metrics)")
    precondition(
      cells.allSatisfy { trials.indices.contains($0.trial) }, "a cell points at no trial")
    precondition(
      trials.allSatisfy { architectures.indices.contains($0.architecture) },
      "a trial has no architecture")
    var names: Set<String> = []
    for architecture in architectures {
      try Self.check(name: architecture.name, of: "architecture")
      guard names.insert(architecture.name).inserted else {
        throw UserError(
          .badInput, "two architectures are called '\(architecture.name)'; rename one")
      }
      for parameter in architecture.parameters {
        try Self.check(name: parameter.layer, of: "layer")
      }
      guard weights == .none || architecture.parameters.count <= FileFormat.mostParameters else {
        throw UserError(
          .badInput,
          "architecture '\(architecture.name)' has \(architecture.parameters.count) trainable "
            + "arrays; the file takes up to \(FileFormat.mostParameters): keep no weights")
      }
    }
  }

  private static func check(
    _ columns: [Column], count: Int, reserved: Set<String>, of table: String
  ) throws(UserError) {
    var names = reserved
    for column in columns {
      precondition(column.count == count, "column \(column.name) has \(column.count) values")
      try check(name: column.name, of: "\(table) column")
      guard names.insert(column.name).inserted else {
        throw UserError(
          .badInput,
          "the name '\(column.name)' (\(column.path)) is taken in the results file; rename it")
      }
    }
    guard columns.reduce(0, { $0 + $1.name.utf8.count + 1 }) <= FileFormat.nameListBytes else {
      throw UserError(.badInput, "the names of the \(table) columns are too long for the file")
    }
  }

  /// A name starts with a letter, a digit or `_`, and has no `/`, white space or control
  /// characters.
  private static func check(name: String, of kind: String) throws(UserError) {
    let isPlain = name.unicodeScalars.allSatisfy {
      $0 != "/" && !$0.properties.isWhitespace && $0.properties.generalCategory != .control
    }
    let startsWell = name.first.map { $0.isLetter || $0.isNumber || $0 == "_" } ?? false
    guard isPlain, startsWell, name.utf8.count <= 200 else {
      throw UserError(
        .badInput,
        "the \(kind) name \(JSONValue.text(name).text) cannot stand in a results file: "
          + "start with a letter and leave out `/`, white space and control characters")
    }
  }
}
