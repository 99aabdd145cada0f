internal import ExperimentModel
internal import HDF5

/// A results file that rows are written to, and its lock.
struct RowFile: ~Copyable, Sendable {
  let descriptor: FileDescriptor
  private let lock: SweepLock
  let sweep: StoredSweep
  private let session: Int
  private var size: UInt64 = 0

  /// Begins a session: the next free slot, or the last one where none is free.
  ///
  /// - Parameter sweep: what the file holds, with offsets that have been checked.
  init(
    _ descriptor: consuming FileDescriptor, _ lock: consuming SweepLock, _ sweep: StoredSweep,
    session info: SessionInfo, start: Double
  ) throws(SystemError) {
    let used = sweep.recordedSessions.count
    session = min(used, FileFormat.sessionSlots - 1)
    self.sweep = sweep
    self.descriptor = descriptor
    self.lock = lock
    size = try self.descriptor.size()
    let texts = [info.commandLine, info.host, info.cpu, info.versions, info.commit]
    for (column, text) in zip(sweep.sessions, texts) {
      let bytes = FixedText.encode(text, bytes: column.column.rowBytes)
      try self.descriptor.write(bytes, at: column.offset(ofRow: session))
    }
    try self.descriptor.write(
      littleEndian([Double.nan]), at: sweep.sessions[6].offset(ofRow: session))
    try self.descriptor.write(
      littleEndian([start]), at: sweep.sessions[5].offset(ofRow: session))
    try self.descriptor.syncData()
  }

  /// Whether `path` still leads to this file, in all its length: rows that go anywhere else are
  /// lost.
  func isWhole(at path: String) throws(SystemError) -> Bool {
    let length = try descriptor.size()
    return descriptor.isStill(at: path) && length == size
  }

  /// Makes rows pending again.
  func reset(_ rows: [Int]) throws(SystemError) {
    guard !rows.isEmpty else { return }
    let status = sweep.column(FileFormat.status)
    for row in rows {
      try descriptor.write([UInt8(TrialStatus.pending.rawValue)], at: status.offset(ofRow: row))
    }
    try descriptor.syncData()
  }

  /// Writes finished rows: everything but the status, sync, the status, sync.
  ///
  /// After an error every row that was finished before is as it was, and each row of this batch is
  /// either still pending or complete.
  ///
  /// - Parameter sync: whether to wait for the disk; without it the caller has to.
  func append(
    _ batch: [(row: Int, record: TrialRecord)], engine: String, sync: Bool = true
  ) throws(SystemError) {
    for (row, record) in batch { try writeContents(row, record, engine: engine) }
    if sync { try descriptor.syncData() }
    let status = sweep.column(FileFormat.status)
    for (row, record) in batch {
      try descriptor.write(
        littleEndian([record.status.rawValue]), at: status.offset(ofRow: row))
    }
    if sync { try descriptor.syncData() }
  }

  private func writeContents(
    _ row: Int, _ record: TrialRecord, engine: String
  ) throws(SystemError) {
    let contents = sweep.schema.encode(record, session: session, engine: engine)
    var checksum = CRC32C()
    for (column, bytes) in zip(sweep.rows, contents) {
      checksum.update(bytes)
      // The id stands there from the start, and the status comes last.
      if column.column.name != FileFormat.status, column.column.name != "trial_id" {
        try descriptor.write(bytes, at: column.offset(ofRow: row))
      }
    }
    if let value = try writeWeights(row, record) { checksum.update(littleEndian([value])) }
    try descriptor.write(
      littleEndian([Int64(checksum.value)]), at: sweep.checksums.offset(ofRow: row))
  }

  /// Writes a trial's weights, NaN where it has none, and returns their checksum; nil where the
  /// file keeps none.
  private func writeWeights(_ trial: Int, _ record: TrialRecord) throws(SystemError) -> Int64? {
    guard let (group, row) = sweep.weightRow(of: trial) else { return nil }
    precondition(
      record.weights.isEmpty || record.weights.count == group.parameters.count,
      "\(record.weights.count) arrays of weights for \(group.parameters.count) parameters")
    let kept = record.keptSnapshots
    // Which of the record's snapshots stands in each place of the row.
    let places = group.snapshots?.map { kept.firstIndex(of: $0) } ?? [kept.isEmpty ? nil : 0]
    precondition(
      places.count { $0 != nil } == kept.count,
      "weights of the epochs \(kept) for the places \(group.snapshots ?? [])")
    var checksum = CRC32C()
    for (index, parameter) in group.parameters.enumerated() {
      let count = parameter.shape.count
      let values = record.weights.isEmpty ? [] : record.weights[index]
      precondition(
        values.count == count * kept.count,
        "\(parameter.shape.name) has \(values.count) of \(count) values in each of \(kept.count)")
      let bytes = places.flatMap { place in
        littleEndian(
          place.map { Array(values[$0 * count..<($0 + 1) * count]) }
            ?? [Float](repeating: .nan, count: count))
      }
      checksum.update(bytes)
      try descriptor.write(bytes, at: group.place(parameter, row: row).offset)
    }
    try descriptor.write(
      littleEndian([Int64(checksum.value)]), at: group.checksums.offset(ofRow: row))
    return Int64(checksum.value)
  }

  /// Records that the session ended by itself.
  func end(at time: Double) throws(SystemError) {
    try descriptor.write(littleEndian([time]), at: sweep.sessions[6].offset(ofRow: session))
    try descriptor.syncData()
  }
}
