internal import Analysis
import Foundation

/// How far pairs of levels depart from what both factors add up to.
struct HeatMaps {
  /// The pairs of factors with the largest shares of variance.
  static let most = 4

  let variance: VarianceAnalysis

  var plots: [Plot] {
    let pairs = variance.effects.filter { $0.factors.count == 2 && $0.share > 1e-9 }
      .sorted { $0.share > $1.share }.prefix(Self.most)
    let terms = pairs.map { pair in
      variance.interactions.filter { $0.settings.names == pair.factors }
    }
    let largest = terms.joined().map { abs($0.effect.mean) }.max() ?? 0
    return zip(pairs, terms).compactMap { map($0, $1, largest: largest) }
  }

  private func map(
    _ effect: VarianceAnalysis.Effect, _ terms: [VarianceAnalysis.Term], largest: Double
  ) -> Plot? {
    guard let rows = variance.levels[effect.factors[0]],
      let columns = variance.levels[effect.factors[1]], largest > 0
    else { return nil }
    var commands = [
      "unset key", "unset grid", "set border 0",
      "set tics scale 0 textcolor \(PlotColour.ink.gnuplot)",
      "set xrange [0.5:\(Double(columns.count) + 0.5)]",
      "set yrange [\(Double(rows.count) + 0.5):0.5]",
      "set xtics (\(tics(columns)))", "set ytics (\(tics(rows)))",
      "set xlabel \(Plot.quote(Wording.words(effect.factors[1])))",
      "set ylabel \(Plot.quote(Wording.words(effect.factors[0])))",
      "set title \(Plot.quote("\(Wording.words(effect.factors[0])) × \(Wording.words(effect.factors[1])): " + share(effect))) offset 0, -0.3",
    ]
    for term in terms {
      guard let row = rows.firstIndex(of: term.settings.values[0]),
        let column = columns.firstIndex(of: term.settings.values[1])
      else { continue }
      let (x, y) = (Double(column + 1), Double(row + 1))
      let step = Int((3 * term.effect.mean / largest).rounded())
      let colour = PlotColour.heat[min(max(step + 3, 0), 6)]
      commands.append(
        "set object rectangle from \(x - 0.48), \(y - 0.48) to \(x + 0.48), \(y + 0.48) "
          + "fillcolor \(colour.gnuplot) fillstyle solid 1 noborder")
      let half = term.effect.halfWidth.map { " ±" + NumberText.fixed(100 * $0, digits: 2) } ?? ""
      commands.append(
        "set label \(Plot.quote(NumberText.signed(100 * term.effect.mean, digits: 2) + half)) at "
          + "\(x), \(y) center front textcolor \(PlotColour.ink.gnuplot)")
    }
    commands.append("plot NaN notitle linecolor \(PlotColour.ink.gnuplot)")
    return Plot(
      title: "Interaction of \(effect.factors.joined(separator: " and "))", width: 440,
      height: 120 + 46 * rows.count, commands: commands)
  }

  private func share(_ effect: VarianceAnalysis.Effect) -> String {
    NumberText.fixed(100 * effect.share, digits: 1) + "% of variance"
  }

  private func tics(_ levels: [SettingValue]) -> String {
    levels.enumerated().map { "\(Plot.quote($1.description)) \($0 + 1)" }.joined(separator: ", ")
  }
}
