internal import Analysis
internal import ExperimentModel

/// Curves over the dropout rate and over the epochs, in panels.
struct CurvePlots {
  /// More panels than this are no picture.
  static let most = 24
  /// More lines than this are divided into panels of their own.
  static let mostLines = 6
  /// The most lines of one panel where nothing divides them better: colours times dashes.
  static let mostDashed = 12

  let report: SweepReport

  /// Cells that differ in nothing but what one panel draws.
  private struct Panel {
    var title: String
    var key: Settings
    var cells: [CellFigures]
  }

  /// A curve of a panel.
  private struct Line {
    var name: String
    var values: [Double]
  }

  /// Plots and how many there is no room for.
  typealias Drawn = (plots: [Plot], hidden: Int)

  /// Test accuracy over the rate, one line for each placement, one panel for all else.
  var rates: Drawn {
    guard let rate = report.rateColumn else { return ([], 0) }
    let all = panels(apart: [rate, "placement"])
    let panels = chosen(all)
    let range = range(
      panels.flatMap(\.cells).flatMap { cell -> [Double] in
        guard let estimate = cell.outcomes[.testAccuracy] else { return [] }
        let ends = estimate.interval.map { [$0.lowerBound, $0.upperBound] } ?? []
        return (ends + [estimate.mean]).map { 100 * $0 }
      })
    let plots = panels.map { panel in
      let placements = unique(panel.cells.map { $0.settings["placement"] ?? .none })
      var commands = ["set xlabel 'dropout rate'", "set ylabel 'test accuracy, %'"]
      var curves: [String] = []
      let levels = Set(panel.cells.compactMap { $0.settings[rate]?.number }).sorted()
      let step = zip(levels, levels.dropFirst()).map { $1 - $0 }.min() ?? 1
      commands.append("set xtics (\(ticks(levels).map { "\($0)" }.joined(separator: ", ")))")
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
            let apart = min(0.12, 0.5 / Double(max(1, placements.count - 1)))
            let shift = apart * step * (Double(index) - 0.5 * Double(placements.count - 1))
            return [x + shift, 100 * y.mean, 100 * interval.lowerBound, 100 * interval.upperBound]
          }.sorted { $0[0] < $1[0] }
        commands.append(Plot.data("line\(index)", rows))
        let style = "\(dashes(index))linecolor \(colour(index).gnuplot)"
        curves.append("$line\(index) using 1:2 with lines linewidth 2 \(style) notitle")
        curves.append(
          "$line\(index) using 1:2:3:4 with yerrorbars pointtype 7 pointsize 0.7 linewidth 1.4 "
            + "\(style) title \(Plot.quote(name(placement, of: "placement")))")
      }
      commands +=
        frame(panel.title, range, lines: placements.count)
        + ["plot " + curves.joined(separator: ", ")]
      return Plot(
        title: "Test accuracy over the dropout rate: \(panel.title)",
        width: min(640, 440 + 10 * max(0, levels.count * placements.count - 20)),
        height: 320 + extraHeight(placements.count), commands: commands)
    }
    return (plots, all.count - panels.count)
  }

  /// Means over seeds of test loss by epoch, one line for each rate and placement.
  ///
  /// Where those are more lines than a panel can hold apart, each placement has a panel, with the line
  /// without dropout in all of them. Where neither varies, lines are the levels of what is compared.
  var learning: Drawn {
    let apart = report.lineColumns
    let metric = Metric.testLoss
    let all = panels(apart: apart).flatMap { divided($0, apart) }
    let panels = chosen(all.map(\.panel))
    let titles = Set(panels.map(\.title))
    let range = range(panels.flatMap(\.cells).flatMap { $0.curves[metric] ?? [] })
    let plots = all.filter { titles.contains($0.panel.title) }.map { panel, lines in
      let epochs = lines.map(\.values.count).max() ?? 1
      var commands = [
        "set xlabel 'epoch'", "set ylabel 'test loss'",
        "set xrange [\(epochs > 1 ? 1 : 0.5):\(epochs > 1 ? Double(epochs) : 1.5)]",
      ]
      // Between whole epochs there is nothing.
      if epochs <= 12 { commands.append("set xtics 1") }
      var curves: [String] = []
      for (index, line) in lines.enumerated() {
        commands.append(
          Plot.data(
            "line\(index)",
            line.values.enumerated().filter(\.element.isFinite).map { [Double($0 + 1), $1] }))
        // Points say where it was evaluated.
        let style = line.values.allSatisfy(\.isFinite) ? "lines" : "linespoints pointtype 7"
        curves.append(
          "$line\(index) using 1:2 with \(style) linewidth 2 \(dashes(index))linecolor "
            + "\(colour(index).gnuplot) title \(Plot.quote(line.name))")
      }
      commands +=
        frame(panel.title, range, lines: lines.count) + ["plot " + curves.joined(separator: ", ")]
      return Plot(
        title: "Test loss by epoch: \(panel.title)", width: 440,
        height: 360 + extraHeight(lines.count), commands: commands)
    }
    return (plots, all.count - panels.count)
  }

  /// A panel as one or more that have not too many lines.
  private func divided(_ panel: Panel, _ apart: [String]) -> [(panel: Panel, lines: [Line])] {
    let all = lines(panel.cells, apart)
    guard !all.isEmpty else { return [] }
    if all.count <= Self.mostLines { return [(panel, all)] }
    let places = unique(panel.cells.map { $0.settings["placement"] ?? .none })
    if apart.contains("placement"), apart.count > 1, places.count > 1 {
      return places.flatMap { place in
        var part = panel
        let own = place == .none ? "no placement" : "placement \(place)"
        part.title = panel.key.names.isEmpty ? own : "\(panel.title), \(own)"
        part.key = panel.key.adding("placement", place)
        part.cells = panel.cells.filter {
          isBare($0) || ($0.settings["placement"] ?? .none) == place
        }
        return divided(part, apart.filter { $0 != "placement" })
      }
    }
    // Nothing tells them apart better: as many as colours and dashes have names for.
    let parts = (all.count + Self.mostDashed - 1) / Self.mostDashed
    let size = (all.count + parts - 1) / parts
    return (0..<parts).map { number in
      var part = panel
      if parts > 1 { part.title += " (\(number + 1) of \(parts))" }
      return (part, Array(all.dropFirst(number * size).prefix(size)))
    }
  }

  /// The curves of `cells`; without dropout the placement says nothing, and the line is the same.
  private func lines(_ cells: [CellFigures], _ apart: [String]) -> [Line] {
    var lines: [Line] = []
    var known: Set<String> = []
    for cell in cells {
      guard let values = cell.curves[.testLoss],
        values.count(where: \.isFinite) > 1 || values.count == 1
      else { continue }
      let name = label(cell, apart)
      if known.insert(name).inserted { lines.append(Line(name: name, values: values)) }
    }
    return lines
  }

  private func panels(apart: [String]) -> [Panel] {
    var places: [Settings: Int] = [:]
    var panels: [Panel] = []
    for cell in report.cells {
      let key = cell.settings.filter { name, _ in !apart.contains(name) }
      if let place = places[key] {
        panels[place].cells.append(cell)
      } else {
        places[key] = panels.count
        let title = report.summary.wording.phrase(key)
        let empty = key.names.isEmpty ? "all trials" : "the others"
        panels.append(Panel(title: title.isEmpty ? empty : title, key: key, cells: [cell]))
      }
    }
    return panels
  }

  /// As many panels as there is room for: every level that a panel can stand for is there.
  private func chosen(_ panels: [Panel]) -> [Panel] {
    covering(panels, limit: Self.most) { panel in
      zip(panel.key.names, panel.key.values).map { "\($0) \($1)" }
    }
  }

  private func frame(_ title: String, _ range: ClosedRange<Double>, lines: Int) -> [String] {
    [
      "set title \(Plot.quote(shortened(title, to: 58))) offset 0, -0.3",
      "set yrange [\(range.lowerBound):\(range.upperBound)]",
      "set key at screen 0.56, screen 0.03 center bottom vertical maxrows \((lines + 1) / 2) "
        + "samplen 1.2 width -1 Left reverse",
      "set bmargin \(3.8 + 1.2 * Double((lines + 1) / 2))", "set lmargin 9.5", "set rmargin 2",
    ]
  }

  /// What more than three rows of names need.
  private func extraHeight(_ lines: Int) -> Int { 26 * max(0, (lines + 1) / 2 - 3) }

  /// Lines beyond the colours are dashed.
  private func dashes(_ index: Int) -> String {
    index < PlotColour.series.count ? "" : "dashtype (10, 5) "
  }

  /// Those of `levels` whose numbers have room beside each other.
  private func ticks(_ levels: [Double]) -> [Double] {
    guard let low = levels.first, let high = levels.last, high > low else { return levels }
    var kept: [Double] = []
    for level in levels where kept.last.map({ level - $0 >= (high - low) / 11 }) ?? true {
      kept.append(level)
    }
    return kept
  }

  private func isBare(_ cell: CellFigures) -> Bool {
    report.rateColumn.flatMap { cell.settings[$0] }?.number == 0
  }

  /// All of `values` with some air: the panels of a figure share it.
  private func range(_ values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    guard let low = finite.min(), let high = finite.max() else { return 0...1 }
    let air = max(0.05 * (high - low), 1e-3)
    return (low - air)...(high + air)
  }

  private func label(_ cell: CellFigures, _ apart: [String]) -> String {
    if isBare(cell) { return "no dropout" }
    let hasDropout = apart.contains { $0 == report.rateColumn || $0 == "placement" }
    let parts = apart.compactMap { column -> String? in
      guard let value = cell.settings[column], value != .none else { return nil }
      return hasDropout ? value.description : report.summary.wording.phrase(column, value)
    }
    return parts.isEmpty ? "all seeds" : shortened(parts.joined(separator: " "), to: 28)
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
