public import ExperimentModel
internal import CLinux
internal import Glibc
internal import HDF5

/// The one writer of a results file.
///
/// It holds the file's lock from `create` or `open` to `finish`. A finished trial is on the disk
/// when `append` returns: whatever happens to the process or the machine afterwards, it stays.
/// The actor has a thread of its own, so waiting for the disk holds up no trial and no display.
public actor ResultsWriter {
  public nonisolated let path: String
  /// Rows that need no training, because the file had them when it was opened: whatever ended as
  /// anything but pending, failures included.
  public nonisolated let finished: Set<Int>
  /// Rows that claimed to be finished and did not match their checksum; they are pending again.
  public nonisolated let torn: [Int]
  /// Whether the file system keeps the space for every row; if not, a disk that others fill up can
  /// end the sweep.
  public nonisolated let isSpaceReserved: Bool

  let side: SideFiles
  let plan: Plan
  let engine: String
  let session: SessionInfo
  private var written: Set<Int>
  /// Finished rows that may be written once more.
  private var again: Set<Int> = []
  var rows: RowFile?
  private var isOpen = true
  /// Whether the rows are in a file of another name, because something else stands at `path`.
  var movedElsewhere = false
  /// What happened to the file and is worth telling, until somebody asks.
  var notices: [String] = []
  private let executor = QueueExecutor(label: "dropgrid.results-writer")

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(
    path: String, plan: Plan, engine: String, session: SessionInfo, finished: Set<Int>,
    torn: [Int], isSpaceReserved: Bool, rows: consuming RowFile
  ) {
    self.path = path
    side = SideFiles(path)
    self.plan = plan
    self.session = session
    self.finished = finished
    self.torn = torn
    self.isSpaceReserved = isSpaceReserved
    self.engine = engine
    written = finished
    self.rows = consume rows
  }

  /// Makes a new results file with room for every trial of `plan`, and reserves its space.
  ///
  /// - Throws: `UserError(.badFile)` where something is at `path` already, where it cannot be
  ///   written, or where the disk is too small; `.busy` where another process writes to it;
  ///   `.badInput` where a name of the plan cannot stand in a file.
  public static func create(
    path: String, plan: Plan, engine: String, session: SessionInfo
  ) throws(UserError) -> ResultsWriter {
    precondition(!engine.isEmpty && engine.utf8.count <= 4096, "an engine's name is short")
    try plan.checkForStorage()
    do {
      let lock = try SweepLock(for: path)
      guard fileKind(path) == nil else { throw exists(path) }
      CheckpointFolder(results: path).forgetRedo()
      do {
        return try make(path, plan, engine, session, lock)
      } catch {
        unlink(SideFiles(path).temporary)
        throw error
      }
    } catch {
      throw StoreError.writing(path, error)
    }
  }

  private static func make(
    _ path: String, _ plan: Plan, _ engine: String, _ session: SessionInfo,
    _ lock: consuming SweepLock
  ) throws -> ResultsWriter {
    let side = SideFiles(path)
    let skeleton = Skeleton(plan: plan, engine: engine, session: session, createdAt: currentTime())
    let (sweep, isReserved) = try layOut(skeleton, at: side.temporary, for: path, sessions: [])
    let descriptor = try FileDescriptor(side.temporary, O_RDWR | O_NOFOLLOW)
    let rows = try RowFile(
      descriptor, lock, sweep, session: session, start: skeleton.createdAt)
    try rows.descriptor.sync()
    try rename(side.temporary, to: side.results)
    return ResultsWriter(
      path: path, plan: plan, engine: engine, session: session, finished: [], torn: [],
      isSpaceReserved: isReserved, rows: rows)
  }

  /// Makes the file of a skeleton at `temporary`, sealed, with the sessions of an earlier file.
  static func layOut(
    _ skeleton: Skeleton, at temporary: String, for path: String, sessions: [StoredColumn]
  ) throws -> (StoredSweep, isReserved: Bool) {
    unlink(temporary)
    _ = try reserve(skeleton.estimatedBytes, for: path, at: temporary)
    try skeleton.write(temporary)
    let descriptor = try FileDescriptor(temporary, O_RDWR | O_NOFOLLOW)
    var sweep = try SweepLoader.loadUnguarded(
      temporary, fileSize: try descriptor.size(), isNew: true)
    if let contents = sweep.contents {
      try descriptor.write(littleEndian([sweep.contentsChecksum]), at: contents.offset)
    }
    try Seal.append(to: descriptor, changing: sweep.changing)
    let size = try descriptor.size()
    let isReserved = try reserve(Int(exactly: size), for: path, at: temporary)
    for (index, old) in sessions.enumerated() {
      sweep.sessions[index].bytes.replaceSubrange(..<old.bytes.count, with: old.bytes)
      try descriptor.write(old.bytes, at: sweep.sessions[index].offset)
    }
    return (sweep, isReserved)
  }

  /// Continues the sweep of an existing results file.
  ///
  /// - Throws: `UserError(.badFile)` where it is not a sound results file or cannot be written,
  ///   `.mismatch` where it belongs to another plan or engine, `.busy` where another process
  ///   writes to it.
  public static func open(
    path: String, plan: Plan, engine: String, session: SessionInfo
  ) throws(UserError) -> ResultsWriter {
    do {
      guard fileKind(path) != nil else { throw SystemError(call: "open", code: ENOENT) }
      return try resume(path, plan, engine, session, try SweepLock(for: path))
    } catch {
      throw StoreError.reading(path, error)
    }
  }

  static func resume(
    _ path: String, _ plan: Plan, _ engine: String, _ session: SessionInfo,
    _ lock: consuming SweepLock
  ) throws -> ResultsWriter {
    // What an extension left that did not get as far as its new name.
    unlink(SideFiles(path).temporary)
    let descriptor = try ResultsReader.openSoundly(path, O_RDWR)
    try lock.claim(descriptor)
    try OpenMark.remove(from: descriptor)
    try CheckpointFolder(results: path).redo(in: descriptor)
    let size = try descriptor.size()
    let sweep = try SweepLoader.load(path, fileSize: size)
    if sweep.version == FileFormat.version, sweep.recordedSessions.count >= sweep.sessionSlots,
      sweep.difference(from: plan, engine: engine) == nil, try descriptor.status().st_nlink == 1
    {
      return try makeRoom(path, sweep, in: descriptor, plan, session, lock)
    }
    if let difference = sweep.difference(from: plan, engine: engine) {
      let remedy =
        sweep.obstacle(to: plan, engine: engine) == nil
        ? "add it to the file with --extend, write to another file" : "write to another file"
      throw UserError(
        .mismatch,
        "\(path): cannot be continued with this grid: \(difference); \(remedy), or go back to what "
          + "this one was made with")
    }
    let tornRows = Set(sweep.tornRows())
    let status = sweep.storedStatus
    let claimed = Set(status.indices.filter { status[$0] != .pending }).subtracting(tornRows)
    let tornWeights = try sweep.tornWeights(in: descriptor, of: claimed)
    let torn = tornRows.union(tornWeights).sorted()
    let isReserved = try descriptor.reserve(Int(size))
    var rows = try RowFile(descriptor, lock, sweep, session: session, start: currentTime())
    try rows.reset(torn)
    try rows.repair()
    return ResultsWriter(
      path: path, plan: plan, engine: engine, session: session,
      finished: claimed.subtracting(tornWeights), torn: torn, isSpaceReserved: isReserved,
      rows: rows)
  }

  /// Lets finished rows be written once more; until then they stay as they are.
  public func allowAgain(_ rows: some Sequence<Int>) { again.formUnion(written.intersection(rows)) }

  /// Writes finished trials; when it returns they are on the disk. Trials that wait together share
  /// the two syncs.
  ///
  /// - Precondition: each record is its row's, has ended, and is written for the first time.
  /// - Throws: `UserError(.badFile)` where the disk fails or the file is no longer at `path`; rows
  ///   that were finished before are as they were, and the rows of this batch can be written again.
  public func append(_ batch: [(row: Int, record: TrialRecord)]) throws(UserError) {
    guard !batch.isEmpty else { return }
    precondition(isOpen, "the writer of \(path) has finished")
    for (row, record) in batch {
      precondition(
        plan.trials.indices.contains(row) && plan.trials[row].id == record.id,
        "row \(row) is another trial")
      precondition(record.status != .pending, "trial \(record.id) has not ended")
      precondition(!written.contains(row) || again.contains(row), "row \(row) is finished")
    }
    precondition(Set(batch.map(\.row)).count == batch.count, "a row occurs twice in one batch")
    do {
      do {
        try checkPresence()
      } catch  where movedElsewhere {
        try rows?.append(batch.filter { !written.contains($0.row) }, engine: engine)
        throw error
      }
      let new = batch.filter { !written.contains($0.row) }
      if !new.isEmpty { try rows?.append(new, engine: engine) }
      for (row, record) in batch where written.contains(row) {
        let folder = CheckpointFolder(results: path)
        let hasFolder = (try? folder.create()) != nil
        try rows?.replace(
          row, record, engine: engine, keeping: hasFolder ? folder.redo(record.id) : nil)
        again.remove(row)
      }
      try checkPresence()
    } catch {
      throw StoreError.writing(path, error)
    }
    written.formUnion(batch.map(\.row))
  }

  /// What has happened to the file since the last call and the user should know.
  public func takeNotices() -> [String] {
    defer { notices = [] }
    return notices
  }

  /// Records the end of the session, closes the file and gives up its lock.
  ///
  /// - Throws: `UserError(.badFile)` where the disk fails; every finished trial is safe all the
  ///   same.
  public func finish() throws(UserError) {
    guard isOpen else { return }
    isOpen = false
    defer { rows = nil }
    do {
      try rows?.end(at: currentTime())
      try checkPresence(thoroughly: true)
    } catch {
      throw StoreError.writing(path, error)
    }
  }
}

extension ResultsWriter {
  /// Makes sure that `bytes` fit on the disk of `path`, by giving them to the file `temporary`.
  ///
  /// HDF5 does not survive a disk that fills up while it writes, so this comes first.
  static func reserve(
    _ bytes: Int?, for path: String, at temporary: String
  ) throws -> Bool {
    let descriptor = try FileDescriptor(temporary, O_RDWR | O_CREAT | O_NOFOLLOW)
    let taken = UInt64(max(0, try descriptor.status().st_blocks)) * 512
    let free = try descriptor.freeSpace()
    guard let bytes, UInt64(bytes) <= taken || UInt64(bytes) - taken <= free else {
      throw tooSmall(path, needs: bytes, free: free)
    }
    do {
      return try descriptor.reserve(bytes)
    } catch {
      guard [ENOSPC, EDQUOT, EFBIG].contains(error.code) else { throw error }
      throw tooSmall(path, needs: bytes, free: free)
    }
  }

  private static func tooSmall(_ path: String, needs bytes: Int?, free: UInt64) -> UserError {
    let needs = bytes.map { "\($0) bytes" } ?? "more bytes than any disk has"
    return UserError(
      .badFile,
      "\(path): needs \(needs) and its disk has \(free) bytes free; choose another disk, keep no "
        + "weights, or plan fewer trials")
  }

  /// Gives the finished skeleton its name, and nothing else's.
  static func rename(_ temporary: String, to path: String) throws {
    if dgl_rename_exclusively(temporary, path) != 0 {
      let code = errno
      switch code {
      case EEXIST: throw exists(path)
      case EINVAL, ENOSYS:
        // A file system that cannot refuse: look, then rename.
        guard fileKind(path) == nil else { throw exists(path) }
        guard Glibc.rename(temporary, path) == 0 else {
          throw SystemError(call: "rename", code: errno)
        }
      default: throw SystemError(call: "rename", code: code)
      }
    }
    try FileDescriptor(directory(of: path), O_RDONLY | O_DIRECTORY).syncEntries()
  }

  static func exists(_ path: String) -> UserError {
    UserError(
      .badFile, "\(path): exists already and is not overwritten; choose another name or remove it")
  }
}
