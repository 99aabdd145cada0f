internal import ExperimentModel
internal import HDF5

/// Why a file is not a sound results file: what is wrong, without the path and the remedy.
struct FormatError: Error, Sendable, Hashable {
  var message: String

  init(_ message: String) { self.message = message }
}

/// A dataset of a results file with one row after the other: where it is and what it holds.
struct StoredColumn: Sendable {
  var column: RowColumn
  /// Of the first row in the file.
  var offset: UInt64
  /// Every row, as stored.
  var bytes: [UInt8]

  func offset(ofRow row: Int) -> UInt64 { offset + UInt64(row) * UInt64(column.rowBytes) }

  func row(_ row: Int) -> ArraySlice<UInt8> {
    bytes[row * column.rowBytes..<(row + 1) * column.rowBytes]
  }

  func values<Value: BitwiseCopyable>(_: Value.Type) -> [Value] {
    let count = bytes.count / MemoryLayout<Value>.size
    return [Value](unsafeUninitializedCapacity: count) { buffer, used in
      UnsafeMutableRawBufferPointer(buffer).copyBytes(
        from: bytes.prefix(count * MemoryLayout<Value>.size))
      used = count
    }
  }

  /// Takes over bytes of the file that stand in this column.
  ///
  /// - Returns: whether they do.
  mutating func patch(_ part: RedoRecord.Part) -> Bool {
    guard part.offset >= offset, part.offset - offset < UInt64(bytes.count) else { return false }
    let start = Int(part.offset - offset)
    guard part.bytes.count <= bytes.count - start else { return false }
    bytes.replaceSubrange(start..<start + part.bytes.count, with: part.bytes)
    return true
  }

  func texts() -> [String] {
    (0..<bytes.count / column.rowBytes).map { FixedText.decode(row($0)) }
  }
}

/// Where the weights of one architecture are.
struct StoredWeights: Sendable {
  struct Parameter: Sendable {
    var shape: ParameterShape
    /// Of the first row in the file.
    var offset: UInt64
  }

  var name: String
  var trials: [Int]
  /// The epochs whose weights have places, ascending; nil where each trial has one place.
  var snapshots: [Int]?
  var parameters: [Parameter]
  var checksums: StoredColumn

  /// Copies of the weights in a row.
  var copies: Int { snapshots?.count ?? 1 }

  /// The bytes of one parameter's row, all snapshots, and where they are.
  func place(_ parameter: Parameter, row: Int) -> (offset: UInt64, count: Int) {
    let count = 4 * parameter.shape.count * copies
    return (parameter.offset + UInt64(row) * UInt64(count), count)
  }
}

/// Everything in a results file except the weights, read and checked.
struct StoredSweep: Sendable {
  var version: Int
  var title: String
  var question: String
  var engine: String
  var trialIDs: [TrialID]
  var trialColumns: [Column]
  /// The name of each trial's architecture.
  var architectures: [String]
  var cells: [PlannedCell]
  var cellColumns: [Column]
  var schema: RowSchema
  /// As `schema.columns`.
  var rows: [StoredColumn]
  var checksums: StoredColumn
  var weights: [StoredWeights]
  var policy: WeightsPolicy
  /// As `StoppingRule.text`; empty where no trial stops early.
  var stopping: String
  var comparisons: [Comparison]
  var margin: Double?
  var claim: String
  var datasets: [DatasetCard]
  var gridText: String
  var planText: String
  var history: SweepHistory
  /// As `FileFormat.sessionColumns`, and behind them the checksums of the slots, from version 3 on.
  var sessions: [StoredColumn]
  /// Each figure of `schema.metrics` after the last epoch; empty before version 3.
  var finals: [StoredColumn] = []
  /// The checksum of the contents; nil before version 3.
  var contents: StoredColumn?
  /// Rows whose status byte says nothing and whose checksum tells it.
  var recovered: [Int] = []
  /// Weights that an interrupted run has still to put in their places, by these.
  var waiting: [UInt64: [UInt8]] = [:]

  /// Takes over bytes that have been written to the file; those of weights are not kept here.
  mutating func patch(_ part: RedoRecord.Part) {
    for index in rows.indices where rows[index].patch(part) { return }
    if checksums.patch(part) { return }
    for index in sessions.indices where sessions[index].patch(part) { return }
    for index in finals.indices where finals[index].patch(part) { return }
    for index in weights.indices where weights[index].checksums.patch(part) { return }
  }

  /// Takes over what an interrupted run has still to put in its place.
  mutating func patch(_ record: RedoRecord) {
    for part in record.parts {
      patch(part)
      waiting[part.offset] = part.bytes
    }
  }

  /// Bytes of weights, as they are or will be.
  func weights(
    _ place: (offset: UInt64, count: Int), in file: borrowing FileDescriptor
  ) throws(SystemError) -> [UInt8] {
    if let bytes = waiting[place.offset], bytes.count == place.count { return bytes }
    return try file.read(place.count, at: place.offset)
  }

  /// Each trial's group of weights and its row there; nil where none are kept.
  func weightRow(of trial: Int) -> (group: StoredWeights, row: Int)? {
    guard let group = weights.first(where: { $0.name == architectures[trial] }) else { return nil }
    // The trials ascend.
    var (low, high) = (0, group.trials.count)
    while low < high {
      let middle = (low + high) / 2
      if group.trials[middle] < trial { low = middle + 1 } else { high = middle }
    }
    return low < group.trials.count && group.trials[low] == trial ? (group, low) : nil
  }
}

extension StoredSweep {
  /// The epochs whose weights row `trial` has, ascending; the row is complete.
  ///
  /// - Parameter run: epochs that the trial ran.
  func keptSnapshots(_ trial: Int, epochsRun run: Int, status: TrialStatus) -> [Int] {
    guard status.isComplete, let (group, _) = weightRow(of: trial) else { return [] }
    guard let snapshots = group.snapshots, case .every(let interval) = policy else {
      guard schema.hasWeightsEpoch else { return [run] }
      let epoch = column(FileFormat.weightsEpoch).row(trial).withUnsafeBytes {
        $0.loadUnaligned(as: Int32.self)
      }
      return epoch > 0 ? [Int(epoch)] : []
    }
    // Weights that were lost with the bytes of their file.
    let isLost = column(FileFormat.weightsEpoch).row(trial).allSatisfy { $0 == 0 }
    if isLost { return [] }
    return snapshots.filter { $0 <= run && ($0 % interval == 0 || ($0 == run && status == .done)) }
  }

  /// Runs that the file has room for.
  var sessionSlots: Int { sessions.first.map { $0.bytes.count / $0.column.rowBytes } ?? 0 }

  /// Each figure of a row after its last epoch, in the order of `schema.metrics`; NaN where there is
  /// none.
  func finals(ofRow row: Int) -> [Float] {
    let run = Int(
      column("epochs_run").row(row).withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
    return schema.metrics.map { metric in
      guard (1...schema.epochs).contains(run) else { return .nan }
      return column(metric.rawValue).row(row).withUnsafeBytes {
        $0.loadUnaligned(fromByteOffset: 4 * (run - 1), as: Float.self)
      }
    }
  }

  /// The column that is called `name`.
  ///
  /// - Precondition: the schema has it.
  func column(_ name: String) -> StoredColumn {
    guard let index = schema.columns.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("the schema has no column \(name)")
    }
    return rows[index]
  }

  /// The status byte of every row, whether or not its checksum holds; nil for an unknown one.
  var storedStatus: [TrialStatus?] {
    column(FileFormat.status).values(Int8.self).map { TrialStatus(rawValue: $0) }
  }

  /// The rows that claim to be finished and whose figures do not match their checksum.
  func tornRows() -> [Int] {
    let status = storedStatus
    let checksums = checksums.values(Int64.self)
    let epochs = column("epochs_run").values(Int32.self)
    let weightChecksums = weightChecksums()
    return status.indices.filter { row in
      if status[row] == .pending { return false }
      var checksum = CRC32C()
      for column in rows {
        column.bytes.withUnsafeBytes {
          let size = column.column.rowBytes
          checksum.update(UnsafeRawBufferPointer(rebasing: $0[row * size..<(row + 1) * size]))
        }
      }
      if let value = weightChecksums[row] { checksum.update(littleEndian([value])) }
      return Int64(checksum.value) != checksums[row] || status[row] == nil
        || !(0...schema.epochs).contains(Int(epochs[row]))
    }
  }

  /// The stored checksum of each trial's weights; nil where none are kept.
  func weightChecksums() -> [Int64?] {
    var result = [Int64?](repeating: nil, count: trialIDs.count)
    for group in weights {
      for (trial, value) in zip(group.trials, group.checksums.values(Int64.self)) {
        result[trial] = value
      }
    }
    return result
  }

  /// The rows of `finished` whose weights do not match their checksum.
  func tornWeights(
    in file: borrowing FileDescriptor, of finished: Set<Int>
  ) throws(SystemError) -> [Int] {
    var torn: [Int] = []
    for group in weights {
      let checksums = group.checksums.values(Int64.self)
      for (row, trial) in group.trials.enumerated() where finished.contains(trial) {
        var checksum = CRC32C()
        for parameter in group.parameters {
          checksum.update(try weights(group.place(parameter, row: row), in: file))
        }
        if Int64(checksum.value) != checksums[row] { torn.append(trial) }
      }
    }
    return torn
  }
}
