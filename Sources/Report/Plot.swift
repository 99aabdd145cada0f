import Foundation

/// A colour that the page's theme gives a value: the plot's own value is only a mark for it.
enum PlotColour: String, CaseIterable {
  case ink, muted, grid
  case good, bad, neutral
  case series1, series2, series3, series4, series5, series6
  case heatN3, heatN2, heatN1, heat0, heatP1, heatP2, heatP3
  case margin

  /// 24 bits that no other colour has.
  var value: Int { 0x010203 + 0x050301 * (Self.allCases.firstIndex(of: self) ?? 0) }
  /// As gnuplot's `linecolor` wants it.
  var gnuplot: String { "rgb '#" + String(format: "%06x", value) + "'" }

  static let series: [PlotColour] = [.series1, .series2, .series3, .series4, .series5, .series6]
  static let heat: [PlotColour] = [.heatN3, .heatN2, .heatN1, .heat0, .heatP1, .heatP2, .heatP3]
}

/// A gnuplot script and what it shows.
struct Plot {
  var title: String
  var width: Int
  var height: Int
  /// Commands after the terminal is set.
  var commands: [String]

  /// Text between single quotes, which gnuplot takes literally; quotes in it become typographic
  /// and control characters blanks.
  static func quote(_ text: String) -> String {
    let plain = text.unicodeScalars.map { scalar in
      switch scalar {
      case "'", "`": "’"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): " "
      default: String(scalar)
      }
    }
    return "'" + plain.joined() + "'"
  }

  static func number(_ value: Double) -> String { value.isFinite ? "\(value)" : "NaN" }

  /// A block of rows of numbers for `plot $name`.
  static func data(_ name: String, _ rows: [[Double]]) -> String {
    let lines = rows.map { $0.map(number).joined(separator: " ") }
    return (["$\(name) << EOD"] + lines + ["EOD"]).joined(separator: "\n")
  }

  func script(name: String) -> String {
    let ink = PlotColour.ink.gnuplot
    let head = [
      "set terminal svg size \(width),\(height) dynamic noenhanced name '\(name)' "
        + "font 'sans-serif,13' linewidth 1.4",
      "set encoding utf8",
      "set border 3 linecolor \(PlotColour.muted.gnuplot) linewidth 0.7",
      "set tics nomirror scale 0.4 textcolor \(PlotColour.muted.gnuplot)",
      "set grid linecolor \(PlotColour.grid.gnuplot) linetype 1 linewidth 0.7",
      "set key textcolor \(ink)", "set xlabel textcolor \(PlotColour.muted.gnuplot)",
      "set ylabel textcolor \(PlotColour.muted.gnuplot)", "set title textcolor \(ink)",
      "set bars 0",
    ]
    return (head + commands).joined(separator: "\n") + "\n"
  }
}
