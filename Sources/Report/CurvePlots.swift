internal import Analysis
internal import ExperimentModel

/// Curves over the dropout rate and over the epochs, in panels.
struct CurvePlots {
  /// More panels than this are no picture.
  static let most = 12

  let report: SweepReport

  /// Cells that differ in nothing but what one panel draws.
  private struct Panel {
    var title: String
    var cells: [CellFigures]
  }

  /// Test accuracy over the rate, one line for each placement, one panel for all else.
  var rates: [Plot] {
    guard let rate = report.rateColumn else { return [] }
    let panels = panels(apart: [rate, "placement"])
    let range = range(
      panels.flatMap(\.cells).flatMap { cell -> [Double] in
        guard let estimate = cell.outcomes[.testAccuracy] else { return [] }
        let ends = estimate.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
        return (ends + [estimate.mean]).map { 100 * $0 }
      })
    return panels.prefix(Self.most).map { panel in
      let placements = unique(panel.cells.map { $0.settings["placement"] ?? .none })
      var commands = ["set xlabel 'dropout rate'", "set ylabel 'test accuracy, %'"]
      var curves: [String] = []
      let levels = Set(panel.cells.compactMap { $0.settings[rate]?.number }).sorted()
      let step = zip(levels, levels.dropFirst()).map { $1 - $0 }.min() ?? 1
      commands.append("set xtics (\(levels.map { "\($0)" }.joined(separator: ", ")))")
      commands.append(
        "set xrange [\((levels.first ?? 0) - 0.25 * step):\((levels.last ?? 1) + 0.25 * step)]")
      for (index, placement) in placements.enumerated() {
        let rows = panel.cells.filter { ($0.settings["placement"] ?? .none) == placement }
          .compactMap { cell -> [Double]? in
            guard let x = cell.settings[rate]?.number, let y = cell.outcomes[.testAccuracy] else {
              return nil
            }
            let interval = y.interval ?? y.mean...y.mean
            // Side by side, so that intervals do not hide each other.
            let shift = 0.05 * step * (Double(index) - 0.5 * Double(placements.count - 1))
            return [x + shift, 100 * y.mean, 100 * interval.lowerBound, 100 * interval.upperBound]
          }.sorted { $0[0] < $1[0] }
        commands.append(Plot.data("line\(index)", rows))
        let style = "linecolor \(colour(index).gnuplot)"
        curves.append("$line\(index) using 1:2 with lines linewidth 2 \(style) notitle")
        curves.append(
          "$line\(index) using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.7 linewidth 1.4 "
            + "\(style) title \(Plot.quote(name(placement, of: "placement")))")
      }
      commands +=
        frame(panel, range, lines: placements.count) + ["plot " + curves.joined(separator: ", ")]
      return Plot(
        title: "Test accuracy over the dropout rate: \(panel.title)", width: 440, height: 320,
        commands: commands)
    }
  }

  /// Means over seeds of test loss by epoch, one line for each rate and placement.
  var learning: [Plot] {
    let apart = [report.rateColumn ?? "", "placement"]
    let panels = panels(apart: apart)
    let metric = Metric.testLoss
    let range = range(panels.flatMap(\.cells).flatMap { $0.curves[metric] ?? [] })
    return panels.prefix(Self.most).compactMap { panel in
      var lines: [(name: String, values: [Double])] = []
      for cell in panel.cells {
        guard let values = cell.curves[metric], !values.isEmpty else { continue }
        let name = label(cell, apart)
        // Without dropout the placement says nothing, and the line is the same.
        if !lines.contains(where: { $0.name == name }) { lines.append((name, values)) }
      }
      guard !lines.isEmpty else { return nil }
      let shown = lines.prefix(PlotColour.series.count)
      let epochs = shown.map(\.values.count).max() ?? 1
      var commands = [
        "set xlabel 'epoch'", "set ylabel 'test loss'",
        "set xrange [\(epochs > 1 ? 1 : 0.5):\(epochs > 1 ? Double(epochs) : 1.5)]",
      ]
      // Between whole epochs there is nothing.
      if epochs <= 12 { commands.append("set xtics 1") }
      var curves: [String] = []
      for (index, line) in shown.enumerated() {
        commands.append(
          Plot.data("line\(index)", line.values.enumerated().map { [Double($0 + 1), $1] }))
        curves.append(
          "$line\(index) using 1:2 with lines linewidth 2 linecolor \(colour(index).gnuplot) "
            + "title \(Plot.quote(line.name))")
      }
      commands +=
        frame(panel, range, lines: shown.count) + ["plot " + curves.joined(separator: ", ")]
      return Plot(
        title: "Test loss by epoch: \(panel.title)", width: 440, height: 360, commands: commands)
    }
  }

  private func panels(apart: [String]) -> [Panel] {
    var panels: [(key: Settings, panel: Panel)] = []
    for cell in report.cells {
      let key = cell.settings.filter { name, _ in !apart.contains(name) }
      if let index = panels.firstIndex(where: { $0.key == key }) {
        panels[index].panel.cells.append(cell)
      } else {
        let title = report.summary.wording.phrase(key)
        panels.append((key, Panel(title: title.isEmpty ? "all trials" : title, cells: [cell])))
      }
    }
    return panels.map(\.panel)
  }

  private func frame(
    _ panel: Panel, _ range: ClosedRange<Double>, lines: Int
  ) -> [String] {
    [
      "set title \(Plot.quote(String(panel.title.prefix(60)))) offset 0, -0.3",
      "set yrange [\(range.lowerBound):\(range.upperBound)]",
      "set key at screen 0.56, screen 0.03 center bottom vertical maxrows \((lines + 1) / 2) "
        + "samplen 1.2 width -1 Left reverse",
      "set bmargin \(3.8 + 1.2 * Double((lines + 1) / 2))", "set lmargin 9.5", "set rmargin 2",
    ]
  }

  /// All of `values` with some air: the panels of a figure share it.
  private func range(_ values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let air = max(0.05 * (high - low), 1e-3)
    return (low - air)...(high + air)
  }

  private func label(_ cell: CellFigures, _ apart: [String]) -> String {
    let rate = report.rateColumn.flatMap { cell.settings[$0] }
    if rate?.number == 0 { return "no dropout" }
    let parts = apart.compactMap { column in
      cell.settings[column].flatMap { $0 == .none ? nil : $0.description }
    }
    return parts.isEmpty ? "all seeds" : parts.joined(separator: " ")
  }

  private func name(_ value: SettingValue, of column: String) -> String {
    if value == .none { return "all" }
    return value.number == nil ? value.description : report.summary.wording.phrase(column, value)
  }

  private func colour(_ index: Int) -> PlotColour {
    PlotColour.series[index % PlotColour.series.count]
  }

  private func unique(_ values: [SettingValue]) -> [SettingValue] {
    var seen: Set<SettingValue> = []
    return values.filter { seen.insert($0).inserted }
  }
}
