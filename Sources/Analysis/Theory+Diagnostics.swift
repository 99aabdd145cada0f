import ExperimentModel
internal import Foundation

extension SweepTable {
  /// Predictions about zeros, means and gradients at the sites that diagnostics looked at.
  ///
  /// For element-wise dropout of rate p at every pool, k elements in a window, and non-negative
  /// activations (ReLU):
  /// - at the site itself a share p + (1 − p) z is exactly 0, where z is 0 in evaluation already;
  /// - before average pooling, the mean behind the pool is that of evaluation;
  /// - before max pooling the mean behind the pool is at least that of evaluation, and at most
  ///   (1 − pᵏ)/(1 − p) times that, reached where all k are equal;
  /// - of a max pool's inputs a share of (k − 1)/k at least has a gradient of 0.
  ///
  /// All but the last compare training with evaluation, so they hold only where nothing is dropped
  /// in front: at the arm's first site. A share counts as equal within 0.02, a ratio within 5%: both
  /// are means over seeds of single draws of masks.
  func diagnosticPredictions() -> [Prediction] {
    guard let diagnostics = results.diagnostics else { return [] }
    let places = diagnostics.places
    let constants = ColumnSplit(results.trialColumns).constants
    var indices: [[String]: Int] = [:]
    for (index, place) in places.enumerated() { indices[[place.figure, place.place]] = index }
    return diagnosticArms(places).flatMap { arm -> [Prediction] in
      func value(_ figure: DiagnosticFigure, _ site: String) -> Double? {
        let place = indices[[figure.rawValue, site]]
        return place.map { arm.values[$0] }.flatMap { $0.isNaN ? nil : $0 }
      }
      let placement = (arm.settings["placement"] ?? constants["placement"])?.description ?? ""
      let first = diagnostics.plan.sites.first {
        $0.name.hasSuffix(".\(placement)") && value(.meanEvaluation, $0.name) != nil
      }
      return diagnostics.plan.sites.flatMap { site in
        predictions(arm.settings, constants, site, first: first?.name) { value($0, site.name) }
      }
    }
  }

  private func predictions(
    _ arm: Settings, _ constants: Settings, _ site: DiagnosticsPlan.Site, first: String?,
    _ value: (DiagnosticFigure) -> Double?
  ) -> [Prediction] {
    func setting(_ name: String) -> SettingValue? { arm[name] ?? constants[name] }
    let rate = setting("rate")?.number ?? 0
    let kind = setting("kind")?.description ?? ""
    let placement = setting("placement")?.description ?? ""
    let pool = setting("pool")?.description ?? ""
    let k = Double(site.window)
    var found: [Prediction] = []
    func add(_ statement: String, _ measurement: String, _ holds: Bool) {
      found.append(
        Prediction(
          statement: "\(site.name): \(statement)", settings: arm, measurement: measurement,
          outcome: holds ? .confirmed : .contradicted))
    }
    func text(_ value: Double) -> String { NumberText.fixed(value, digits: 3) }
    let isHere = site.name == first && rate > 0 && !dropsInput(arm, constants)
    if isHere, ["element-wise", "spatial"].contains(kind), let zeros = value(.zeroShareTraining),
      let before = value(.zeroShareEvaluation)
    {
      let expected = rate + (1 - rate) * before
      add(
        "dropout leaves a share p + (1 − p)z of exact zeros, \(text(expected)) here.",
        "\(text(zeros))", abs(zeros - expected) <= 0.02)
    }
    let isBehind =
      placement == "before-pool" && rate > 0 && !dropsInput(arm, constants)
      && first?.replacing(".before-pool", with: ".after-pool") == site.name
    if isBehind, kind == "element-wise", k > 1, let trained = value(.meanTraining),
      let evaluated = value(.meanEvaluation), evaluated > 0
    {
      let ratio = trained / evaluated
      if pool == "average" {
        add(
          "the mean behind average pooling is the same in training and evaluation.",
          "ratio \(text(ratio))", abs(ratio - 1) <= 0.05)
      } else if pool == "max" {
        let bound = Self.meanShiftBound(rate: rate, window: k)
        add(
          "training over evaluation mean behind max pooling lies between 1 and (1 − pᵏ)/(1 − p) = "
            + "\(text(bound)).", "ratio \(text(ratio))", ratio >= 0.95 && ratio <= bound * 1.05)
      }
    }
    if site.name.hasSuffix(".before-pool"), pool == "max", k > 1,
      let zeros = value(.zeroGradientShare)
    {
      add(
        "at least (k − 1)/k = \(text((k - 1) / k)) of a max pool's inputs have no gradient.",
        text(zeros), zeros >= (k - 1) / k - 1e-6)
    }
    return found
  }
}

extension SweepTable {
  /// Whether the arm has dropout that is not at its placement or behind dense layers.
  private func dropsInput(_ arm: Settings, _ constants: Settings) -> Bool {
    dropoutRates.contains { name in
      !["rate", "dense_rate"].contains(name)
        && ((arm[name] ?? constants[name])?.number ?? 0) > 0
    }
  }

  /// (1 − pᵏ)/(1 − p): the largest ratio of the mean behind a max pool in training to that in
  /// evaluation, with element-wise dropout before it and k non-negative inputs.
  static func meanShiftBound(rate p: Double, window k: Double) -> Double {
    (1 - pow(p, k)) / (1 - p)
  }
}
