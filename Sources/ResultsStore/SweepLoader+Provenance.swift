internal import ExperimentModel
internal import HDF5

extension SweepLoader {
  mutating func comparisons(_ file: borrowing File) throws -> [Comparison] {
    guard try file.contains("provenance/comparisons") else { return [] }
    let group = try file.openGroup("provenance/comparisons")
    let count = try length(of: "comparison", .int64, in: group)
    let factors = try texts("factor", count: count, from: group)
    let others = try texts("by", count: count, from: group)
    return zip(factors, others).map {
      Comparison(factor: $0, by: $1.split(separator: " ").map(String.init))
    }
  }

  mutating func datasets(_ file: borrowing File) throws -> [DatasetCard] {
    guard try file.contains("provenance/data") else { return [] }
    let group = try file.openGroup("provenance/data")
    let count = try length(of: "dataset", .int64, in: group)
    let names = try texts("name", count: count, from: group)
    let fingerprints = try texts("fingerprint", count: count, from: group)
    var cards = zip(names, fingerprints).map {
      DatasetCard(
        name: $0, shape: ImageShape(height: 0, width: 0, channels: 0), classes: 0, train: 0,
        test: 0, fingerprint: $1)
    }
    for (name, value) in DatasetCard.numbers {
      let column = try read(RowColumn(name: name, type: .int64), count: count, from: group)
      for (index, number) in column.values(Int64.self).enumerated() {
        cards[index][keyPath: value] = Int(number)
      }
    }
    return cards
  }

  mutating func provenanceSessions(_ file: borrowing File, version: Int) throws -> [StoredColumn] {
    let group = try file.openGroup("provenance/sessions")
    let slots = try length(of: "slot", .int64, in: group)
    var columns: [StoredColumn] = []
    let checksums = version >= 3 ? [FileFormat.sessionChecksum] : []
    for column in FileFormat.sessionColumns + checksums {
      columns.append(try read(column, count: slots, from: group))
    }
    return columns
  }
}
