internal import ExperimentModel
internal import HDF5

extension DiagnosticFigure {
  /// The dataset's path from the root.
  var path: String { FileFormat.diagnostics + rawValue }
}

extension Skeleton {
  /// Makes the group of the diagnostics: labelled axes, and figures that are not known yet.
  func writeDiagnostics(
    _ plan: DiagnosticsPlan, _ file: borrowing File, _ trial: borrowing Dataset,
    _ epoch: borrowing Dataset
  ) throws(HDF5Error) {
    for axis in DiagnosticFigure.Axis.allCases
    where plan.figures.contains(where: { $0.axes.contains(axis) }) {
      let path = FileFormat.diagnostics + axis.rawValue
      if axis == .site {
        try writeSites(plan.sites, path, file)
      } else {
        let scale = try file.createDataset(path, .int64, shape: [axis.values.count])
        try scale.write(axis.values.map { Int64($0) })
        try scale.makeScale(axis.rawValue)
        try scale.setAttribute("long_name", .text(axis.longName))
      }
    }
    for figure in plan.figures {
      let dataset = try file.createDataset(
        figure.path, .float32,
        shape: [self.plan.trials.count, schema.epochs]
          + plan.lengths(of: figure), fill: .real(.nan))
      try dataset.attach(trial, axis: 0)
      try dataset.attach(epoch, axis: 1)
      for (index, axis) in figure.axes.enumerated() {
        try dataset.attach(
          try file.openDataset(FileFormat.diagnostics + axis.rawValue), axis: 2 + index)
      }
      try dataset.setAttribute("_FillValue", .float32s([.nan]))
      try dataset.setAttribute("units", .text("1"))
      try dataset.setAttribute("long_name", .text(figure.longName))
    }
  }

  private func writeSites(
    _ sites: [DiagnosticsPlan.Site], _ path: String, _ file: borrowing File
  ) throws(HDF5Error) {
    let scale = try file.createDataset(path, .variableText, shape: [sites.count])
    try scale.write(texts: sites.map(\.name))
    try scale.makeScale("site")
    try scale.setAttribute("long_name", .text(DiagnosticFigure.Axis.site.longName))
    let window = try file.createDataset(
      FileFormat.diagnostics + "site_window", .int64, shape: [sites.count])
    try window.write(sites.map { Int64($0.window) })
    try window.attach(scale, axis: 0)
    try window.setAttribute(
      "long_name", .text("elements of the window of the pool at the site; 0 for none or several"))
  }
}

extension SweepLoader {
  /// Which diagnostics are among the row columns `names`, and where; nil for none.
  mutating func diagnostics(
    _ names: String, _ file: borrowing File
  ) throws -> DiagnosticsPlan? {
    let figures = Set(
      names.split(separator: " ").filter { $0.hasPrefix(FileFormat.diagnostics) }.compactMap {
        DiagnosticFigure(rawValue: String($0.dropFirst(FileFormat.diagnostics.count)))
      })
    guard !figures.isEmpty else { return nil }
    var sites: [DiagnosticsPlan.Site] = []
    if figures.contains(where: { $0.axes.contains(.site) }) {
      let path = FileFormat.diagnostics + "site"
      let count = try length(of: path, nil, in: file)
      let windows = try read(
        RowColumn(name: FileFormat.diagnostics + "site_window", type: .int64), count: count,
        from: file
      ).values(Int64.self)
      // No image has more elements.
      guard windows.allSatisfy({ (0...1 << 32).contains($0) }) else {
        throw FormatError("the window of a diagnostics site is damaged")
      }
      sites = zip(try texts(path, count: count, from: file), windows).map {
        DiagnosticsPlan.Site(name: $0, window: Int($1))
      }
    }
    return DiagnosticsPlan(
      words: Diagnostic.allCases.filter { !figures.isDisjoint(with: $0.figures) }, sites: sites)
  }
}

extension StoredSweep {
  /// The diagnostics of the rows that have ended.
  func diagnostics(epochs: [Int], isPending: [Bool]) -> DiagnosticResults? {
    guard let plan = schema.diagnostics else { return nil }
    var values: [DiagnosticFigure: [[Float]]] = [:]
    for figure in plan.figures {
      let all = column(figure.path).values(Float.self)
      let length = plan.length(of: figure)
      values[figure] = epochs.enumerated().map { row, run in
        let start = row * schema.epochs * length
        return isPending[row] ? [] : Array(all[start..<start + run * length])
      }
    }
    return DiagnosticResults(plan: plan, values: values)
  }
}

extension ResultsReader {
  /// Whether both files have the same bits for a trial's diagnostics.
  func hasSameDiagnostics(as other: ResultsReader, row: Int) -> Bool {
    (results.diagnostics?.values ?? [:]).allSatisfy { figure, rows in
      other.results.diagnostics?.values[figure]?[row].map(\.bitPattern)
        == rows[row].map(\.bitPattern)
    }
  }
}

extension ArraySlice<UInt8> {
  /// The bytes as stored numbers.
  var floats: [Float] {
    withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
