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

  private let engine: String
  private let ids: [TrialID]
  private var written: Set<Int>
  /// Finished rows that may be written once more.
  private var again: Set<Int> = []
  private var rows: RowFile?
  private var isOpen = true
  private let executor = QueueExecutor(label: "dropgrid.results-writer")

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  init(
    path: String, plan: Plan, engine: String, finished: Set<Int>, torn: [Int],
    isSpaceReserved: Bool, rows: consuming RowFile
  ) {
    self.path = path
    self.finished = finished
    self.torn = torn
    self.isSpaceReserved = isSpaceReserved
    self.engine = engine
    ids = plan.trials.map(\.id)
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
      do {
        return try make(path, plan, engine, session, lock)
      } catch {
        unlink(path + ".tmp")
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
    let temporary = path + ".tmp"
    let skeleton = Skeleton(plan: plan, engine: engine, session: session, createdAt: currentTime())
    _ = try reserve(skeleton.estimatedBytes, for: path, at: temporary)
    try skeleton.write(temporary)
    let descriptor = try FileDescriptor(temporary, O_RDWR)
    let sweep = try SweepLoader.loadUnguarded(temporary, fileSize: try descriptor.size())
    try Seal.append(to: descriptor, changing: sweep.changing)
    let size = try descriptor.size()
    let isReserved = try reserve(Int(exactly: size), for: path, at: temporary)
    let rows = try RowFile(
      descriptor, lock, sweep, session: session, start: skeleton.createdAt)
    try rows.descriptor.sync()
    try rename(temporary, to: path)
    return ResultsWriter(
      path: path, plan: plan, engine: engine, finished: [], torn: [],
      isSpaceReserved: isReserved, rows: rows)
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
    unlink(path + ".tmp")
    let descriptor = try ResultsReader.openSoundly(path, O_RDWR)
    let size = try descriptor.size()
    let sweep = try SweepLoader.load(path, fileSize: size)
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
    let rows = try RowFile(descriptor, lock, sweep, session: session, start: currentTime())
    try rows.reset(torn)
    return ResultsWriter(
      path: path, plan: plan, engine: engine, finished: claimed.subtracting(tornWeights),
      torn: torn,
      isSpaceReserved: isReserved, rows: rows)
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
        ids.indices.contains(row) && ids[row] == record.id, "row \(row) is another trial")
      precondition(record.status != .pending, "trial \(record.id) has not ended")
      precondition(!written.contains(row) || again.contains(row), "row \(row) is finished")
    }
    precondition(Set(batch.map(\.row)).count == batch.count, "a row occurs twice in one batch")
    let replaced = batch.map(\.row).filter(again.contains)
    do {
      // Pending first: a crash must not leave an old status above new figures.
      try rows?.reset(replaced)
      again.subtract(replaced)
      written.subtract(replaced)
      try rows?.append(batch, engine: engine)
      try checkPresence()
    } catch {
      throw StoreError.writing(path, error)
    }
    written.formUnion(batch.map(\.row))
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
      try checkPresence()
    } catch {
      throw StoreError.writing(path, error)
    }
  }

  private func checkPresence() throws {
    guard try rows?.isWhole(at: path) == false else { return }
    throw UserError(
      .badFile,
      "\(path): another program has removed, replaced or cut off the file during the sweep; what "
        + "it had is lost unless it was moved: bring it back, and the same command continues")
  }
}

extension ResultsWriter {
  /// Makes sure that `bytes` fit on the disk of `path`, by giving them to the file `temporary`.
  ///
  /// HDF5 does not survive a disk that fills up while it writes, so this comes first.
  static func reserve(
    _ bytes: Int?, for path: String, at temporary: String
  ) throws -> Bool {
    let descriptor = try FileDescriptor(temporary, O_RDWR | O_CREAT)
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
