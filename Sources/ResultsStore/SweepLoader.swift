internal import ExperimentModel
internal import HDF5

/// Reads a results file's structure, believing nothing of it that it has not compared.
///
/// A dataset is read only after its type, its shape and its place have been checked against the
/// size of the file, so what is allocated is in proportion to the file.
struct SweepLoader {
  private let fileSize: UInt64
  /// Where the datasets are that have been seen, to find those that overlap.
  private var extents: [(start: UInt64, end: UInt64, path: String)] = []

  private init(fileSize: UInt64) { self.fileSize = fileSize }

  /// Reads everything except the weights of the file at `path`, which is `fileSize` bytes long.
  ///
  /// A structure that no seal vouches for is tried in a child process first.
  static func load(_ path: String, fileSize: UInt64) throws -> StoredSweep {
    if try !Seal.isThere(path) {
      try Self.guarded(fileSize: fileSize) { _ = try Self.loadUnguarded(path, fileSize: fileSize) }
    }
    return try loadUnguarded(path, fileSize: fileSize)
  }

  /// The same of a file that this process has just made.
  ///
  /// - Parameter isNew: whether it has no checksum of its contents yet.
  static func loadUnguarded(
    _ path: String, fileSize: UInt64, isNew: Bool = false
  ) throws -> StoredSweep {
    var loader = SweepLoader(fileSize: fileSize)
    let file = try File.open(path)
    var sweep = try loader.load(file)
    try loader.checkExtents()
    sweep.recoverStatus()
    try file.close()
    guard isNew || sweep.hasItsContents else {
      throw FormatError(
        "it is damaged: what was known before its first trial does not match its checksum")
    }
    return sweep
  }

  private mutating func load(_ file: borrowing File) throws -> StoredSweep {
    guard try file.hasAttribute("format"), try file.textAttribute("format") == FileFormat.name
    else { throw FormatError("it is an HDF5 file of another program") }
    let version = try file.integerAttribute("format_version")
    guard (FileFormat.oldestVersion...FileFormat.version).contains(version) else {
      throw FormatError(
        "it has format version \(version), and this program reads \(FileFormat.oldestVersion) to "
          + "\(FileFormat.version)"
          + (version > FileFormat.version ? ": it was made by a newer dropgrid, use that one" : ""))
    }
    let count = try length(of: "trial", .int64, in: file)
    let epochs = try length(of: "epoch", .int32, in: file)
    let schema = try schema(file, count: count, epochs: epochs, version: version)
    var rows: [StoredColumn] = []
    for column in schema.columns { rows.append(try read(column, count: count, from: file)) }
    let architectures = try texts("architecture", count: count, from: file)
    let (cells, cellColumns) = try cells(file, trials: count)
    let sessions = try provenanceSessions(file, version: version)
    let comparisons = try comparisons(file)
    let hasClaim = try file.hasAttribute("claim")
    let claim = hasClaim ? try file.textAttribute("claim") : ""
    let history = try history(file, trials: count)
    let hasMargin = try file.hasAttribute("margin")
    let margin = hasMargin ? Double(try file.textAttribute("margin")) : nil
    let policy = try policy(file, version: version)
    var finals: [StoredColumn] = []
    for metric in version >= 3 ? schema.metrics : [] {
      let column = RowColumn(name: FileFormat.final + metric.rawValue, type: .float32)
      finals.append(try read(column, count: count, from: file))
    }
    var contents: StoredColumn?
    if version >= 3 {
      contents = try read(
        RowColumn(name: FileFormat.contents, type: .int64), count: 1,
        from: try file.openGroup("provenance"))
    }
    return StoredSweep(
      version: version, title: try file.textAttribute("title"),
      question: try file.textAttribute("question"),
      engine: try file.textAttribute("engine"), trialIDs: try trialIDs(rows[0]),
      trialColumns: try columns(file, count: count), architectures: architectures, cells: cells,
      cellColumns: cellColumns, schema: schema, rows: rows,
      checksums: try read(
        RowColumn(name: FileFormat.checksum, type: .int64), count: count, from: file),
      weights: try weights(file, architectures: architectures, policy: policy), policy: policy,
      stopping: try file.hasAttribute("stopping") ? try file.textAttribute("stopping") : "",
      comparisons: comparisons, margin: margin, claim: claim, datasets: try datasets(file),
      gridText: try text("provenance/grid", from: file),
      planText: try text("provenance/plan", from: file), history: history, sessions: sessions,
      finals: finals, contents: contents)
  }

  /// What the file's rows consist of, from the list that the checksum carries.
  private mutating func schema(
    _ file: borrowing File, count: Int, epochs: Int, version: Int
  ) throws -> RowSchema {
    let checksum = try file.openDataset(FileFormat.checksum)
    let names = try checksum.textAttribute("columns")
    let metrics = names.split(separator: " ").compactMap { Metric(rawValue: String($0)) }
    let engine = try file.openDataset("engine")
    guard case .text(let bytes) = try engine.elementType(), (1...65536).contains(bytes),
      Set(metrics).count == metrics.count
    else { throw FormatError("its columns are damaged") }
    let schema = RowSchema(
      epochs: epochs, metrics: metrics, engineBytes: bytes, version: version,
      diagnostics: try diagnostics(names, file))
    guard schema.names == names else {
      throw FormatError("its rows have the columns \(names), not \(schema.names)")
    }
    return schema
  }

  private func trialIDs(_ column: StoredColumn) throws -> [TrialID] {
    let count = column.bytes.count / column.column.rowBytes
    var ids: [TrialID] = []
    ids.reserveCapacity(count)
    for row in 0..<count {
      guard let bytes = Hexadecimal.decode(column.row(row)), bytes.count == 16 else {
        throw FormatError("the id of trial \(row) is damaged")
      }
      ids.append(TrialID(bytes: bytes))
    }
    guard Set(ids).count == count else { throw FormatError("a trial's id occurs twice") }
    return ids
  }

  private mutating func cells(
    _ file: borrowing File, trials: Int
  ) throws -> ([PlannedCell], [Column]) {
    let group = try file.openGroup("cells")
    let count = try length(of: "cell", .int64, in: group)
    let columns = try columns(group, count: count)
    let indices = try read(RowColumn(name: "cell_trial", type: .int64), count: count, from: group)
    let rules = try texts("cell_rule", count: count, from: group)
    var cells: [PlannedCell] = []
    cells.reserveCapacity(count)
    for (index, rule) in zip(indices.values(Int64.self), rules) {
      guard let trial = Int(exactly: index), (0..<trials).contains(trial) else {
        throw FormatError("a cell points at trial \(index) of \(trials)")
      }
      cells.append(PlannedCell(trial: trial, rule: rule))
    }
    return (cells, columns)
  }

  private func policy(_ file: borrowing File, version: Int) throws -> WeightsPolicy {
    guard version >= 2 else { return try file.contains("weights") ? .final : .none }
    let text = try file.textAttribute("weights_policy")
    guard let policy = WeightsPolicy(text) else {
      throw FormatError("it keeps the weights '\(text)', which this program does not know")
    }
    return policy
  }

  /// The epochs of a group's snapshots; nil where each trial has one place.
  private mutating func snapshots(
    _ group: borrowing Group, _ policy: WeightsPolicy
  ) throws -> [Int]? {
    guard case .every = policy else { return nil }
    let count = try length(of: "snapshot", .int32, in: group)
    let scale = RowColumn(name: "snapshot", type: .int32)
    let dataset = try group.openDataset(scale.name)
    let bytes = try dataset.readBytes()
    let epochs = StoredColumn(column: scale, offset: 0, bytes: bytes).values(Int32.self)
    guard epochs.count == count, zip(epochs, epochs.dropFirst()).allSatisfy({ $0 < $1 }),
      epochs.first.map({ $0 > 0 }) == true
    else { throw FormatError("its snapshots are damaged") }
    return epochs.map { Int($0) }
  }

  private mutating func weights(
    _ file: borrowing File, architectures: [String], policy: WeightsPolicy
  ) throws -> [StoredWeights] {
    guard try file.contains("weights") else { return [] }
    var trials: [String: [Int]] = [:]
    for (index, name) in architectures.enumerated() { trials[name, default: []].append(index) }
    var result: [StoredWeights] = []
    for (name, trials) in trials.sorted(by: { $0.key < $1.key }) {
      guard !name.isEmpty, try file.contains("weights/\(name)") else { continue }
      let group = try file.openGroup("weights/\(name)")
      let rows = try read(
        RowColumn(name: "trial_of_row", type: .int64), count: trials.count, from: group)
      guard rows.values(Int64.self) == trials.map({ Int64($0) }) else {
        throw FormatError("the weights of \(name) belong to other trials")
      }
      let checksums = try read(
        RowColumn(name: "crc32c", type: .int64), count: trials.count, from: group)
      let snapshots = try snapshots(group, policy)
      let outer = [trials.count] + (snapshots.map { [$0.count] } ?? [])
      let count = try length(of: "parameter", nil, in: group)
      var parameters: [StoredWeights.Parameter] = []
      for path in try texts("parameters", count: count, from: group) {
        parameters.append(try parameter(path, outer: outer, in: group))
      }
      result.append(
        StoredWeights(
          name: name, trials: trials, snapshots: snapshots, parameters: parameters,
          checksums: checksums))
    }
    return result
  }

  private mutating func parameter(
    _ path: String, outer: [Int], in group: borrowing Group
  ) throws -> StoredWeights.Parameter {
    let parts = path.split(separator: "/")
    guard parts.count == 2, let role = ParameterShape.Role(rawValue: String(parts[1])) else {
      throw FormatError("'\(path)' is no parameter")
    }
    let dataset = try group.openDataset(path)
    let shape = try dataset.shape()
    guard shape.starts(with: outer) else { throw FormatError("\(path) has shape \(shape)") }
    let offset = try check(dataset, .float32, shape: shape)
    return StoredWeights.Parameter(
      shape: ParameterShape(
        layer: String(parts[0]), role: role, shape: Array(shape.dropFirst(outer.count))),
      offset: offset)
  }
}

extension SweepLoader {
  /// The length of the dimension `name`; of any type where `type` is nil.
  mutating func length(
    of name: String, _ type: ElementType?, in place: borrowing some Container & ~Copyable
  ) throws -> Int {
    let dataset = try place.openDataset(name)
    let shape = try dataset.shape()
    guard shape.count == 1, shape[0] > 0 else { throw FormatError("\(name) has shape \(shape)") }
    if let type { _ = try check(dataset, type, shape: shape) }
    return shape[0]
  }

  /// Every row of a column.
  mutating func read(
    _ column: RowColumn, count: Int, from place: borrowing some Container & ~Copyable
  ) throws -> StoredColumn {
    let dataset = try place.openDataset(column.name)
    let offset = try check(
      dataset, column.type, shape: [count] + column.shape)
    return StoredColumn(column: column, offset: offset, bytes: try dataset.readBytes())
  }

  mutating func texts(
    _ name: String, count: Int, from place: borrowing some Container & ~Copyable
  ) throws -> [String] {
    let dataset = try place.openDataset(name)
    _ = try check(dataset, .variableText, shape: [count])
    return try dataset.readTexts()
  }

  mutating func text(
    _ name: String, from place: borrowing some Container & ~Copyable
  ) throws -> String {
    let dataset = try place.openDataset(name)
    _ = try check(dataset, .variableText, shape: [])
    return try dataset.readTexts().first ?? ""
  }

  /// The columns that the attribute `coordinates` lists.
  mutating func columns(
    _ place: borrowing some Container & ~Copyable, count: Int
  ) throws -> [Column] {
    let names = try place.textAttribute("coordinates").split(separator: " ").map(String.init)
    var columns: [Column] = []
    for name in names {
      let dataset = try place.openDataset(name)
      let type = try dataset.elementType()
      let path = try dataset.textAttribute("path")
      let values: Column.Values
      switch type {
      case .float64:
        values = .real(
          try read(RowColumn(name: name, type: .float64), count: count, from: place)
            .values(Double.self))
      case .int64:
        values = .integer(
          try read(RowColumn(name: name, type: .int64), count: count, from: place)
            .values(Int64.self))
      case .variableText: values = .text(try texts(name, count: count, from: place))
      default: throw FormatError("\(name) has an unexpected type")
      }
      columns.append(Column(name: name, path: path, values: values))
    }
    return columns
  }

  /// Where a dataset is, once its type and shape are the expected ones and all of it is in the
  /// file.
  mutating func check(
    _ dataset: borrowing Dataset, _ type: ElementType, shape: [Int]
  ) throws -> UInt64 {
    let path = dataset.path
    guard try dataset.elementType() == type else {
      throw FormatError("\(path) has an unexpected type")
    }
    guard try dataset.shape() == shape else {
      throw FormatError("\(path) has shape \(try dataset.shape()), not \(shape)")
    }
    var bytes = UInt64(type.size)
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: UInt64(length))
      guard !overflow else { throw FormatError("\(path) has the impossible shape \(shape)") }
      bytes = product
    }
    guard let offset = try dataset.offset(), try dataset.storageSize() == bytes,
      offset <= fileSize, bytes <= fileSize - offset
    else { throw FormatError("\(path) is not where it should be: the file is cut off or damaged") }
    extents.append((offset, offset + bytes, path))
    return offset
  }

  private func checkExtents() throws {
    let sorted = extents.sorted { $0.start < $1.start }
    for (first, second) in zip(sorted, sorted.dropFirst()) where second.start < first.end {
      throw FormatError("\(first.path) and \(second.path) overlap")
    }
  }
}
