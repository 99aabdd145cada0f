/// How settings and verdicts are said in sentences.
package struct Wording {
  /// Whether rate 0 means a network without any dropout.
  var hasSingleRate: Bool
  /// The grid's margin of equivalence in points.
  var margin: Double?

  /// What is said of contrasts whose two sides are one trial.
  package static func leftOut(_ contrasts: Int) -> String {
    contrasts == 1
      ? "1 more compares a trial with itself and is left out."
      : "\(contrasts) more compare a trial with itself and are left out."
  }

  /// Why no pair of `contrasts` is complete: ` yet`, what the stopping rule did, or how trials ended.
  package static func whyNothing(_ contrasts: [Contrast]) -> String {
    let isAwaited = contrasts.contains { $0.awaitedPairs > 0 }
    let bad = howSidesEnded(contrasts)
    if !isAwaited, !bad.isEmpty {
      return " and none will be: every trial ended, and a side of each pair \(bad)"
    }
    if contrasts.allSatisfy(\.isStopped), !contrasts.isEmpty {
      return ", because the stopping rule ended a side of each"
    }
    return " yet"
      + (contrasts.contains { $0.stoppedPairs > 0 }
        ? ", and of some the stopping rule ended a side" : "")
      + (bad.isEmpty ? "" : ", and of some a side \(bad)")
  }

  /// `diverged`, `diverged, failed or was stopped`; empty where sides are pending or stopped alone.
  package static func howSidesEnded(_ contrasts: [Contrast]) -> String {
    let names = Set(contrasts.flatMap(\.incompleteSides.keys))
    let words: [(name: String, words: String)] = [
      ("diverged", "diverged"), ("failed", "failed"), ("timed_out", "timed out"),
      ("without a finite figure", "has no finite figure"), ("pruned", "was stopped"),
    ]
    let found = words.filter { names.contains($0.name) }.map(\.words)
    guard found != ["was stopped"], let last = found.last else { return "" }
    return found.count == 1 ? last : found.dropLast().joined(separator: ", ") + " or " + last
  }

  /// What to say where some of the numbers of seeds are too small for an interval.
  package static func withoutIntervals(_ seeds: [Int]) -> String? {
    let few = seeds.filter { $0 > 0 && $0 < Estimate.fewestForInterval }
    guard let most = few.max() else { return nil }
    return most == 1
      ? "One seed says nothing of how much seeds differ: there is no interval."
      : "Two seeds say next to nothing of how much seeds differ: there is no interval under "
        + "\(Estimate.fewestForInterval)."
  }

  /// A column's name in a sentence: `dense rate`.
  package static func words(_ name: String) -> String { name.replacing("_", with: " ") }

  /// One level of a factor as a noun: `dropout before pooling`, `rate 0.25`, `batch 32`.
  package func phrase(_ name: String, _ level: SettingValue) -> String {
    let text = level.description
    switch name {
    case "placement": return Self.placement(text)
    case "pool" where text == "strided": return "strided convolutions"
    case "kind" where text == "drop-connect": return "DropConnect"
    case "kind" where text == "drop-block": return "DropBlock"
    case "kind": return "\(text) dropout"
    case "pool": return text == "none" ? "no pooling" : "\(text) pooling"
    case "rate" where level.number == 0 && hasSingleRate: return "no dropout"
    default: return "\(Self.words(name)) \(text)"
    }
  }

  /// `dropout before pooling`
  private static func placement(_ text: String) -> String {
    switch text {
    case "input": "dropout of the images"
    case "conv.input": "dropout in front of convolutions"
    case "before-norm": "dropout before normalisation"
    case "after-norm": "dropout after normalisation"
    case "before-activation": "dropout before activations"
    case "after-activation": "dropout after activations"
    case "dense.input": "dropout in front of dense layers"
    case "dense": "dropout after dense layers"
    case "logits.input": "dropout in front of the logits"
    case _ where text.hasPrefix("before"): "dropout before pooling"
    case _ where text.hasPrefix("after"): "dropout after pooling"
    default: "placement \(text)"
    }
  }

  /// `element-wise dropout, rate 0.5, max pooling`
  package func phrase(_ settings: Settings) -> String {
    zip(settings.names, settings.values).filter { $0.1 != .none }.map { phrase($0, $1) }
      .joined(separator: ", ")
  }

  /// A contrast and its verdict in one sentence.
  package func sentence(_ contrast: Contrast) -> String {
    let a = phrase(contrast.factor, contrast.a)
    let b = phrase(contrast.factor, contrast.b)
    let place = phrase(contrast.by)
    let setting = place.isEmpty ? "" : " (\(place))"
    switch contrast.judgement?.verdict {
    case .better: return capitalised("\(a) is better than \(b)\(setting) \(amount(contrast, 1)).")
    case .worse: return capitalised("\(b) is better than \(a)\(setting) \(amount(contrast, -1)).")
    case .identicalToTheBit:
      return capitalised(
        "\(a) and \(b) gave identical figures\(setting), to the bit, in "
          + "\(NumberText.seeds(contrast.seeds)).")
    case .identicalByConstruction:
      return capitalised("\(a) and \(b) are the same experiment\(setting).")
    case .equivalent:
      let margin = margin.map { " of ±\(SettingValue.real($0)) points" } ?? ""
      return capitalised("\(a) and \(b) are equivalent within the margin\(margin)\(setting): ")
        + "the first minus the second is \(difference(contrast, 1))."
    case .inconclusive:
      return "No difference between \(a) and \(b) is shown\(setting): "
        + "the first minus the second is \(difference(contrast, 1)).\(outlook(contrast))"
    case .noData where contrast.isStopped:
      return "Nothing can be said of \(a) and \(b)\(setting): the stopping rule ended a side of "
        + "every pair."
    case .noData where contrast.isLost:
      return "Nothing can be said of \(a) and \(b)\(setting): a side of every pair "
        + "\(Self.howSidesEnded([contrast]))."
    case .noData, nil: return "Nothing can be said yet of \(a) and \(b)\(setting)."
    }
  }

  private func amount(_ contrast: Contrast, _ sign: Double) -> String {
    let p = contrast.judgement?.adjustedP.map { ", p = \(NumberText.p($0))" } ?? ""
    let small = contrast.judgement?.isWithinMargin == true ? ", within the margin" : ""
    return "by \(difference(contrast, sign, extra: p.replacing("= <", with: "< ") + small))"
  }

  /// `0.82 points of test accuracy (95% interval 0.51 to 1.13, 10 seeds)`
  func difference(_ contrast: Contrast, _ sign: Double, extra: String = "") -> String {
    guard let effect = contrast.effects[.testAccuracy] else { return "nothing" }
    let (scale, digits) = (sign * Outcome.testAccuracy.scale, Outcome.testAccuracy.digits)
    let mean = NumberText.fixed(effect.difference.mean * scale, digits: digits)
    let bounds = effect.difference.interval.map { interval in
      let ends = [interval.lowerBound * scale, interval.upperBound * scale].sorted()
      return "95% interval \(NumberText.fixed(ends[0], digits: digits)) to "
        + "\(NumberText.fixed(ends[1], digits: digits)), "
    }
    return "\(mean) points of test accuracy (\(bounds ?? "")"
      + "\(NumberText.seeds(contrast.seeds))\(extra))"
  }

  private func outlook(_ contrast: Contrast) -> String {
    guard let judgement = contrast.judgement, let more = judgement.moreSeeds else { return "" }
    let count = more > 1000 ? "More than 1000" : "About \(more)"
    return " \(count) more \(more == 1 ? "seed" : "seeds") would show a difference as large."
  }
}

package func capitalised(_ text: String) -> String {
  text.prefix(1).uppercased() + text.dropFirst()
}
