public import ExperimentModel
internal import Glibc
internal import HDF5

/// Makes a results file of an older format one of the format of today.
///
/// A copy is changed and takes the file's name once it is whole and on the disk, so that at every
/// moment there is a sound file. Results stay as they are, to the bit.
public enum FormatUpgrade {
  /// Upgrades the file at `path`.
  ///
  /// - Returns: the version that it had; nothing is changed where that is the newest.
  /// - Throws: `UserError(.badFile)` where it is no sound results file, is of a newer version, or
  ///   cannot be written; `.busy` where another process writes to it.
  public static func upgrade(_ path: String) throws(UserError) -> Int {
    let version = try ResultsReader(path: path).formatVersion
    guard version < FileFormat.version else { return version }
    let side = SideFiles(path)
    do {
      let lock = try SweepLock(for: path)
      do {
        try rewrite(path, side, lock)
      } catch {
        unlink(side.temporary)
        throw error
      }
      _ = consume lock
    } catch {
      throw StoreError.writing(path, error)
    }
    return version
  }

  private static func rewrite(
    _ path: String, _ side: SideFiles, _ lock: borrowing SweepLock
  ) throws {
    let temporary = side.temporary
    do {
      let file = try FileDescriptor(path, O_RDWR)
      try lock.claim(file)
      try CheckpointFolder(results: path).redo(in: file)
    }
    // Read again under the lock: a run may have ended in between.
    let source = try ResultsReader(path: path)
    do {
      let copy = try FileDescriptor(new: temporary)
      try source.descriptor.copy(to: copy)
      try copy.adopt(ownerOf: source.descriptor)
      try makeRoom(copy, for: source.stored)
    }
    let stored = source.stored
    // HDF5 writes here to a structure that may be damaged, on a disk that may fail.
    try SweepLoader.guarded(fileSize: try source.descriptor.size()) {
      try changeStructure(temporary, stored)
    }
    let descriptor = try FileDescriptor(temporary, O_RDWR)
    let sweep = try SweepLoader.loadUnguarded(
      temporary, fileSize: try descriptor.size(), isNew: true)
    if source.formatVersion < 2 {
      try writeWeightsEpochs(descriptor, sweep, torn: Set(source.tornRows))
    }
    try writeDerived(descriptor, sweep)
    try Seal.append(to: descriptor, changing: sweep.changing)
    _ = try descriptor.reserve(Int(try descriptor.size()))
    try descriptor.sync()
    guard rename(temporary, side.results) == 0 else {
      throw SystemError(call: "rename", code: errno)
    }
    try FileDescriptor(directory(of: side.results), O_RDONLY | O_DIRECTORY).syncEntries()
  }

  /// Makes sure that what the new format adds fits on the disk: HDF5 does not survive one that
  /// fills up while it writes.
  private static func makeRoom(
    _ file: borrowing FileDescriptor, for sweep: StoredSweep
  ) throws {
    let added = (8 + 4 * sweep.schema.metrics.count) * sweep.trialIDs.count + 1 << 20
    guard try file.freeSpace() > UInt64(added) else {
      throw SystemError(call: "fstatvfs", code: ENOSPC)
    }
    _ = try file.reserve(Int(try file.size()) + added)
  }

  private static func changeStructure(_ path: String, _ sweep: StoredSweep) throws(HDF5Error) {
    let file = try File.change(path)
    if sweep.version < 2 {
      let column = try file.createDataset(
        FileFormat.weightsEpoch, .int32, shape: [sweep.trialIDs.count])
      try column.attach(try file.openDataset("trial"), axis: 0)
      try column.setAttribute("long_name", .text(FileFormat.weightsEpochName))
      let schema = RowSchema(
        epochs: sweep.schema.epochs, metrics: sweep.schema.metrics,
        engineBytes: sweep.schema.engineBytes, diagnostics: sweep.schema.diagnostics)
      let checksum = try file.openDataset(FileFormat.checksum)
      try checksum.removeAttribute("columns")
      try checksum.setAttribute("columns", .text(schema.names))
      try file.setAttribute("weights_policy", .text(sweep.policy.text))
    }
    try Skeleton.writeDerived(file, metrics: sweep.schema.metrics, count: sweep.trialIDs.count)
    let provenance = try file.openGroup("provenance")
    try Skeleton.writeChecksums(provenance, slots: sweep.sessionSlots)
    try file.removeAttribute("format_version")
    try file.setAttribute("format_version", .int32(Int32(FileFormat.version)))
    try file.close()
  }

  /// Fills the new column and checks the rows off anew; a row that was damaged is pending again.
  private static func writeWeightsEpochs(
    _ file: borrowing FileDescriptor, _ sweep: StoredSweep, torn: Set<Int>
  ) throws {
    let column = sweep.column(FileFormat.weightsEpoch)
    let epochs = sweep.column("epochs_run").values(Int32.self)
    let weightChecksums = sweep.weightChecksums()
    for (row, status) in sweep.storedStatus.enumerated() {
      guard let status, !torn.contains(row) else {
        try file.write(
          [UInt8(TrialStatus.pending.rawValue)],
          at: sweep.column(FileFormat.status).offset(ofRow: row))
        continue
      }
      guard status != .pending else { continue }
      let kept = status == .done && sweep.weightRow(of: row) != nil
      let epoch = littleEndian([kept ? epochs[row] : 0])
      try file.write(epoch, at: column.offset(ofRow: row))
      var checksum = CRC32C()
      for stored in sweep.rows {
        checksum.update(
          stored.column.name == FileFormat.weightsEpoch ? epoch : Array(stored.row(row)))
      }
      if let value = weightChecksums[row] { checksum.update(littleEndian([value])) }
      try file.write(
        littleEndian([Int64(checksum.value)]), at: sweep.checksums.offset(ofRow: row))
    }
  }

  /// Fills in what version 3 derives, and its checksums.
  private static func writeDerived(_ file: borrowing FileDescriptor, _ sweep: StoredSweep) throws {
    for row in sweep.storedStatus.indices where sweep.storedStatus[row] != .pending {
      for (column, value) in zip(sweep.finals, sweep.finals(ofRow: row)) {
        try file.write(littleEndian([value]), at: column.offset(ofRow: row))
      }
    }
    if let checksums = sweep.sessions.last {
      for slot in sweep.recordedSessions.indices {
        try file.write(
          littleEndian([sweep.sessionChecksum(slot)]), at: checksums.offset(ofRow: slot))
      }
    }
    if let contents = sweep.contents {
      try file.write(littleEndian([sweep.contentsChecksum]), at: contents.offset)
    }
  }
}
