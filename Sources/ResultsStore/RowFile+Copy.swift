internal import ExperimentModel
internal import HDF5

extension RowFile {
  /// Copies a finished row of another file: figures, weights, session and engine as they are.
  ///
  /// A figure has NaN for epochs that only this file has room for, and for a figure that the other
  /// one has not. The caller waits for the disk.
  ///
  /// - Throws: `FormatError` where the rows do not fit together.
  func copy(
    _ row: Int, of source: StoredSweep, in file: borrowing FileDescriptor, to target: Int
  ) throws {
    var checksum = CRC32C()
    for column in sweep.rows {
      let stored = source.rows.first { $0.column.name == column.column.name }
      let bytes = try Self.fit(stored.map { Array($0.row(row)) }, to: column.column)
      checksum.update(bytes)
      try descriptor.write(bytes, at: column.offset(ofRow: target))
    }
    if let value = try copyWeights(row, of: source, in: file, to: target) {
      checksum.update(littleEndian([value]))
    }
    try descriptor.write(
      littleEndian([Int64(checksum.value)]), at: sweep.checksums.offset(ofRow: target))
    try copyFinals(row, of: source, to: target)
  }

  private func copyFinals(_ row: Int, of source: StoredSweep, to target: Int) throws(SystemError) {
    let values = Dictionary(
      uniqueKeysWithValues: zip(source.schema.metrics, source.finals(ofRow: row)))
    for (metric, column) in zip(sweep.schema.metrics, sweep.finals) {
      try descriptor.write(
        littleEndian([values[metric] ?? .nan]), at: column.offset(ofRow: target))
    }
  }

  private static func fit(_ bytes: [UInt8]?, to column: RowColumn) throws -> [UInt8] {
    let bytes = bytes ?? []
    let missing = column.rowBytes - bytes.count
    guard missing >= 0, missing == 0 || column.epochs != nil || !bytes.isEmpty else {
      throw FormatError("its rows have no room for the column '\(column.name)'")
    }
    guard column.epochs != nil else { return bytes + Array(repeating: 0, count: missing) }
    return bytes + littleEndian([Float](repeating: .nan, count: missing / 4))
  }

  /// Writes a finished row of a file that is lost: figures as they were, and no weights.
  ///
  /// The caller waits for the disk. A row that is no longer known is pending.
  func restore(_ row: Int, of source: StoredSweep) throws {
    let weights = sweep.weightRow(of: row)
    var checksum = CRC32C()
    for column in sweep.rows {
      let stored = source.rows.first { $0.column.name == column.column.name }
      let isEpoch = column.column.name == FileFormat.weightsEpoch
      let bytes =
        isEpoch
        ? littleEndian([Int32(0)])
        : try Self.fit(stored.map { Array($0.row(row)) }, to: column.column)
      checksum.update(bytes)
      try descriptor.write(bytes, at: column.offset(ofRow: row))
    }
    if let (group, place) = weights {
      var own = CRC32C()
      for parameter in group.parameters {
        let (offset, count) = group.place(parameter, row: place)
        let bytes = littleEndian([Float](repeating: .nan, count: count / 4))
        own.update(bytes)
        try descriptor.write(bytes, at: offset)
      }
      let value = littleEndian([Int64(own.value)])
      checksum.update(value)
      try descriptor.write(value, at: group.checksums.offset(ofRow: place))
    }
    try descriptor.write(
      littleEndian([Int64(checksum.value)]), at: sweep.checksums.offset(ofRow: row))
    try copyFinals(row, of: source, to: row)
  }

  private func copyWeights(
    _ row: Int, of source: StoredSweep, in file: borrowing FileDescriptor, to target: Int
  ) throws -> Int64? {
    guard let (group, place) = sweep.weightRow(of: target) else { return nil }
    guard let (from, fromPlace) = source.weightRow(of: row),
      from.parameters.map(\.shape) == group.parameters.map(\.shape)
    else { throw FormatError("the weights of trial \(row) have other shapes") }
    var checksum = CRC32C()
    for (parameter, stored) in zip(group.parameters, from.parameters) {
      let (offset, count) = from.place(stored, row: fromPlace)
      var bytes = try file.read(count, at: offset)
      if group.snapshots != from.snapshots {
        // Trials with other numbers of epochs have joined, and there are places for theirs.
        let size = 4 * parameter.shape.count
        let copies = bytes
        bytes = (group.snapshots ?? []).flatMap { epoch in
          from.snapshots?.firstIndex(of: epoch).map { Array(copies[$0 * size..<($0 + 1) * size]) }
            ?? littleEndian([Float](repeating: .nan, count: parameter.shape.count))
        }
      }
      checksum.update(bytes)
      try descriptor.write(bytes, at: group.place(parameter, row: place).offset)
    }
    let value = Int64(checksum.value)
    try descriptor.write(littleEndian([value]), at: group.checksums.offset(ofRow: place))
    return value
  }
}
