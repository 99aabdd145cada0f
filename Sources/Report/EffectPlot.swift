internal import Analysis

/// The differences of one comparison with their intervals, one line each.
struct EffectPlot {
  /// More lines than this are no picture; the table has them all.
  static let most = 40
  private static let width = 640

  let result: ComparisonResult
  let wording: Wording

  /// Those that are drawn: as many as there is room for, every level among them.
  let contrasts: [Contrast]

  init(result: ComparisonResult, wording: Wording) {
    (self.result, self.wording) = (result, wording)
    contrasts = covering(
      result.family.filter { $0.effects[.testAccuracy] != nil }, limit: Self.most
    ) { contrast in
      ["\(contrast.a)", "\(contrast.b)"]
        + zip(contrast.by.names, contrast.by.values).map { "\($0) \($1)" }
    }
  }

  /// Nil where nothing is complete.
  var plot: Plot? {
    let contrasts = contrasts
    guard !contrasts.isEmpty else { return nil }
    let scale = Outcome.testAccuracy.scale
    var rows: [PlotColour: [[Double]]] = [:]
    for (index, contrast) in contrasts.enumerated() {
      guard let difference = contrast.effects[.testAccuracy]?.difference else { continue }
      let mean = difference.mean * scale
      let ends = difference.interval ?? difference.mean...difference.mean
      rows[Self.colour(contrast), default: []].append(
        [mean, Double(contrasts.count - index), ends.lowerBound * scale, ends.upperBound * scale])
    }
    let colours = rows.keys.sorted { $0.rawValue < $1.rawValue }
    let labels = contrasts.enumerated().map {
      "\(Plot.quote(label($1))) \(contrasts.count - $0)"
    }
    var commands = colours.map { Plot.data($0.rawValue, rows[$0] ?? []) }
    commands += [
      "unset key", "set border 1",
      "set yrange [0.4:\(Double(contrasts.count) + 0.6)]",
      "set ytics (\(labels.joined(separator: ", "))) scale 0 textcolor \(PlotColour.ink.gnuplot)",
      "set xlabel \(Plot.quote(axis))", "set grid noytics", "set offsets 0.1, 0.1, 0, 0",
      "set lmargin at screen \(margin(contrasts))", "set rmargin at screen 0.97",
    ]
    if let margin = result.margin {
      commands.append(
        "set object rectangle from \(-margin), graph 0 to \(margin), graph 1 behind fillcolor "
          + "\(PlotColour.margin.gnuplot) fillstyle solid 1 noborder")
    }
    commands.append(
      "set arrow from 0, graph 0 to 0, graph 1 nohead linewidth 1.2 linecolor "
        + PlotColour.ink.gnuplot)
    commands.append(
      "plot "
        + colours.map {
          "$\($0.rawValue) using 1:2:3:4 with xerrorbars pointtype 7 pointsize 0.8 linewidth 2 "
            + "linecolor \($0.gnuplot)"
        }.joined(separator: ", "))
    return Plot(
      title: "\(result.factor): differences in test accuracy with 95% intervals", width: Self.width,
      height: 70 + 30 * contrasts.count, commands: commands)
  }

  private var axis: String {
    let bases = Set(contrasts.map(\.b))
    let pairs = Set(contrasts.map { [$0.a, $0.b] })
    let unit = "points of test accuracy"
    guard let first = contrasts.first, bases.count == 1 else { return "difference, \(unit)" }
    return "\(pairs.count == 1 ? first.a.description : "each") − \(first.b), \(unit)"
  }

  /// The share of the width that the labels need; gnuplot's own guess is far too wide.
  private func margin(_ contrasts: [Contrast]) -> Double {
    let longest = contrasts.map { label($0).count }.max() ?? 0
    return min(0.6, Double(longest * 7 + 24) / Double(Self.width))
  }

  private func label(_ contrast: Contrast) -> String {
    let isOnePair = Set(contrasts.map { [$0.a, $0.b] }).count == 1
    let isNumeric = contrasts.allSatisfy { $0.a.number != nil }
    // Short: the value alone where it says enough.
    let place = zip(contrast.by.names, contrast.by.values).filter { name, value in
      value != .none && !contrasts.allSatisfy { $0.by[name] == value }
    }.map { name, value in value.number == nil ? value.description : wording.phrase(name, value) }
    let pair =
      isOnePair
      ? []
      : isNumeric
        ? [contrast.a.description] : ["\(contrast.a) − \(contrast.b)"]
    let text = (pair + place).joined(separator: ", ")
    return text.isEmpty ? "all" : shortened(text, to: 60)
  }

  static func colour(_ contrast: Contrast) -> PlotColour {
    switch contrast.judgement?.verdict {
    case .better: .good
    case .worse: .bad
    default: .neutral
    }
  }
}
