internal import ExperimentModel
internal import Glibc
internal import HDF5

/// A results file that rows are written to, and its lock.
///
/// Every figure that is in the file is in `sweep` too, so that a file which another program has
/// emptied can be made again; weights are in the file only.
struct RowFile: ~Copyable, Sendable {
  private(set) var descriptor: FileDescriptor
  private let lock: SweepLock
  private(set) var sweep: StoredSweep
  private let session: Int
  private(set) var size: UInt64 = 0
  /// The end of the file, which no row is written to.
  private var tail: [UInt8] = []

  /// Begins a session: the next free slot, or the last one where none is free.
  ///
  /// - Parameter sweep: what the file holds, with offsets that have been checked.
  init(
    _ descriptor: consuming FileDescriptor, _ lock: consuming SweepLock, _ sweep: StoredSweep,
    session info: SessionInfo, start: Double
  ) throws {
    let used = sweep.recordedSessions.count
    session = min(used, sweep.sessionSlots - 1)
    self.sweep = sweep
    self.descriptor = descriptor
    self.lock = lock
    (size, tail) = (try self.descriptor.size(), try Self.tail(of: self.descriptor))
    try self.lock.claim(self.descriptor)
    if let before = sweep.cutOffSession, before < session { try sealSession(before) }
    let texts = [info.commandLine, info.host, info.cpu, info.versions, info.commit]
    for (index, text) in texts.enumerated() {
      let column = sweep.sessions[index]
      let bytes = FixedText.encode(text, bytes: column.column.rowBytes)
      try put((column.offset(ofRow: session), bytes))
    }
    try put((sweep.sessions[6].offset(ofRow: session), littleEndian([Double.nan])))
    try put((sweep.sessions[5].offset(ofRow: session), littleEndian([start])))
    try sealSession(session)
    try self.descriptor.syncData()
  }

  /// Goes on in another file that holds the same rows.
  mutating func move(to descriptor: consuming FileDescriptor, _ sweep: StoredSweep) throws {
    // It takes the place of a file whose mode and owner somebody chose.
    try? descriptor.adopt(ownerOf: self.descriptor)
    self.descriptor = descriptor
    self.sweep = sweep
    (size, tail) = (try self.descriptor.size(), try Self.tail(of: self.descriptor))
    try lock.claim(self.descriptor)
  }

  /// Writes the checksum of a session, where the file has one.
  private mutating func sealSession(_ session: Int) throws(SystemError) {
    guard sweep.sessions.count > FileFormat.sessionColumns.count else { return }
    try put(
      (
        sweep.sessions[FileFormat.sessionColumns.count].offset(ofRow: session),
        littleEndian([sweep.sessionChecksum(session)])
      ))
  }

  /// Reads again what is in the file, which lies at `path` now.
  mutating func reload(from path: String) throws {
    sweep = try SweepLoader.load(path, fileSize: try descriptor.size())
  }

  /// Whether `other` is this file.
  func isThisFile(_ other: borrowing FileDescriptor) -> Bool {
    guard let here = try? descriptor.status(), let there = try? other.status() else { return false }
    return here.st_ino == there.st_ino && here.st_dev == there.st_dev
  }

  /// Copies all of the file.
  func copy(to target: borrowing FileDescriptor) throws(SystemError) {
    try descriptor.copy(to: target)
  }

  /// Writes bytes of a row, and remembers them.
  private mutating func put(_ part: RedoRecord.Part) throws(SystemError) {
    try descriptor.write(part.bytes, at: part.offset)
    sweep.patch(part)
  }

  /// Whether `path` still leads to this file, in all its length and with its own end: rows that go
  /// anywhere else are lost, or destroy what is somebody else's.
  func isWhole(at path: String) throws(SystemError) -> Bool {
    guard descriptor.isStill(at: path), try descriptor.size() == size else { return false }
    return try Self.tail(of: descriptor) == tail
  }

  private static func tail(of file: borrowing FileDescriptor) throws(SystemError) -> [UInt8] {
    let size = try file.size()
    return try file.read(Int(min(size, 64)), at: size - min(size, 64))
  }

  /// Whether the file holds the status and the checksum of every row as they were written.
  func holdsRows() throws(SystemError) -> Bool {
    for column in [sweep.column(FileFormat.status), sweep.checksums]
    where try descriptor.read(column.bytes.count, at: column.offset) != column.bytes {
      return false
    }
    return true
  }

  /// Makes rows pending again.
  mutating func reset(_ rows: [Int]) throws(SystemError) {
    guard !rows.isEmpty else { return }
    let status = sweep.column(FileFormat.status)
    for row in rows {
      try put((status.offset(ofRow: row), [UInt8(TrialStatus.pending.rawValue)]))
      // With its checksum the row would still count as finished.
      try put((sweep.checksums.offset(ofRow: row), littleEndian([Int64(0)])))
    }
    try descriptor.syncData()
  }

  /// Writes finished rows: everything but the status, sync, the status, sync.
  ///
  /// After an error every row that was finished before is as it was, and each row of this batch is
  /// either still pending or complete.
  ///
  /// - Parameter sync: whether to wait for the disk; without it the caller has to.
  mutating func append(
    _ batch: [(row: Int, record: TrialRecord)], engine: String, sync: Bool = true
  ) throws(SystemError) {
    for (row, record) in batch {
      var figures: [RedoRecord.Part] = []
      try contents(row, record, engine: engine) {
        (part: RedoRecord.Part, isWeights: Bool) throws(SystemError) in
        try descriptor.write(part.bytes, at: part.offset)
        if !isWeights { figures.append(part) }
      }
      for part in figures { sweep.patch(part) }
    }
    if sync { try descriptor.syncData() }
    for (row, record) in batch { try put(status(row, record)) }
    if sync { try descriptor.syncData() }
  }

  /// Writes a finished row over another finished one, which stays until this one can no longer be
  /// lost.
  ///
  /// Readers see the old row, then this one; in between, where results differ, a pending one.
  ///
  /// - Parameter place: where the record is kept until the row is written; nil where nothing can be
  ///   made beside the file, and a crash between the two leaves the row pending.
  mutating func replace(
    _ row: Int, _ record: TrialRecord, engine: String, keeping place: String?
  ) throws(SystemError) {
    var parts: [RedoRecord.Part] = []
    var isSame = true
    let whenAndWhere = ["session", "finished_at", "duration"].map {
      sweep.column($0).offset(ofRow: row)
    }
    let checksum = sweep.checksums.offset(ofRow: row)
    try contents(row, record, engine: engine) {
      (part: RedoRecord.Part, _: Bool) throws(SystemError) in
      parts.append(part)
      guard isSame, part.offset != checksum, !whenAndWhere.contains(part.offset) else { return }
      isSame = try descriptor.read(part.bytes.count, at: part.offset) == part.bytes
    }
    let status = status(row, record)
    parts.append(status)
    if try descriptor.read(status.bytes.count, at: status.offset) != status.bytes { isSame = false }
    let ids = sweep.column("trial_id")
    let redo = RedoRecord(
      fileSize: size, id: (ids.offset(ofRow: row), Array(ids.row(row))), parts: parts)
    if let place { try redo.save(at: place) }
    if !isSame { try reset([row]) }
    try redo.apply(to: descriptor)
    for part in parts { sweep.patch(part) }
    if let place { unlink(place) }
  }

  /// Writes the status bytes that only checksums tell, and what is derived of those rows.
  mutating func repair() throws(SystemError) {
    let status = sweep.column(FileFormat.status)
    for row in sweep.recovered {
      for column in sweep.finals {
        try descriptor.write(Array(column.row(row)), at: column.offset(ofRow: row))
      }
      try descriptor.write(Array(status.row(row)), at: status.offset(ofRow: row))
    }
    sweep.recovered = []
    try descriptor.syncData()
  }

  private func status(_ row: Int, _ record: TrialRecord) -> RedoRecord.Part {
    (
      sweep.column(FileFormat.status).offset(ofRow: row), littleEndian([record.status.rawValue])
    )
  }

  /// Everything of a row but its status, in parts, each with whether it belongs to the weights.
  private func contents(
    _ row: Int, _ record: TrialRecord, engine: String,
    to sink: (RedoRecord.Part, _ isWeights: Bool) throws(SystemError) -> Void
  ) throws(SystemError) {
    let contents = sweep.schema.encode(record, session: session, engine: engine)
    var checksum = CRC32C()
    for (column, bytes) in zip(sweep.rows, contents) {
      checksum.update(bytes)
      // The id stands there from the start, and the status comes last.
      if column.column.name != FileFormat.status, column.column.name != "trial_id" {
        try sink((column.offset(ofRow: row), bytes), false)
      }
    }
    for (metric, column) in zip(sweep.schema.metrics, sweep.finals) {
      let last = record.metrics[metric]?.last ?? .nan
      try sink((column.offset(ofRow: row), littleEndian([last])), false)
    }
    if let value = try weights(row, record, to: sink) { checksum.update(littleEndian([value])) }
    try sink((sweep.checksums.offset(ofRow: row), littleEndian([Int64(checksum.value)])), false)
  }

  /// A trial's weights, NaN where it has none; returns their checksum, nil where the file keeps none.
  private func weights(
    _ trial: Int, _ record: TrialRecord,
    to sink: (RedoRecord.Part, _ isWeights: Bool) throws(SystemError) -> Void
  ) throws(SystemError) -> Int64? {
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
      try sink((group.place(parameter, row: row).offset, bytes), true)
    }
    let value = Int64(checksum.value)
    try sink((group.checksums.offset(ofRow: row), littleEndian([value])), false)
    return value
  }

  /// Records that the session ended by itself.
  mutating func end(at time: Double) throws(SystemError) {
    try put((sweep.sessions[6].offset(ofRow: session), littleEndian([time])))
    try sealSession(session)
    try descriptor.syncData()
  }
}
