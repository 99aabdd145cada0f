internal import ExperimentModel
internal import Glibc
internal import HDF5

/// What to do when another program has removed, replaced, emptied or overwritten the results file
/// during the sweep.
///
/// Figures of finished trials are in memory and the file itself stays open, so that a file which was
/// removed or moved comes back whole. What was overwritten comes back without weights. What another
/// program has put in its place is never touched.
extension ResultsWriter {
  /// Makes sure that what was written is in the file at `path`, or brings it back.
  ///
  /// - Parameter thoroughly: whether to look at the rows too, and not only at name and size.
  /// - Throws: `UserError(.badFile)` where something else stands at `path`; what was finished is in
  ///   another file then, which the message names.
  func checkPresence(thoroughly: Bool = false) throws {
    guard !movedElsewhere, let isWhole = try rows?.isWhole(at: side.results) else { return }
    if isWhole {
      guard thoroughly, try rows?.holdsRows() == false else { return }
    }
    guard let there = try? FileDescriptor(side.results, O_RDONLY | O_NONBLOCK) else {
      return try bringBack(toName: side.results, "has been removed or moved")
    }
    guard rows?.isThisFile(there) == true else {
      let name = side.recovered()
      try bringBack(toName: name, nil)
      throw elsewhere(name, withWeights: true)
    }
    if let sweep = try? Self.load(side.results, there), let known = rows?.sweep {
      if sweep.hasLayout(of: known) { return try rewriteRows(sweep) }
    } else if try !Self.isOthers(there) {
      try makeAgain(named: side.results, replacing: true)
      return notices.append(
        "\(path): another program has emptied or cut off the file during the sweep; it is made "
          + "again from memory, with every figure of its finished trials\(lostWeights)")
    }
    let name = side.recovered()
    try makeAgain(named: name, replacing: false)
    throw elsewhere(name, withWeights: false)
  }

  private static func load(
    _ path: String, _ file: borrowing FileDescriptor
  ) throws -> StoredSweep {
    try Seal.check(file)
    return try SweepLoader.load(path, fileSize: try file.size())
  }

  /// Whether the file has contents, and they are not what is left of a results file; rows that were
  /// written into an emptied file stand behind zeros.
  private static func isOthers(_ file: borrowing FileDescriptor) throws -> Bool {
    let start = try file.read(Int(min(try file.size(), 8)), at: 0)
    return start.contains { $0 != 0 }
      && start != Array(ResultsReader.signature.prefix(start.count))
  }

  /// The open file under a name that is free, with all that is in it.
  private func bringBack(toName name: String, _ event: String?) throws {
    guard try rows?.holdsRows() == true else { return try makeAgain(named: name, replacing: false) }
    do {
      let copy = try FileDescriptor(new: side.temporary)
      try rows?.copy(to: copy)
      try copy.sync()
      let sweep = try SweepLoader.loadUnguarded(side.temporary, fileSize: try copy.size())
      try Self.rename(side.temporary, to: name)
      try rows?.move(to: copy, sweep)
    } catch {
      unlink(side.temporary)
      throw error
    }
    if let event {
      notices.append(
        "\(path): \(event) during the sweep; it is back under its name, with everything in it")
    }
  }

  /// A new file with the figures that are known.
  private func makeAgain(named name: String, replacing: Bool) throws {
    guard let known = rows?.sweep else { return }
    do {
      let skeleton = Skeleton(
        plan: plan, engine: engine, session: session, createdAt: currentTime(),
        history: known.history, isNew: false, sessionSlots: known.sessionSlots)
      let (sweep, _) = try Self.layOut(
        skeleton, at: side.temporary, for: path, sessions: known.sessions)
      try rows?.move(to: try FileDescriptor(side.temporary, O_RDWR | O_NOFOLLOW), sweep)
      for row in known.storedStatus.indices
      where ![.pending, nil].contains(known.storedStatus[row]) {
        try rows?.restore(row, of: known)
      }
      try rows?.descriptor.sync()
      if replacing {
        guard Glibc.rename(side.temporary, name) == 0 else {
          throw SystemError(call: "rename", code: errno)
        }
        try FileDescriptor(directory(of: name), O_RDONLY | O_DIRECTORY).syncEntries()
      } else {
        try Self.rename(side.temporary, to: name)
      }
      try rows?.reload(from: name)
    } catch {
      unlink(side.temporary)
      throw error
    }
  }

  /// Another copy of this sweep was written over the file: rows that it has not are written again.
  private func rewriteRows(_ there: StoredSweep) throws {
    guard let known = rows?.sweep else { return }
    let status = (known.column(FileFormat.status), there.column(FileFormat.status))
    for row in known.storedStatus.indices
    where known.storedStatus[row] != .pending
      && (known.checksums.row(row) != there.checksums.row(row)
        || status.0.row(row) != status.1.row(row))
    {
      try rows?.restore(row, of: known)
    }
    try rows?.descriptor.sync()
    try rows?.reload(from: side.results)
    notices.append(
      "\(path): another program has written over the file during the sweep; the figures of its "
        + "finished trials are written again\(lostWeights)")
  }

  private var lostWeights: String {
    plan.weights == .none
      ? "" : "; their weights are lost, and `dropgrid run --only ROW` trains a trial again"
  }

  private func elsewhere(_ name: String, withWeights: Bool) -> UserError {
    movedElsewhere = true
    return UserError(
      .badFile,
      "\(path): another program has put another file in its place during the sweep; what was "
        + "finished is in \(name)\(withWeights ? "" : lostWeights). Move it to where you want it, and "
        + "continue there with `dropgrid run -o`")
  }
}

extension StoredSweep {
  /// Whether both have the same trials, and every row at the same place.
  fileprivate func hasLayout(of other: StoredSweep) -> Bool {
    trialIDs == other.trialIDs && schema == other.schema
      && rows.map(\.offset) == other.rows.map(\.offset)
      && checksums.offset == other.checksums.offset
      && weights.flatMap { $0.parameters.map(\.offset) }
        == other.weights.flatMap { $0.parameters.map(\.offset) }
  }
}
