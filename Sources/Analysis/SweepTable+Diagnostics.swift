import ExperimentModel

/// What diagnostics saw in one arm: means over its complete trials at their last epoch.
public struct DiagnosticArm: Sendable, Hashable, Encodable {
  /// The columns that differ between arms, seeds aside.
  public var settings: Settings
  /// One value for each place of the table; NaN where the arm has no such place.
  public var values: [Double]
}

/// One number that diagnostics record: a figure at a site, for a shift or for a patch.
public struct DiagnosticPlace: Sendable, Hashable, Encodable {
  /// As the file's dataset: `zero_share_train`.
  public var figure: String
  /// `block1.after-pool`, `shift 2`, `patch 8`; with holes `block1.after-pool, 5 and more`.
  public var place: String
  /// Its number among the values of the figure.
  var index: Int
  var kind: DiagnosticFigure

  private enum CodingKeys: String, CodingKey { case figure, place }
}

/// A paired difference in something that diagnostics saw, to describe, not to judge.
public struct DiagnosticEffect: Sendable, Hashable, Encodable {
  public var place: DiagnosticPlace
  public var effect: PairedEffect
}

extension DiagnosticResults {
  /// Every number that is recorded for an epoch, in the order of the manual.
  var places: [DiagnosticPlace] {
    plan.figures.flatMap { figure -> [DiagnosticPlace] in
      let names = figure.axes.reduce([""]) { names, axis in
        names.flatMap { name in
          labels(of: axis).map { name.isEmpty ? $0 : "\(name), \($0)" }
        }
      }
      return names.enumerated().map {
        DiagnosticPlace(figure: figure.rawValue, place: $1, index: $0, kind: figure)
      }
    }
  }

  private func labels(of axis: DiagnosticFigure.Axis) -> [String] {
    switch axis {
    case .site: plan.sites.map(\.name)
    case .hole: axis.values.map { "\($0) and more" }
    case .shift, .patch: axis.values.map { "\(axis.rawValue) \($0)" }
    }
  }
}

extension SweepTable {
  /// What diagnostics saw of `trial` in its last epoch; nil where there is no number.
  func value(_ place: DiagnosticPlace, of trial: Int) -> Double? {
    guard isDone(trial), let values = results.diagnostics?.last(place.kind, of: trial),
      values.indices.contains(place.index), values[place.index].isFinite
    else { return nil }
    return Double(values[place.index])
  }

  /// The arms as diagnostics saw them, in the order of the plan.
  func diagnosticArms(_ places: [DiagnosticPlace]) -> [DiagnosticArm] {
    let columns = ColumnSplit(results.trialColumns.filter { $0.name != Self.seed }).varying
    var trials = Ordered<[SettingValue], [Int]>()
    for trial in results.trialIDs.indices where isDone(trial) {
      trials[columns.map { SettingValue($0, row: trial) }, default: []].append(trial)
    }
    return trials.keys.map { key in
      DiagnosticArm(
        settings: Settings(names: columns.map(\.name), values: key),
        values: places.map { place in
          Moments.mean((trials[key] ?? []).compactMap { value(place, of: $0) }) ?? .nan
        })
    }
  }

  /// Differences of what diagnostics saw over `seeds`, each a list of pairs of trials.
  func diagnosticEffects(_ seeds: [[(a: Int, b: Int)]]) -> [DiagnosticEffect] {
    let places = (results.diagnostics?.places ?? []).filter { $0.kind != .holeSizes }
    let sides = places.map { place in Self.sides(seeds) { value(place, of: $0) } }
    return zip(places, PairedEffect.all(sides, within: places.map { _ in nil })).compactMap {
      place, effect in effect.map { DiagnosticEffect(place: place, effect: $0) }
    }
  }
}
