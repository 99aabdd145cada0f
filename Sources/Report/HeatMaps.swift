internal import Analysis
import Foundation

/// How far pairs of levels depart from what both factors add up to.
struct HeatMaps {
  /// The pairs of factors with the largest shares of variance.
  static let most = 4
  /// Wider maps than this are no picture.
  static let mostColumns = 16

  let variance: VarianceAnalysis

  private var pairs: [VarianceAnalysis.Effect] {
    variance.effects.filter { $0.factors.count == 2 && $0.share > 1e-9 }
  }

  private var drawn: ArraySlice<VarianceAnalysis.Effect> {
    pairs.filter { axes($0).columns.count <= Self.mostColumns }
      .sorted { $0.share > $1.share }.prefix(Self.most)
  }

  /// Interactions without a map.
  var hidden: Int { pairs.count - drawn.count }

  var plots: [Plot] {
    let pairs = drawn
    let terms = pairs.map { pair in
      variance.interactions.filter { $0.settings.names == pair.factors }
    }
    let largest = terms.joined().map { abs($0.effect.mean) }.max() ?? 0
    return zip(pairs, terms).compactMap { map($0, $1, largest: largest) }
  }

  /// The factor with fewer levels has the columns: a page is longer than it is wide.
  private func axes(
    _ effect: VarianceAnalysis.Effect
  ) -> (names: [String], rows: [SettingValue], columns: [SettingValue]) {
    let levels = effect.factors.map { variance.levels[$0] ?? [] }
    return levels[1].count <= levels[0].count
      ? (effect.factors, levels[0], levels[1])
      : ([effect.factors[1], effect.factors[0]], levels[1], levels[0])
  }

  private func map(
    _ effect: VarianceAnalysis.Effect, _ terms: [VarianceAnalysis.Term], largest: Double
  ) -> Plot? {
    let (names, rows, columns) = axes(effect)
    guard !rows.isEmpty, !columns.isEmpty, largest > 0 else { return nil }
    let isTurned = names != effect.factors
    // Room for "+12.34" and for the longest name, of about 7 units a letter.
    let cell = max(56, 7 * (columns.map(\.description.count).max() ?? 0) + 12)
    let left = 48 + 7 * (rows.map(\.description.count).max() ?? 0)
    let width = max(440, left + cell * columns.count + 16)
    let title = names.map { Wording.words($0) }.joined(separator: " × ")
    var commands = [
      "unset key", "unset grid", "set border 0",
      "set tics scale 0 textcolor \(PlotColour.ink.gnuplot)",
      "set lmargin at screen \(Double(left) / Double(width))", "set rmargin at screen 0.98",
      "set xrange [0.5:\(Double(columns.count) + 0.5)]",
      "set yrange [\(Double(rows.count) + 0.5):0.5]",
      "set xtics (\(tics(columns)))", "set ytics (\(tics(rows)))",
      "set xlabel \(Plot.quote(Wording.words(names[1])))",
      "set label \(Plot.quote(Wording.words(names[0]))) at screen \(14 / Double(width)), graph 0.5 "
        + "center rotate by 90 textcolor \(PlotColour.muted.gnuplot)",
      "set title \(Plot.quote("\(title): " + share(effect))) offset 0, -0.3",
    ]
    for term in terms {
      let values = isTurned ? term.settings.values.reversed() : term.settings.values
      guard let row = rows.firstIndex(of: values[0]),
        let column = columns.firstIndex(of: values[1])
      else { continue }
      let (x, y) = (Double(column + 1), Double(row + 1))
      let step = Int((3 * term.effect.mean / largest).rounded())
      let colour = PlotColour.heat[min(max(step + 3, 0), 6)]
      commands.append(
        "set object rectangle from \(x - 0.48), \(y - 0.48) to \(x + 0.48), \(y + 0.48) "
          + "fillcolor \(colour.gnuplot) fillstyle solid 1 noborder")
      let half = term.effect.halfWidth.map { "±" + NumberText.fixed(100 * $0, digits: 2) }
      let mean = NumberText.signed(100 * term.effect.mean, digits: 2)
      commands.append(
        "set label \(Plot.quote(mean)) at \(x), \(half == nil ? y : y - 0.17) center front textcolor "
          + PlotColour.ink.gnuplot)
      if let half {
        commands.append(
          "set label \(Plot.quote(half)) at \(x), \(y + 0.2) center front font ',11' textcolor "
            + PlotColour.ink.gnuplot)
      }
    }
    commands.append("plot NaN notitle linecolor \(PlotColour.ink.gnuplot)")
    return Plot(
      title: "Interaction of \(names.joined(separator: " and "))", width: width,
      height: 110 + 44 * rows.count, commands: commands)
  }

  private func share(_ effect: VarianceAnalysis.Effect) -> String {
    NumberText.fixed(100 * effect.share, digits: 1) + "% of variance"
  }

  private func tics(_ levels: [SettingValue]) -> String {
    levels.enumerated().map { "\(Plot.quote($1.description)) \($0 + 1)" }.joined(separator: ", ")
  }
}
