import ExperimentModel

// The list of trials.
extension PlanReport {
  func trialLines(_ rows: Int) -> [String] {
    let shown = Array(self.rows.prefix(rows))
    guard !shown.isEmpty else { return ["no trial is asked for"] }
    let columns = shownColumns(shown)
    var table = [["trial"] + columns.map(\.name)]
    for (index, row) in shown.enumerated() {
      table.append(["\(row)"] + columns.map { $0.text(at: index) })
    }
    var widths = table[0].indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var excess: Int { widths.reduce(0, +) + 2 * (widths.count - 1) - Self.width }
    while excess > 0, let widest = widths.max(), widest > 24 {
      widths = widths.map { $0 == widest ? max(24, widest - 1) : $0 }
    }
    while widths.count > 2, excess > 0 { widths.removeLast() }
    let lines = table.flatMap { row in
      let cells = zip(row, widths).map { Self.broken($0, width: $1) }
      return (0..<(cells.map(\.count).max() ?? 0)).map { line in
        let texts = cells.enumerated().map { index, cell in
          Self.pad(
            cell.indices.contains(line) ? cell[line] : "", widths[index],
            right: index == 0 || isNumber(index, columns))
        }
        let text = texts.joined(separator: "  ")
        return String(text.reversed().drop { $0 == " " }.reversed())
      }
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

  /// `text` in lines of at most `width` characters, broken behind commas, hyphens and blanks where
  /// there are any.
  private static func broken(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var rest = text[...]
    while rest.count > width {
      let line = rest.prefix(width)
      let end = line.lastIndex { ",- ".contains($0) }.map { line.index(after: $0) } ?? line.endIndex
      lines.append(String(rest[..<end]))
      rest = rest[end...]
    }
    return lines + [String(rest)]
  }
}
