internal import Analysis
import ExperimentModel

extension SweepReport {
  /// What diagnostics saw inside the networks; nil where none were recorded.
  var diagnosticSection: ReportSection? {
    guard !summary.diagnosticArms.isEmpty else { return nil }
    let (effects, hidden) = effectTables
    let tables =
      [
        ("At each site, last epoch", siteTable),
        ("Test accuracy on changed images, %", changedTable),
      ].filter { !$0.1.rows.isEmpty } + effects
    guard !tables.isEmpty else { return nil }
    let notes =
      siteTable.rows.isEmpty
      ? []
      : [
        "What the layer behind a site reads, means over seeds. Zeros: share of exact zeros with "
          + "dropout on and in evaluation. Train/eval: the mean with dropout on over that in "
          + "evaluation; noise: the ratio of the variances. No gradient: share of what arrives at "
          + "the site. Neighbours: correlation of adjacent pixels. Hole: mean size of connected "
          + "zeros. Features: mean absolute correlation between features. Removal: points of test "
          + "accuracy lost by taking one feature away."
      ]
    let differences =
      effects.isEmpty
      ? []
      : [
        "Differences are paired by seed, with 95% intervals that are not adjusted for their number: "
          + "they describe, verdicts rest on test accuracy alone."
          + (hidden > 0 ? " \(hidden) more are not listed." : "")
      ]
    return ReportSection(
      title: "Inside the networks", paragraphs: notes + differences, tables: tables)
  }

  private var sites: [String] {
    var seen: Set<String> = []
    return summary.diagnosticPlaces.filter {
      $0.figure == DiagnosticFigure.meanEvaluation.rawValue
        || !$0.place.contains(",") && !$0.place.contains(" ")
    }.map(\.place).filter { seen.insert($0).inserted }
  }

  private func value(_ figure: DiagnosticFigure, _ place: String, _ arm: DiagnosticArm) -> Double? {
    summary.diagnosticPlaces.firstIndex { $0.figure == figure.rawValue && $0.place == place }
      .map { arm.values[$0] }.flatMap { $0.isNaN ? nil : $0 }
  }

  private var siteTable: ReportTable {
    func percent(_ figure: DiagnosticFigure) -> (String, DiagnosticArm) -> String {
      { site, arm in value(figure, site, arm).map { NumberText.fixed(100 * $0, digits: 1) } ?? "-" }
    }
    func plain(_ figure: DiagnosticFigure) -> (String, DiagnosticArm) -> String {
      { site, arm in value(figure, site, arm).map { NumberText.fixed($0, digits: 2) } ?? "-" }
    }
    func ratio(
      _ over: DiagnosticFigure, _ under: DiagnosticFigure
    ) -> (String, DiagnosticArm) -> String {
      { site, arm in
        guard let a = value(over, site, arm), let b = value(under, site, arm), b != 0 else {
          return "-"
        }
        return NumberText.fixed(a / b, digits: 2)
      }
    }
    let columns: [(String, (String, DiagnosticArm) -> String)] = [
      ("zeros, %", percent(.zeroShareTraining)), ("eval", percent(.zeroShareEvaluation)),
      ("train/eval", ratio(.meanTraining, .meanEvaluation)),
      ("noise", ratio(.varianceTraining, .varianceEvaluation)),
      ("no gradient, %", percent(.zeroGradientShare)),
      ("neighbours", plain(.neighbourCorrelation)), ("hole", plain(.holeSizeTraining)),
      ("eval", plain(.holeSizeEvaluation)), ("features", plain(.featureCorrelation)),
      ("removal", percent(.removalDrop)), ("largest", percent(.largestRemovalDrop)),
    ]
    let rows = summary.diagnosticArms.flatMap { arm in
      sites.map { site in
        (
          settings: summary.wording.phrase(arm.settings), site: site,
          cells: columns.map { $0.1(site, arm) }
        )
      }
    }.filter { row in row.cells.contains { $0 != "-" } }
    let kept = columns.indices.filter { index in rows.contains { $0.cells[index] != "-" } }
    return ReportTable(
      titles: ["arm", "site"] + kept.map { columns[$0].0 },
      isNumeric: [false, false] + kept.map { _ in true },
      rows: rows.map { row in [row.settings, row.site] + kept.map { row.cells[$0] } }, prose: [0])
  }

  private var changedTable: ReportTable {
    let places = summary.diagnosticPlaces.indices.filter {
      let figure = summary.diagnosticPlaces[$0].figure
      return figure == DiagnosticFigure.shiftedAccuracy.rawValue
        || figure == DiagnosticFigure.occludedAccuracy.rawValue
    }
    guard !places.isEmpty else { return ReportTable(titles: [], isNumeric: [], rows: []) }
    return ReportTable(
      titles: ["arm"] + places.map { summary.diagnosticPlaces[$0].place },
      isNumeric: [false] + places.map { _ in true },
      rows: summary.diagnosticArms.map { arm in
        [summary.wording.phrase(arm.settings)]
          + places.map {
            arm.values[$0].isNaN ? "-" : NumberText.fixed(100 * arm.values[$0], digits: 2)
          }
      }, prose: [0])
  }

  private static let mostDiagnosticEffects = 400

  /// What the sides of each contrast differ in inside the networks, as far as there is room, and how
  /// many differences there is no room for.
  private var effectTables: (tables: [(String, ReportTable)], hidden: Int) {
    var tables: [(String, ReportTable)] = []
    var room = Self.mostDiagnosticEffects
    var hidden = 0
    for comparison in summary.comparisons {
      for contrast in comparison.family where !contrast.diagnostics.isEmpty {
        let shown = contrast.diagnostics.prefix(room)
        room -= shown.count
        hidden += contrast.diagnostics.count - shown.count
        guard !shown.isEmpty else { continue }
        let place = summary.wording.phrase(contrast.by)
        let title =
          "Differences, \(Wording.words(comparison.factor)): \(contrast.a) − \(contrast.b)"
          + (place.isEmpty ? "" : " (\(place))")
        tables.append((title, diagnosticEffectTable(Array(shown))))
      }
    }
    return (tables, hidden)
  }

  private func diagnosticEffectTable(_ effects: [DiagnosticEffect]) -> ReportTable {
    func text(_ value: Double) -> String { NumberText.signed(value, digits: 4) }
    return ReportTable(
      titles: ["figure", "place", "difference", "95% interval"],
      isNumeric: [false, false, true, true],
      rows: effects.map { found in
        let difference = found.effect.difference
        return [
          Wording.words(found.place.figure), found.place.place, text(difference.mean),
          difference.interval.map { "\(text($0.lowerBound)) to \(text($0.upperBound))" } ?? "-",
        ]
      }, prose: [0, 1])
  }
}
