internal import ExperimentModel
internal import HDF5

/// A results file without results: every dataset, attribute and label, at its final place.
struct Skeleton {
  let plan: Plan
  let engine: String
  let session: SessionInfo
  /// Seconds since 1970-01-01T00:00:00Z.
  let createdAt: Double
  let history: SweepHistory
  let schema: RowSchema
  /// The plan as JSON.
  let planText: String

  /// Whether the attribute `history` gets a line.
  let isNew: Bool
  let sessionSlots: Int

  init(
    plan: Plan, engine: String, session: SessionInfo, createdAt: Double,
    history: SweepHistory = SweepHistory(), isNew: Bool = true,
    sessionSlots: Int = FileFormat.sessionSlots
  ) {
    self.isNew = isNew
    self.sessionSlots = sessionSlots
    self.plan = plan
    self.engine = engine
    self.session = session
    self.createdAt = createdAt
    self.history = history
    schema = RowSchema(
      epochs: plan.epochs, metrics: plan.metrics,
      engineBytes: max(FileFormat.engineBytes, engine.utf8.count), diagnostics: plan.diagnostics)
    planText = plan.json
  }

  /// The architectures that the file keeps weights of, each with its trials in order.
  var weightGroups: [(architecture: Architecture, trials: [Int])] {
    guard plan.weights != .none else { return [] }
    var trials = [[Int]](repeating: [], count: plan.architectures.count)
    for (index, trial) in plan.trials.enumerated() { trials[trial.architecture].append(index) }
    return zip(plan.architectures, trials).filter { !$0.1.isEmpty && !$0.0.parameters.isEmpty }
      .map { ($0, $1) }
  }

  /// The epochs of the snapshots that the trials of one group keep; nil for one place each.
  func snapshots(_ trials: [Int]) -> [Int]? {
    plan.weights.snapshots(ofTrialsWith: trials.lazy.map { plan.trials[$0].spec.epochs })
  }

  /// Writes the file over what is at `path`.
  func write(_ path: String) throws(HDF5Error) {
    let file = try File.create(path)
    try writeRoot(file)
    try writeCells(file)
    for group in weightGroups { try writeWeights(file, group.architecture, trials: group.trials) }
    try writeProvenance(file)
    try file.close()
  }

  private func writeRoot(_ file: borrowing File) throws(HDF5Error) {
    try file.setAttribute("Conventions", .text("CF-1.8"))
    try file.setAttribute("format", .text(FileFormat.name))
    try file.setAttribute("format_version", .int32(Int32(FileFormat.version)))
    try file.setAttribute("title", text(plan.title))
    try file.setAttribute("question", text(plan.question))
    if !plan.claim.isEmpty { try file.setAttribute("claim", text(plan.claim)) }
    if let margin = plan.margin { try file.setAttribute("margin", .text("\(margin)")) }
    try file.setAttribute("creator", text("dropgrid (\(session.versions))"))
    try file.setAttribute(
      "history",
      text(
        isNew
          ? history.log
            + "\(isoTime(createdAt)) \(history.isEmpty ? "created" : "extended") by: "
            + session.commandLine : String(history.log.dropLast())))
    try file.setAttribute("engine", text(engine))
    try file.setAttribute("weights_policy", .text(plan.weights.text))
    if let stopping = plan.stopping { try file.setAttribute("stopping", text(stopping.text)) }
    try file.setAttribute("coordinates", .text(names(plan.trialColumns)))
    for constant in plan.constants {
      let name = FileFormat.setting + constant.name
      switch constant.values {
      case .real(let values): try file.setAttribute(name, .float64(values.first ?? .nan))
      case .integer(let values): try file.setAttribute(name, .int64(values.first ?? 0))
      case .text(let values): try file.setAttribute(name, text(values.first ?? ""))
      }
    }

    let count = plan.trials.count
    let trial = try file.createDataset("trial", .int64, shape: [count])
    try trial.write((0..<count).map { Int64($0) })
    try trial.makeScale("trial")
    try trial.setAttribute("long_name", .text("row: one unique training"))
    let epoch = try file.createDataset("epoch", .int32, shape: [plan.epochs])
    try epoch.write((1...plan.epochs).map { Int32($0) })
    try epoch.makeScale("epoch")
    try epoch.setAttribute("long_name", .text("epoch, from 1"))

    for column in plan.trialColumns { try write(column, to: file, along: trial) }
    try write(
      texts: plan.trials.map { plan.architectures[$0.architecture].name }, "architecture",
      to: file, along: trial)
    if !history.isEmpty { try write(history.generationColumn, to: file, along: trial) }
    for column in schema.columns where !column.name.hasPrefix(FileFormat.diagnostics) {
      try writeEmpty(column, file, trial, epoch)
    }
    if let diagnostics = plan.diagnostics {
      try writeDiagnostics(diagnostics, file, trial, epoch)
    }
    try Self.writeDerived(file, metrics: schema.metrics, count: count)
    let checksum = try file.createDataset(FileFormat.checksum, .int64, shape: [count])
    try checksum.attach(trial, axis: 0)
    try checksum.setAttribute("columns", .text(schema.names))
    try checksum.setAttribute("long_name", .text("CRC32C of the row"))
  }

  /// Makes the columns that repeat each figure after the last epoch.
  static func writeDerived(
    _ file: borrowing File, metrics: [Metric], count: Int
  ) throws(HDF5Error) {
    let trial = try file.openDataset("trial")
    for metric in metrics {
      let dataset = try file.createDataset(
        FileFormat.final + metric.rawValue, .float32, shape: [count], fill: .real(.nan))
      try dataset.attach(trial, axis: 0)
      try dataset.setAttribute("_FillValue", .float32s([.nan]))
      try dataset.setAttribute("units", .text("1"))
      try dataset.setAttribute("long_name", .text(metric.longName + ", after the last epoch"))
    }
  }

  /// Makes a column of the rows; only the ids are known yet.
  private func writeEmpty(
    _ column: RowColumn, _ file: borrowing File, _ trial: borrowing Dataset,
    _ epoch: borrowing Dataset
  ) throws(HDF5Error) {
    let count = plan.trials.count
    if let metric = schema.metrics.first(where: { $0.rawValue == column.name }) {
      let dataset = try file.createDataset(
        column.name, .float32, shape: [count, plan.epochs], fill: .real(.nan))
      try dataset.attach(trial, axis: 0)
      try dataset.attach(epoch, axis: 1)
      try dataset.setAttribute("_FillValue", .float32s([.nan]))
      try dataset.setAttribute("units", .text("1"))
      try dataset.setAttribute("long_name", .text(metric.longName))
      return
    }
    let fill: Fill =
      switch column.name {
      case "session": .integer(-1)
      case "finished_at", "duration": .real(.nan)
      default: .zero
      }
    let dataset = try file.createDataset(column.name, column.type, shape: [count], fill: fill)
    try dataset.attach(trial, axis: 0)
    if column.type == .float64 { try dataset.setAttribute("_FillValue", .float64s([.nan])) }
    switch column.name {
    case "trial_id": try dataset.write(plan.trials.flatMap { Hexadecimal.encode($0.id.bytes) })
    case FileFormat.status:
      let all = TrialStatus.allCases
      try dataset.setAttribute("flag_values", .int8s(all.map(\.rawValue)))
      try dataset.setAttribute(
        "flag_meanings", .text(all.map(\.name).joined(separator: " ")))
    case "session":
      try dataset.setAttribute("long_name", .text("row of provenance/sessions, or -1"))
    case "finished_at":
      try dataset.setAttribute("units", .text("seconds since 1970-01-01T00:00:00Z"))
      try dataset.setAttribute("standard_name", .text("time"))
    case FileFormat.weightsEpoch:
      try dataset.setAttribute("long_name", .text(FileFormat.weightsEpochName))
    case "duration":
      try dataset.setAttribute("units", .text("s"))
      try dataset.setAttribute("long_name", .text("wall-clock time of the trial"))
    default: break
    }
  }

  private func writeCells(_ file: borrowing File) throws(HDF5Error) {
    let cells = try file.createGroup("cells")
    try cells.setAttribute("coordinates", .text(names(plan.cellColumns)))
    let cell = try cells.createDataset("cell", .int64, shape: [plan.cells.count])
    try cell.write((0..<plan.cells.count).map { Int64($0) })
    try cell.makeScale("cell")
    try cell.setAttribute("long_name", .text("one combination as the grid has it"))
    for column in plan.cellColumns { try write(column, to: cells, along: cell) }
    let trial = try cells.createDataset("cell_trial", .int64, shape: [plan.cells.count])
    try trial.write(plan.cells.map { Int64($0.trial) })
    try trial.attach(cell, axis: 0)
    try trial.setAttribute("long_name", .text("the trial that stands for the cell"))
    try write(texts: plan.cells.map(\.rule), "cell_rule", to: cells, along: cell)
  }
}

extension Skeleton {
  /// Writes a column of the plan with its path in the grid file.
  func write(
    _ column: Column, to place: borrowing some Container & ~Copyable,
    along scale: borrowing Dataset
  ) throws(HDF5Error) {
    let type: ElementType =
      switch column.values {
      case .real: .float64
      case .integer: .int64
      case .text: .variableText
      }
    let dataset = try place.createDataset(column.name, type, shape: [column.count])
    switch column.values {
    case .real(let values): try dataset.write(values)
    case .integer(let values): try dataset.write(values)
    case .text(let values): try dataset.write(texts: values)
    }
    try dataset.attach(scale, axis: 0)
    try dataset.setAttribute("path", text(column.path))
  }

  func write(
    texts: [String], _ name: String, to place: borrowing some Container & ~Copyable,
    along scale: borrowing Dataset
  ) throws(HDF5Error) {
    let dataset = try place.createDataset(name, .variableText, shape: [texts.count])
    try dataset.write(texts: texts)
    try dataset.attach(scale, axis: 0)
  }

  private func names(_ columns: [Column]) -> String {
    columns.map(\.name).joined(separator: " ")
  }

  /// A text that fits into an attribute.
  private func text(_ text: String) -> AttributeValue {
    .text(FixedText.decode(FixedText.encode(text, bytes: FileFormat.attributeBytes)))
  }
}
