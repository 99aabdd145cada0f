internal import ExperimentModel

extension StoredSweep {
  /// Finds the rows that are finished although their status byte does not say so.
  ///
  /// A row's checksum covers the status that it was to get. So a row whose checksum holds under one
  /// of them is finished: the process died between the row and its status, or the byte is damaged.
  mutating func recoverStatus() {
    guard let place = rows.firstIndex(where: { $0.column.name == FileFormat.status }) else {
      return
    }
    let known = checksums.values(Int64.self), weights = weightChecksums()
    let ends = TrialStatus.allCases.filter { $0 != .pending }
    var statuses = rows[place].bytes
    for row in statuses.indices where known[row] != 0 {
      let stored = TrialStatus(rawValue: Int8(bitPattern: statuses[row]))
      guard stored == nil || stored == .pending else { continue }
      let end = ends.first { status in
        let byte = UInt8(bitPattern: status.rawValue)
        return checksum(ofRow: row, status: byte, weights: weights[row]) == known[row]
      }
      guard let end else { continue }
      statuses[row] = UInt8(bitPattern: end.rawValue)
      recovered.append(row)
    }
    rows[place].bytes = statuses
    for row in recovered {
      for (index, value) in finals(ofRow: row).enumerated() where finals.indices.contains(index) {
        _ = finals[index].patch((finals[index].offset(ofRow: row), littleEndian([value])))
      }
    }
  }

  /// What `row_crc32c` is of a row that has this status.
  private func checksum(ofRow row: Int, status: UInt8, weights: Int64?) -> Int64 {
    var checksum = CRC32C()
    for column in rows {
      checksum.update(
        column.column.name == FileFormat.status ? [status] : Array(column.row(row)))
    }
    if let weights { checksum.update(littleEndian([weights])) }
    return Int64(checksum.value)
  }
}

extension StoredSweep {
  /// The checksum over everything that is known before the first trial, plus 2³².
  ///
  /// It is over what a reader makes of the file and not over its bytes: another program may add an
  /// attribute and move the library's own structure, and the contents are the same. Texts count with
  /// a zero behind them, numbers with their bytes, and rows with the place where they are written.
  var contentsChecksum: Int64 {
    var checksum = CRC32C()
    func add(_ texts: [String]) {
      for text in texts { checksum.update(Array(text.utf8) + [0]) }
    }
    func add(_ columns: [Column]) {
      for column in columns {
        add([column.name, column.path])
        switch column.values {
        case .real(let values): checksum.update(littleEndian(values))
        case .integer(let values): checksum.update(littleEndian(values))
        case .text(let values): add(values)
        }
      }
    }
    add([title, question, claim, engine, stopping, policy.text, gridText, planText, history.log])
    add(trialIDs.map(\.description))
    add(trialColumns)
    add(architectures)
    add(cellColumns)
    add(cells.map(\.rule) + [schema.names, margin.map { "\($0)" } ?? ""])
    checksum.update(littleEndian(cells.map { Int64($0.trial) }))
    for comparison in comparisons { add([comparison.factor] + comparison.by) }
    for data in datasets {
      add([data.name, data.fingerprint])
      checksum.update(littleEndian(DatasetCard.numbers.map { Int64(data[keyPath: $0.1]) }))
    }
    for step in history.extensions {
      add([step.earlierGrid])
      checksum.update(littleEndian([Int64(step.trials), Int64(step.finished)]))
      checksum.update(littleEndian([step.time]))
    }
    checksum.update(littleEndian(history.generations.map { Int64($0) }))
    for group in weights {
      add([group.name] + group.parameters.map { "\($0.shape.name) \($0.shape.shape)" })
      checksum.update(littleEndian((group.snapshots ?? []).map { Int64($0) }))
      checksum.update(littleEndian(group.parameters.map(\.offset) + [group.checksums.offset]))
    }
    checksum.update(littleEndian((rows + sessions + finals + [checksums]).map(\.offset)))
    return Int64(checksum.value) | 1 << 32
  }

  /// Whether the contents are what they were when the file was made; nothing tells before version 3.
  var hasItsContents: Bool {
    contents.map { $0.values(Int64.self) == [contentsChecksum] } ?? true
  }

  /// The checksum over the columns of one session.
  ///
  /// - Parameter hasEnded: false for what it was before its end was written.
  func sessionChecksum(_ slot: Int, hasEnded: Bool = true) -> Int64 {
    var checksum = CRC32C()
    for column in sessions.prefix(FileFormat.sessionColumns.count) {
      let isOpen = !hasEnded && column.column.name == "end"
      checksum.update(isOpen ? littleEndian([Double.nan]) : Array(column.row(slot)))
    }
    return Int64(checksum.value)
  }

  /// The slots of sessions that are not as they were written.
  ///
  /// A run that is killed as it begins or ends leaves a slot without its checksum, or one that has
  /// the end and not yet its checksum: `cutOffSession`, and no damage.
  var tornSessions: [Int] {
    guard sessions.count > FileFormat.sessionColumns.count else { return [] }
    let stored = sessions[FileFormat.sessionColumns.count].values(Int64.self)
    let cutOff = cutOffSession
    return stored.indices.filter { slot in
      if slot == cutOff { return false }
      return stored[slot] == 0
        ? !isUnused(slot)
        : ![sessionChecksum(slot), sessionChecksum(slot, hasEnded: false)].contains(stored[slot])
    }
  }

  /// The slot that a run had begun to fill in when it was killed.
  var cutOffSession: Int? {
    guard sessions.count > FileFormat.sessionColumns.count else { return nil }
    let stored = sessions[FileFormat.sessionColumns.count].values(Int64.self)
    let used = recordedSessions.count
    return [used - 1, used].first {
      stored.indices.contains($0) && stored[$0] == 0 && !isUnused($0)
    }
  }

  private func isUnused(_ slot: Int) -> Bool {
    sessions.prefix(FileFormat.sessionColumns.count).allSatisfy { column in
      let bytes = Array(column.row(slot))
      return column.column.type == .float64
        ? bytes == littleEndian([Double.nan]) : bytes.allSatisfy { $0 == 0 }
    }
  }
}
