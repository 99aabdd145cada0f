public import ExperimentModel
import Foundation

extension SweepResults {
  /// A comparison of this sweep in words: `rate`, or `rate by placement, kind`.
  ///
  /// - Throws: `UserError` with `badInput` where a name is no column of the sweep's cells, stands
  ///   there twice, or is a seed.
  public func comparison(_ text: String) throws(UserError) -> Comparison {
    func name(_ text: Substring) throws(UserError) -> String {
      let text = text.trimmingCharacters(in: .whitespaces)
      let axes = cellColumns.filter { $0.path.split(separator: ".").first != "seed" }
      guard let column = axes.first(where: { $0.name == text || $0.path == text }) else {
        throw UserError(
          .badInput,
          "'\(text)' is no axis of this sweep, which has "
            + axes.map(\.name).joined(separator: ", ")
            + "; a comparison is one of them, or 'AXIS by AXIS, AXIS'")
      }
      return column.name
    }
    let parts = text.split(separator: " by ", maxSplits: 1, omittingEmptySubsequences: false)
    let factor = try name(parts[0])
    var by: [String] = []
    for part in parts.dropFirst().flatMap({
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }) {
      let column = try name(part)
      guard column != factor, !by.contains(column) else {
        throw UserError(.badInput, "'\(text)' names \(column) twice; leave one out")
      }
      by.append(column)
    }
    return Comparison(factor: factor, by: by)
  }
}

extension Summary {
  /// What is said above comparisons that nobody asked for before the run.
  static let askedAfterwards =
    "Asked after the run, not by the grid before it: these p values do not count what else could "
    + "have been asked. A new sweep with this comparison in its grid tests it."

  /// What the analysis of variance says otherwise than a comparison's verdicts; empty where they
  /// agree.
  func disagreement(_ result: ComparisonResult) -> String {
    let family = result.family.filter { $0.judgement?.verdict != .noData }
    guard !family.isEmpty, variance.whyNot.isEmpty,
      let effect = variance.effects.first(where: { $0.factors == [result.factor] }),
      let f = effect.f, let p = effect.pValue
    else { return "" }
    let isShown = family.contains(where: \.isShown)
    let within = effect.degreesOfFreedom * (variance.seeds - 1)
    let numbers =
      "F(\(effect.degreesOfFreedom), \(within)) = \(NumberText.fixed(f, digits: 1)), p "
      + (p < 0.001 ? "< 0.001" : "= \(NumberText.p(p))")
    let name = Wording.words(result.factor)
    if !isShown, p <= result.alpha, !result.by.isEmpty {
      let others = result.by.map(Wording.words).joined(separator: ", ")
      return " Averaged over \(others) the analysis of variance sees \(name) (\(numbers), "
        + "unadjusted): compare \(name) alone to test that."
    }
    if !isShown, p <= result.alpha {
      return " The analysis of variance, which looks at all levels at once and is not adjusted, "
        + "sees \(name) (\(numbers))."
    }
    if isShown, p > result.alpha, result.by.isEmpty {
      return " The analysis of variance, which looks at all levels at once, does not see "
        + "\(name) (\(numbers))."
    }
    return ""
  }
}
