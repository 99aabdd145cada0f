import ExperimentModel

extension PlanReport {
  /// The plan in at most 80 columns: question, axes, trials, data, networks, forecast.
  ///
  /// - Parameter rows: how many trials to list; 0 leaves the list out.
  public func text(rows: Int = 10) -> String {
    var lines = Self.wrapped(grid.title, indent: "")
    if !grid.question.isEmpty { lines += Self.wrapped(grid.question, indent: "") }
    lines.append("")
    lines += axisLines
    lines += countLines
    lines.append("")
    lines += subjectLines
    lines.append("")
    lines += forecastLines
    if rows > 0 {
      lines.append("")
      lines += trialLines(rows)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  static let width = 80

  /// `text` broken at spaces; the first line is `label`, padded, and then as much as fits.
  static func wrapped(_ text: String, label: String = "", indent: String) -> [String] {
    var lines: [String] = []
    var line = label + String(repeating: " ", count: max(0, indent.count - label.count))
    var isEmpty = true
    for word in text.split(separator: " ") {
      if !isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = indent
        isEmpty = true
      }
      // A word that is longer than a line is broken.
      var rest = (isEmpty ? "" : " ") + word
      while line.count + rest.count > width {
        lines.append(line + rest.prefix(width - line.count))
        rest = String(rest.dropFirst(width - line.count))
        line = indent
      }
      line += rest
      isEmpty = false
    }
    return lines + [line]
  }

  private static let indent = String(repeating: " ", count: 10)

  private static func entry(_ label: String, _ text: String) -> [String] {
    wrapped(text, label: label, indent: indent)
  }

  private var axisLines: [String] {
    let axes = grid.axes
    guard !axes.isEmpty else { return Self.entry("Axes", "none: the grid is one cell") }
    let pathWidth = axes.map(\.path.count).max() ?? 0
    let countWidth = axes.map { "\($0.levels.count)".count }.max() ?? 0
    return axes.enumerated().flatMap { index, axis in
      let label =
        Self.pad(index == 0 ? "Axes" : "", Self.indent.count) + Self.pad(axis.path, pathWidth)
        + "  " + Self.pad("\(axis.levels.count)", countWidth, right: true) + "  "
      return Self.wrapped(
        GridAxis.shortened(axis.levels), label: label,
        indent: String(repeating: " ", count: label.count))
    }
  }

  private var countLines: [String] {
    var cells = Wording.grouped(plan.cellCount)
    let product = grid.subgrids.map { subgrid in
      subgrid.dimensions.isEmpty
        ? "1" : subgrid.dimensions.map { "\($0.count)" }.joined(separator: " × ")
    }.joined(separator: " + ")
    if product.contains(" ") || excluded > 0 {
      cells += " = \(product)\(excluded > 0 ? " - \(Wording.grouped(excluded)) \(left)" : "")"
    }
    let merged = merged
    var lines = Self.entry("Cells", cells)
    lines += Self.entry(
      "Trials",
      Wording.grouped(plan.trialCount)
        + (merged.isEmpty ? ", one for each cell" : ", so that no training is done twice:"))
    let numberWidth = merged.map { Wording.grouped($0.cells).count }.max() ?? 0
    for (rule, cells) in merged {
      let label =
        Self.indent + Self.pad(Wording.grouped(cells), numberWidth, right: true)
        + " cell\(cells == 1 ? " " : "s") merged: "
      lines += Self.wrapped(
        rule, label: label, indent: String(repeating: " ", count: label.count))
    }
    return lines
  }

  /// Why combinations are no cells.
  private var left: String {
    let dimensions = grid.subgrids.flatMap(\.dimensions)
    if grid.subgrids.contains(where: { $0.sample != nil }) { return "not sampled or excluded" }
    if dimensions.contains(where: { $0.condition != nil }) { return "where a condition fails" }
    if plan.layout.repeated > 0 { return "excluded or there twice" }
    return "excluded"
  }

  private var subjectLines: [String] {
    var lines: [String] = []
    let used = usedData
    for card in plan.datasets {
      lines += Self.entry(
        lines.isEmpty ? "Data" : "",
        "\(card.name): \(card.shape), \(card.classes) classes; "
          + splits(used.filter { $0.name == card.name }, card))
    }
    let networks = networks
    for (index, network) in networks.prefix(5).enumerated() {
      let parameters = network.resolved.parameters.reduce(0) { $0 + $1.count }
      let on = plan.datasets.count > 1 ? " on \(network.data.name)" : ""
      lines += Self.entry(
        index == 0 ? "Network" : "",
        "\(network.name)\(on): \(Wording.count(parameters, "parameter")), "
          + "\(Quantity.flops(network.resolved.trainingFLOPs)) per training image")
    }
    if networks.count > 5 {
      lines += Self.entry("", "and \(networks.count - 5) more")
    }
    lines += Self.entry("Training", training)
    if let stopping = plan.grid.stopping {
      lines += Self.entry("Stopping", "\(stopping.words); forecasts are without it")
    }
    if !plan.comparisons.isEmpty {
      for (index, comparison) in plan.comparisons.enumerated() {
        let by = comparison.by.isEmpty ? "" : " for each \(comparison.by.joined(separator: ", "))"
        lines += Self.entry(index == 0 ? "Compared" : "", comparison.factor + by)
      }
    }
    return lines
  }

  private func splits(_ specs: Set<DataSpec>, _ card: DatasetCard) -> String {
    func numbers(_ values: [Int]) -> String {
      let sorted = Set(values).sorted()
      guard let low = sorted.first, let high = sorted.last else { return "0" }
      return low == high
        ? Wording.grouped(low) : "\(Wording.grouped(low)) to \(Wording.grouped(high))"
    }
    let validation = numbers(specs.map(\.validation))
    return "\(numbers(specs.map { ($0.train ?? card.train) - $0.validation })) training, "
      + (validation == "0" ? "" : "\(validation) validation, ")
      + "\(numbers(specs.map { $0.test ?? card.test })) test images"
  }

  private var training: String {
    let trainings = usedTrainings
    let optimisers = Set(trainings.map(\.optimiser))
    let batches = Set(trainings.map(\.batch)).sorted()
    let epochs = Set(trainings.map(\.epochs)).sorted()
    func list(_ values: [Int]) -> String { GridAxis.shortened(values.map(String.init)) }
    var text =
      "\(list(epochs)) epoch\(epochs == [1] ? "" : "s") in batches of \(list(batches)); "
    if optimisers.count == 1, let optimiser = optimisers.first {
      text += optimiser.inWords
    } else {
      let names = Set(optimisers.map(\.name)).sorted { $0.rawValue < $1.rawValue }
      text += "\(names.map(\.inWords).joined(separator: " and ")) in \(optimisers.count) settings"
    }
    if let smoothing = trainings.first?.labelSmoothing, smoothing > 0,
      trainings.allSatisfy({ $0.labelSmoothing == smoothing })
    {
      text += "; label smoothing \(Column.text(smoothing))"
    }
    let draws = Set(trainings.map(\.monteCarlo)).subtracting([0]).sorted()
    if !draws.isEmpty { text += "; Monte-Carlo evaluation with \(list(draws)) draws" }
    return text + "; weights kept: \(plan.weights.text)"
  }

  private var timeText: String {
    let work = Quantity.flops(forecast.flops)
    guard let machine else { return "\(work); the progress says how long that takes" }
    return "\(Quantity.time(forecast.seconds)) with \(Wording.count(machine.jobs, "job")) of "
      + "\(Quantity.flops(machine.flopsPerSecondPerCore))/s (\(work) in all)"
  }

  private var forecastLines: [String] {
    Self.entry("Time", timeText)
      + Self.entry(
        "Disk",
        "\(Quantity.bytes(forecast.weightBytes + forecast.metricBytes)): "
          + "weights \(Quantity.bytes(forecast.weightBytes)), "
          + "figures \(Quantity.bytes(forecast.metricBytes))")
      + Self.entry(
        "Memory",
        "about \(Quantity.bytes(forecast.bytesPerTrial)) a trial that runs, "
          + "and \(Quantity.bytes(forecast.dataBytes)) of images")
  }

  private func trialLines(_ rows: Int) -> [String] {
    let shown = Array(self.rows.prefix(rows))
    guard !shown.isEmpty else { return ["no trial is asked for"] }
    let columns = shownColumns(shown)
    var table = [["trial"] + columns.map(\.name)]
    for (index, row) in shown.enumerated() {
      table.append(["\(row)"] + columns.map { $0.text(at: index) })
    }
    var widths = table[0].indices.map { column in
      min(table.map { $0[column].count }.max() ?? 0, 24)
    }
    while widths.count > 2, widths.reduce(0, +) + 2 * (widths.count - 1) > Self.width {
      widths.removeLast()
    }
    let lines = table.map { row in
      let cells = zip(row, widths).enumerated().map { index, cell in
        let text = cell.0.count > cell.1 ? cell.0.prefix(cell.1 - 1) + "…" : cell.0
        return Self.pad(text, cell.1, right: index == 0 || isNumber(index, columns))
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
    let hidden = columns.count + 1 - widths.count
    let rest = self.rows.count - shown.count
    var notes: [String] = []
    if rest > 0 { notes.append("\(Wording.count(rest, "trial")) more") }
    if hidden > 0 { notes.append("\(Wording.count(hidden, "column")) not shown") }
    return lines + (notes.isEmpty ? [] : ["… \(notes.joined(separator: ", "))"])
  }

  /// Columns in which trials differ; all axes come before what is the same everywhere.
  private func shownColumns(_ rows: [Int]) -> [Column] {
    let axes = grid.axes.map(\.path)
    let all = plan.trialColumns(rows)
    let varying = all.filter { axes.contains($0.path) }
    let ordered = axes.compactMap { path in varying.first { $0.path == path } }
    return ordered.isEmpty ? all.filter { $0.path == Setting.seed.path } : ordered
  }

  private func isNumber(_ index: Int, _ columns: [Column]) -> Bool {
    guard index > 0 else { return true }
    if case .text = columns[index - 1].values { return false }
    return true
  }

  static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }
}
