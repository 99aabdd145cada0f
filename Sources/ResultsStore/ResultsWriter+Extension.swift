public import ExperimentModel
internal import Glibc
internal import HDF5

extension ResultsWriter {
  /// Continues the sweep of an existing results file with more trials, or with other cells.
  ///
  /// A new file is made beside the old one, with room for every trial of `plan`; finished rows are
  /// copied by their trial's id, with figures, weights and sessions; the new file is brought to the
  /// disk and takes the old one's name. The lock is held all the while, and whenever the process
  /// dies there is one whole file under the name: the old one or the new one. Where the file has
  /// the plan already, it is only opened. `plan` is the union of what the file has and what is
  /// wanted.
  ///
  /// - Throws: `UserError(.mismatch)` where the plan lacks trials that the file has, or where the
  ///   engine, the weights that are kept or the margin are others; and as `open` and `create`.
  public static func extend(
    path: String, plan: Plan, engine: String, session: SessionInfo
  ) throws(UserError) -> ResultsWriter {
    try plan.checkForStorage()
    do {
      guard fileKind(path) != nil else { throw SystemError(call: "open", code: ENOENT) }
      let lock = try SweepLock(for: path)
      let old = try ResultsReader.openSoundly(path, O_RDWR)
      try lock.claim(old)
      try OpenMark.remove(from: old)
      try CheckpointFolder(results: path).redo(in: old)
      let sweep = try SweepLoader.load(path, fileSize: try old.size())
      if let obstacle = sweep.obstacle(to: plan, engine: engine) {
        throw UserError(
          .mismatch, "\(path): cannot be extended: \(obstacle); write to another file")
      }
      if sweep.difference(from: plan, engine: engine) == nil {
        // Its lock is in the way of the one that `resume` takes.
        _ = consume old
        return try resume(path, plan, engine, session, lock)
      }
      do {
        let now = currentTime()
        let sound = try sound(sweep, old)
        let skeleton = Skeleton(
          plan: plan, engine: sweep.engine, session: session, createdAt: now,
          history: sweep.history(extendedBy: plan, finished: sound.count, at: now),
          sessionSlots: sweep.sessionSlots)
        return try replace(path, sweep, in: old, sound, skeleton, lock)
      } catch {
        unlink(SideFiles(path).temporary)
        throw StoreError.writing(path, error)
      }
    } catch {
      throw StoreError.reading(path, error)
    }
  }

  /// Makes the file anew with room for twice as many sessions.
  static func makeRoom(
    _ path: String, _ old: StoredSweep, in file: borrowing FileDescriptor, _ plan: Plan,
    _ session: SessionInfo, _ lock: consuming SweepLock
  ) throws -> ResultsWriter {
    let skeleton = Skeleton(
      plan: plan, engine: old.engine, session: session, createdAt: currentTime(),
      history: old.history, isNew: false, sessionSlots: 2 * old.sessionSlots)
    return try replace(path, old, in: file, try sound(old, file), skeleton, lock)
  }

  /// The rows that ended and are whole.
  private static func sound(
    _ sweep: StoredSweep, _ file: borrowing FileDescriptor
  ) throws -> Set<Int> {
    var sound = Set(sweep.storedStatus.indices.filter { sweep.storedStatus[$0] != .pending })
    sound.subtract(sweep.tornRows())
    return sound.subtracting(try sweep.tornWeights(in: file, of: sound))
  }

  /// Makes the new file, fills it with what is finished, and gives it the old one's name.
  private static func replace(
    _ path: String, _ old: StoredSweep, in file: borrowing FileDescriptor, _ sound: Set<Int>,
    _ skeleton: Skeleton, _ lock: consuming SweepLock
  ) throws -> ResultsWriter {
    let side = SideFiles(path)
    let plan = skeleton.plan
    let names = try file.status().st_nlink
    guard names == 1 else {
      throw UserError(
        .badFile,
        "\(path): has \(names) names (hard links), and only one of them would lead to the extended "
          + "file; remove the others, or extend a copy")
    }
    let (sweep, isReserved) = try layOut(
      skeleton, at: side.temporary, for: path, sessions: old.sessions)
    let descriptor = try FileDescriptor(side.temporary, O_RDWR | O_NOFOLLOW)
    try descriptor.adopt(ownerOf: file)
    var rows = try RowFile(
      descriptor, lock, sweep, session: skeleton.session, start: skeleton.createdAt)
    let places = Dictionary(uniqueKeysWithValues: plan.trials.enumerated().map { ($1.id, $0) })
    var finished: Set<Int> = []
    for row in sound.sorted() {
      guard let place = places[old.trialIDs[row]] else { continue }
      try rows.copy(row, of: old, in: file, to: place)
      finished.insert(place)
    }
    try rows.descriptor.sync()
    guard Glibc.rename(side.temporary, side.results) == 0 else {
      throw SystemError(call: "rename", code: errno)
    }
    try rows.reload(from: side.results)
    try FileDescriptor(directory(of: side.results), O_RDONLY | O_DIRECTORY).syncEntries()
    let torn = old.storedStatus.indices.filter {
      old.storedStatus[$0] != .pending && !sound.contains($0)
    }
    return ResultsWriter(
      path: path, plan: plan, engine: old.engine, session: skeleton.session, finished: finished,
      torn: torn.compactMap { places[old.trialIDs[$0]] }.sorted(),
      isSpaceReserved: isReserved, rows: rows)
  }
}

extension StoredSweep {
  /// What keeps this file from being extended to `plan`; nil for nothing.
  func obstacle(to plan: Plan, engine: String) -> String? {
    if self.engine != engine {
      return "its engine is '\(self.engine)' and this one is '\(engine)', and their numbers must "
        + "not be mixed"
    }
    if margin != plan.margin {
      func words(_ margin: Double?) -> String { margin.map { "\($0)" } ?? "none" }
      return "its equivalence margin is \(words(margin)) and the grid's \(words(plan.margin)); a "
        + "margin is chosen before the run"
    }
    if schema.diagnostics != plan.diagnostics {
      return "it records other diagnostics than the grid, or at other sites"
    }
    for card in plan.datasets {
      if let stored = datasets.first(where: { $0.name == card.name }),
        stored.fingerprint != card.fingerprint
      {
        return "the images called '\(card.name)' are others than those that it was trained with"
      }
    }
    guard version == FileFormat.version else {
      return "its format is version \(version): bring it up to date with `dropgrid upgrade`"
    }
    let planned = Set(plan.trials.map(\.id))
    if let row = trialIDs.indices.first(where: { !planned.contains(trialIDs[$0]) }) {
      let settings = trialColumns.filter { !$0.text(at: row).isEmpty }
        .map { "\($0.name) \($0.text(at: row))" }
      return "its trial \(row) (\(settings.joined(separator: ", "))) is not in the plan, because "
        + "its cell means another training now (a group or a zip whose values changed, or another "
        + "`merge`)"
    }
    let kept = weights.isEmpty ? WeightsPolicy.none : policy
    guard kept == plan.weights else {
      return "it keeps the weights '\(kept.text)' and the grid asks for '\(plan.weights.text)'"
    }
    guard stopping == plan.stopping?.text ?? "" else {
      return "its stopping rule is '\(stopping)' and the grid's '\(plan.stopping?.text ?? "")'"
    }
    return plan.stopping?.comparesArms == true
      ? "its stopping rule compares all arms with each other, and those that it stopped were not "
        + "compared with what is new"
      : nil
  }
}
