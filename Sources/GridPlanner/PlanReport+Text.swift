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

  static let indent = String(repeating: " ", count: 10)

  static func entry(_ label: String, _ text: String) -> [String] {
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
    for (index, sampling) in plan.samplings.enumerated() {
      lines += Self.entry(index == 0 ? "Sample" : "", sampling.inWords)
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
          + "figures \(Quantity.bytes(forecast.metricBytes))"
          + (forecast.waitingBytes > 0
            ? "; and up to \(Quantity.bytes(forecast.waitingBytes)) beside it, of trials that wait "
              + "for a decision" : ""))
      + Self.entry(
        "Memory",
        "about \(Quantity.bytes(forecast.bytesPerTrial)) a trial that runs, "
          + "and \(Quantity.bytes(forecast.dataBytes)) of images")
  }

  static func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }
}
