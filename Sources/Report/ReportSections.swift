internal import Analysis
import ExperimentModel
import Foundation

/// A part of the report: a heading, paragraphs, plots, a table.
struct ReportSection {
  var title: String
  var paragraphs: [String] = []
  /// What tells how to read the plots; nothing without them.
  var plotNotes: [String] = []
  var plots: [Plot] = []
  /// Plots as wide as the page, not in columns.
  var isWide = false
  var tables: [(title: String, table: ReportTable)] = []
  /// Text that stands as it is written.
  var code: [(title: String, text: String)] = []
}

extension SweepReport {
  /// Everything after the answer.
  var sections: [ReportSection] {
    let others = [
      rateSection, learningSection, varianceSection, theorySection, diagnosticSection, armSection,
      stoppedSection,
      troubleSection,
    ]
    return summary.comparisons.compactMap(comparisonSection) + others.compactMap { $0 }
      + [sourceSection]
  }

  private func comparisonSection(_ result: Analysis.ComparisonResult) -> ReportSection? {
    guard !result.family.isEmpty else { return nil }
    let effects = EffectPlot(result: result, wording: summary.wording)
    var notes: [String] = []
    if let margin = result.margin {
      notes.append(
        "Shaded: the margin of ±\(SettingValue.real(margin)) points that the grid names.")
    }
    if let note = Wording.withoutIntervals(result.family.map(\.seeds)) { notes.append(note) }
    let same = result.contrasts.count - result.family.count
    if same > 0 { notes.append(Wording.leftOut(same)) }
    notes += summary.wording.leftOut(result)
    let empty = result.family.count { $0.effects[.testAccuracy] == nil }
    let hidden = result.family.count - effects.contrasts.count
    if hidden > 0 {
      notes.append(
        (hidden == 1 ? "1 contrast is" : "\(hidden) contrasts are") + " in the table alone"
          + (hidden > empty ? "; every level is in the plot too, as far as there is room." : "."))
    }
    return ReportSection(
      title: title(result), paragraphs: notes,
      plots: effects.plot.map { [$0] } ?? [], isWide: true,
      tables: [("Differences in test accuracy" + seedsNote(result), contrastTable(result))]
        + (pairTable(result).map { [("The same pairs in other figures, not adjusted", $0)] } ?? []))
  }

  /// Comparisons of one factor are told apart by what they are for each of.
  private func title(_ result: Analysis.ComparisonResult) -> String {
    let isOnlyOne = summary.comparisons.count { $0.factor == result.factor } == 1
    let by = result.by.map(Wording.words).joined(separator: ", ")
    return "What \(Wording.words(result.factor)) does"
      + (isOnlyOne || by.isEmpty ? "" : " for each \(by)")
  }

  private func seedsNote(_ result: Analysis.ComparisonResult) -> String {
    let counts = Set(result.family.map(\.seeds))
    return counts.count == 1 ? ", \(NumberText.seeds(counts.first ?? 0)) each" : ""
  }

  private var rateSection: ReportSection? {
    let (plots, hidden) = CurvePlots(report: self).rates
    guard !plots.isEmpty else { return nil }
    return ReportSection(
      title: "How much, and where",
      paragraphs: ["Mean test accuracy over seeds with 95% intervals. All panels share an axis."]
        + hiddenNote(plots.count, hidden),
      plots: plots)
  }

  private var learningSection: ReportSection? {
    let (plots, hidden) = CurvePlots(report: self).learning
    guard !plots.isEmpty else { return nil }
    return ReportSection(
      title: "How they learn",
      paragraphs: [
        "Test loss in evaluation mode, mean over seeds. Where it rises, the network over-fits."
      ] + hiddenNote(plots.count, hidden), plots: plots)
  }

  /// Which panels there is no room for.
  private func hiddenNote(_ drawn: Int, _ hidden: Int) -> [String] {
    hidden == 0
      ? []
      : [
        "\(drawn) of \(drawn + hidden) panels are drawn, chosen so that every level is among them as "
          + "far as there is room; the table of arms has all."
      ]
  }

  private var varianceSection: ReportSection? {
    let variance = summary.variance
    guard variance.whyNot.isEmpty else {
      return ReportSection(
        title: "What explains the differences",
        paragraphs: ["No analysis of variance: \(variance.whyNot)."])
    }
    let left = variance.leftOut
    var notes = [
      "Analysis of variance on a fully crossed part of the grid: \(variance.cells) cells × "
        + "\(variance.seeds) seeds; the error of an effect is its variation between seeds."
    ]
    if !left.names.isEmpty {
      let levels = zip(left.names, left.values).map { "\($0) \($1)" }.joined(separator: ", ")
      notes.append("Left out, because cells there are merged or incomplete: \(levels).")
    }
    let heat = HeatMaps(variance: variance)
    let maps = heat.plots
    var mapNotes: [String] = []
    if !maps.isEmpty {
      mapNotes.append(
        "The maps show what a pair of levels gives beyond the sum of both, in points of test "
          + "accuracy.")
    }
    if heat.hidden > 0 {
      mapNotes.append(
        "\(heat.hidden) more \(heat.hidden == 1 ? "interaction has" : "interactions have") no map: "
          + "those drawn have the largest shares and at most \(HeatMaps.mostColumns) columns.")
    }
    return ReportSection(
      title: "What explains the differences", paragraphs: notes, plotNotes: mapNotes, plots: maps,
      tables: [("Shares of variance", varianceTable), ("Each level on its own", marginalTable)])
  }

  private var theorySection: ReportSection? {
    guard !summary.predictions.isEmpty else { return nil }
    return ReportSection(
      title: "Theory beside measurement",
      paragraphs: [
        "What follows from the arithmetic alone, and what the recorded figures say of it."
      ], tables: [("", predictionTable)])
  }

  private var armSection: ReportSection? {
    let table = armTable
    guard !table.rows.isEmpty else { return nil }
    let target =
      summary.lossTarget.map {
        "the first epoch with a training loss of \(NumberText.fixed(Double($0), digits: 3)) or "
          + "less, which every complete trial reached."
      } ?? "no training loss was recorded."
    return ReportSection(
      title: "Every arm",
      paragraphs: [
        "Sorted by mean test accuracy."
          + (table.rows.count == 1
            ? ""
            : " The best of \(table.rows.count) was chosen on the test images themselves, so expect less "
              + "of it elsewhere.") + without(summary.arms.count - table.rows.count),
        "Loss and accuracy are of the test images at the last epoch. Gap: training minus test "
          + "accuracy in points. ECE: expected calibration error, how far confidence is from "
          + "accuracy on average (Guo et al. 2017). Best: the epoch with the lowest test loss. To loss: "
          + target,
      ], tables: [("", table)])
  }

  private func without(_ arms: Int) -> String {
    switch arms {
    case 0: ""
    case 1: " 1 more arm has no complete trial."
    default: " \(arms) more arms have no complete trial."
    }
  }

  private static let mostStoppedArms = 100

  private var stoppedSection: ReportSection? {
    var paragraphs = summary.trials.censoredSentence.map { [$0] } ?? []
    var tables: [(String, ReportTable)] = []
    if !summary.stopped.isEmpty {
      paragraphs.append(
        "These arms stopped among others by figures on the validation images. Their trials are "
          + "unfinished: they are in no mean and no contrast, and what is said of the arms that "
          + "went on is said of the survivors of a selection.")
      let hidden = summary.stopped.count - Self.mostStoppedArms
      if hidden > 0 {
        paragraphs.append("\(hidden) of \(summary.stopped.count) are not listed.")
      }
      tables = StoppedGroup.groups(Array(summary.stopped.prefix(Self.mostStoppedArms)))
        .map { ($0.reason, stoppedTable($0)) }
    }
    guard !paragraphs.isEmpty else { return nil }
    return ReportSection(title: "Stopped early", paragraphs: paragraphs, tables: tables)
  }

  static let mostTroubles = 200

  private var troubleSection: ReportSection? {
    guard !summary.troubles.isEmpty else { return nil }
    let hidden = summary.troubles.count - Self.mostTroubles
    return ReportSection(
      title: "What failed",
      paragraphs: [
        summary.troubles.count == 1
          ? "1 trial did not end as planned. It is in no mean, and neither are the pairs that it "
            + "belongs to."
          : "\(summary.troubles.count) trials did not end as planned. They are in no mean, and neither "
            + "are the pairs that they belong to."
      ]
        + (hidden > 0 ? ["The first \(Self.mostTroubles) are listed; \(hidden) are not."] : []),
      tables: [("", troubleTable)])
  }

  private var sourceSection: ReportSection {
    var notes = ["Results file: \(source.file). Engine: \(source.engine)."]
    notes += source.datasets.map { "Data: \($0.name), SHA-256 \($0.fingerprint)." }
    let constants = zip(summary.constants.names, summary.constants.values)
      .map { "\($0) \($1)" }.joined(separator: ", ")
    if !constants.isEmpty { notes.append("Same in every trial: \(constants).") }
    notes.append(intervalNote)
    let sessions = source.sessions.map { session in
      let date = Date(timeIntervalSince1970: session.start.isFinite ? session.start : 0)
      return "# \(date.formatted(.iso8601)) on \(session.processor), \(session.versions)\n"
        + session.commandLine
    }
    return ReportSection(
      title: "How to reproduce", paragraphs: notes,
      code: [
        ("Commands that wrote the file", sessions.joined(separator: "\n")),
        ("The grid file", source.gridText),
      ].filter { !$0.1.isEmpty })
  }
}
