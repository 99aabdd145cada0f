internal import ExperimentModel
internal import HDF5

extension Skeleton {
  /// Makes the group of one architecture's weights: one row per trial that has it.
  func writeWeights(
    _ file: borrowing File, _ architecture: Architecture, trials: [Int]
  ) throws(HDF5Error) {
    let group = try file.createGroup("weights/\(architecture.name)")
    let row = try group.createDataset("row", .int64, shape: [trials.count])
    try row.write((0..<trials.count).map { Int64($0) })
    try row.makeScale("row")
    let trialOfRow = try group.createDataset("trial_of_row", .int64, shape: [trials.count])
    try trialOfRow.write(trials.map { Int64($0) })
    try trialOfRow.attach(row, axis: 0)
    try trialOfRow.setAttribute("long_name", .text("the trial whose weights the row holds"))
    let checksum = try group.createDataset("crc32c", .int64, shape: [trials.count])
    try checksum.attach(row, axis: 0)
    try checksum.setAttribute("long_name", .text("CRC32C of the row's weights"))

    let names = architecture.parameters.map(\.datasetName)
    let parameter = try group.createPureDimension("parameter", length: names.count)
    try write(texts: names, "parameters", to: group, along: parameter)

    let snapshots = snapshots(trials)
    if let snapshots {
      let snapshot = try group.createDataset("snapshot", .int32, shape: [snapshots.count])
      try snapshot.write(snapshots.map { Int32($0) })
      try snapshot.makeScale("snapshot")
      try snapshot.setAttribute("long_name", .text("the epoch after which the weights were kept"))
    }
    let outer = [trials.count] + (snapshots.map { [$0.count] } ?? [])

    var dimensions: [String: Int] = [:]
    for parameter in architecture.parameters {
      let dataset = try group.createDataset(
        parameter.datasetName, .float32, shape: outer + parameter.shape, fill: .never)
      try dataset.attach(row, axis: 0)
      if snapshots != nil { try dataset.attach(try group.openDataset("snapshot"), axis: 1) }
      let axes = ["row"] + (snapshots == nil ? [] : ["snapshot"]) + parameter.axes
      try dataset.setAttribute("axes", .text(axes.joined(separator: " ")))
      for (axis, length) in parameter.shape.enumerated() {
        // A name has one length within its group, or netCDF readers refuse the group.
        var path = "\(parameter.layer)/\(parameter.axes[axis])"
        if let other = dimensions[path], other != length {
          path = "\(parameter.layer)/\(parameter.role.rawValue)_\(parameter.axes[axis])"
        }
        if dimensions.updateValue(length, forKey: path) == nil {
          try dataset.attach(
            try group.createPureDimension(path, length: length), axis: axis + outer.count)
        } else {
          try dataset.attach(try group.openDataset(path), axis: axis + outer.count)
        }
      }
    }
  }
}

extension ParameterShape {
  /// The path within an architecture's group: `block1.conv1/kernel`.
  var datasetName: String { "\(layer)/\(role.rawValue)" }
}
