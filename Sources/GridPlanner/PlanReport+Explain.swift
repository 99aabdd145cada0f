import ExperimentModel

extension PlanReport {
  /// Which cells are one, by which rule and why.
  ///
  /// - Parameter examples: how many cells to show for each rule.
  public func explanation(examples: Int = 3) -> String {
    var reasons = MergeReasons(plan)
    var found: [MergeRule: (count: Int, cells: [Int])] = [:]
    for cell in 0..<plan.cellCount {
      for rule in reasons.rules(cell) {
        var entry = found[rule] ?? (0, [])
        entry.count += 1
        if entry.cells.count < examples { entry.cells.append(cell) }
        found[rule] = entry
      }
    }
    guard !found.isEmpty else { return "Every cell has a trial of its own.\n" }
    var lines: [String] = []
    for rule in MergeRule.allCases {
      guard let (count, cells) = found[rule] else { continue }
      lines += Self.wrapped(
        "\(rule.rawValue), bitwise: \(rule.text) (\(Wording.count(count, "cell")))", indent: "")
      lines += Self.wrapped(rule.proof, label: "  ", indent: "  ")
      for cell in cells {
        let first = Int(plan.layout.draft(ofCell: cell).cell)
        lines += Self.wrapped(
          "cell \(cell) (\(describe(cell))) is cell \(first) (\(describe(first))): trial "
            + "\(plan.layout.row(ofCell: cell))", label: "  - ", indent: "    ")
      }
      lines.append("")
    }
    return lines.joined(separator: "\n")
  }

  /// `max, 0.25, before-pool`: what the cell was set to.
  private func describe(_ cell: Int) -> String {
    let place = plan.place(cell)
    return grid.columns.map { setting in
      "\(setting.column) \(plan.planner.column(setting, [place]).text(at: 0))"
    }.joined(separator: ", ")
  }
}

extension PlanReport {
  /// The trials as comma-separated values (RFC 4180), the settings' columns by their names.
  public func csv() -> String {
    let columns = plan.trialColumns(rows)
    var lines = [
      CSVField.record(["trial", "id", "architecture", "flops"] + columns.map(\.name))
    ]
    for (index, row) in rows.enumerated() {
      let trial = plan.trial(row)
      lines.append(
        CSVField.record(
          ["\(row)", "\(trial.id)", plan.architectures[trial.architecture].name, "\(trial.flops)"]
            + columns.map { $0.text(at: index) }))
    }
    return lines.joined(separator: "\r\n") + "\r\n"
  }
}
