internal import ExperimentModel
internal import HDF5

extension Skeleton {
  /// Writes where the results come from: the grid, the plan, the data, and room for sessions.
  func writeProvenance(_ file: borrowing File) throws(HDF5Error) {
    let provenance = try file.createGroup("provenance")
    let grid = try provenance.createDataset("grid", .variableText, shape: [])
    try grid.write(texts: [plan.gridText])
    try grid.setAttribute("long_name", .text("the grid file as it was given"))
    let json = try provenance.createDataset("plan", .variableText, shape: [])
    try json.write(texts: [planText])
    try json.setAttribute("long_name", .text("the plan as JSON"))
    try writeComparisons(provenance)
    try writeData(provenance)
    try writeExtensions(provenance)
    try writeSessions(provenance)
    try Self.writeChecksums(provenance, slots: sessionSlots)
  }

  private func writeComparisons(_ provenance: borrowing Group) throws(HDF5Error) {
    guard !plan.comparisons.isEmpty else { return }
    let group = try provenance.createGroup("comparisons")
    let scale = try makeIndex("comparison", count: plan.comparisons.count, in: group)
    try write(texts: plan.comparisons.map(\.factor), "factor", to: group, along: scale)
    try write(
      texts: plan.comparisons.map { $0.by.joined(separator: " ") }, "by", to: group, along: scale)
  }

  private func writeExtensions(_ provenance: borrowing Group) throws(HDF5Error) {
    guard !history.isEmpty else { return }
    let group = try provenance.createGroup("extensions")
    let scale = try makeIndex("extension", count: history.extensions.count, in: group)
    try write(
      texts: history.extensions.map(\.earlierGrid), "earlier_grid", to: group, along: scale)
    for (name, value) in SweepHistory.numbers {
      let dataset = try group.createDataset(name, .int64, shape: [history.extensions.count])
      try dataset.write(history.extensions.map { Int64($0[keyPath: value]) })
      try dataset.attach(scale, axis: 0)
    }
    let time = try group.createDataset("time", .float64, shape: [history.extensions.count])
    try time.write(history.extensions.map(\.time))
    try time.attach(scale, axis: 0)
    try time.setAttribute("units", .text("seconds since 1970-01-01T00:00:00Z"))
  }

  private func writeData(_ provenance: borrowing Group) throws(HDF5Error) {
    let cards = plan.datasets
    guard !cards.isEmpty else { return }
    let group = try provenance.createGroup("data")
    let scale = try makeIndex("dataset", count: cards.count, in: group)
    try write(texts: cards.map(\.name), "name", to: group, along: scale)
    try write(texts: cards.map(\.fingerprint), "fingerprint", to: group, along: scale)
    for (name, value) in DatasetCard.numbers {
      let dataset = try group.createDataset(name, .int64, shape: [cards.count])
      try dataset.write(cards.map { Int64($0[keyPath: value]) })
      try dataset.attach(scale, axis: 0)
    }
  }

  private func writeSessions(_ provenance: borrowing Group) throws(HDF5Error) {
    let group = try provenance.createGroup("sessions")
    let scale = try makeIndex("slot", count: sessionSlots, in: group)
    for column in FileFormat.sessionColumns {
      let dataset = try group.createDataset(
        column.name, column.type, shape: [sessionSlots],
        fill: column.type == .float64 ? .real(.nan) : .zero)
      try dataset.attach(scale, axis: 0)
      guard column.type == .float64 else { continue }
      try dataset.setAttribute("_FillValue", .float64s([.nan]))
      try dataset.setAttribute("units", .text("seconds since 1970-01-01T00:00:00Z"))
    }
  }

  /// Makes room for the checksums of the contents and of the sessions.
  static func writeChecksums(
    _ provenance: borrowing Group, slots: Int
  ) throws(HDF5Error) {
    let contents = try provenance.createDataset(FileFormat.contents, .int64, shape: [1])
    try contents.setAttribute(
      "long_name", .text("CRC32C of everything that was known before the first trial, plus 2^32"))
    let sessions = try provenance.openGroup("sessions")
    let checksum = FileFormat.sessionChecksum
    let column = try sessions.createDataset(checksum.name, checksum.type, shape: [slots])
    try column.attach(try sessions.openDataset("slot"), axis: 0)
  }

  private func makeIndex(
    _ name: String, count: Int, in group: borrowing Group
  ) throws(HDF5Error) -> Dataset {
    let scale = try group.createDataset(name, .int64, shape: [count])
    try scale.write((0..<count).map { Int64($0) })
    try scale.makeScale(name)
    return scale
  }
}

extension DatasetCard {
  /// The numbers of a card, as the columns of `provenance/data` hold them.
  static var numbers: [(String, WritableKeyPath<DatasetCard, Int>)] {
    [
      ("height", \.shape.height), ("width", \.shape.width), ("channels", \.shape.channels),
      ("classes", \.classes), ("train", \.train), ("test", \.test),
    ]
  }
}
