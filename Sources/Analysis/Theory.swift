import ExperimentModel

/// What theory says of a contrast, beside what was recorded.
public struct Prediction: Sendable, Hashable, Encodable {
  public enum Outcome: String, Sendable, Hashable, Codable {
    case confirmed, contradicted
    /// The recorded data can neither confirm nor contradict it.
    case open
  }

  /// What is expected, as a sentence.
  public var statement: String
  /// Where: the values of the contrast's columns.
  public var settings: Settings
  /// What the recorded figures say, as a sentence.
  public var measurement: String
  public var outcome: Outcome
}

extension SweepTable {
  /// The predictions about accuracy curves that the sweep's contrasts can answer.
  ///
  /// Spatial dropout commutes with max pooling to the bit at every rate, since a map is scaled or
  /// dropped as a whole and the winner of a window stays. With average pooling it commutes in real
  /// arithmetic, and to the bit where the scale 1/(1 − p) is a power of two. Element-wise dropout
  /// commutes with neither. What diagnostics recorded is held to `diagnosticPredictions()`.
  package func predictions() -> [Prediction] {
    let names = ["placement", "kind", "rate", "pool"]
    guard names.allSatisfy({ cells(of: $0) != nil }) else { return [] }
    let comparison = Comparison(factor: "placement", by: ["kind", "rate", "pool"])
    var memo = EffectMemo()
    return contrastSet(comparison, hasEffects: false, &memo).contrasts.compactMap { contrast in
      guard ["before", "before-pool"].contains(contrast.a.description),
        ["after", "after-pool"].contains(contrast.b.description), contrast.pairs > 0,
        let rate = contrast.by["rate"]?.number, rate > 0
      else { return nil }
      return prediction(contrast, rate: rate)
    }
  }

  private func prediction(_ contrast: Contrast, rate: Double) -> Prediction? {
    let pool = contrast.by["pool"]?.description ?? ""
    let kind = contrast.by["kind"]?.description ?? ""
    guard ["max", "average"].contains(pool) else { return nil }
    let isSame = contrast.isBitIdentical
    let measured =
      "\(isSame ? "the same bits" : "different figures") in "
      + NumberText.seeds(contrast.seeds)
    let statement: String
    let outcome: Prediction.Outcome
    switch kind {
    case "spatial" where pool == "max":
      statement = "Spatial dropout before and after max pooling is the same to the bit."
      outcome = isSame ? .confirmed : .contradicted
    case "spatial" where (1 / (1 - rate)).significand == 1:
      statement =
        "Spatial dropout before and after average pooling is the same to the bit at rate "
        + "\(SettingValue.real(rate)), where 1/(1−p) is a power of two."
      outcome = isSame ? .confirmed : .contradicted
    case "spatial":
      statement =
        "Spatial dropout before and after average pooling is the same but for rounding."
      outcome = .open
    case "element-wise":
      statement = "Element-wise dropout before and after \(pool) pooling are different trainings."
      outcome = isSame ? .contradicted : .confirmed
    default: return nil
    }
    return Prediction(
      statement: statement, settings: contrast.by, measurement: measured, outcome: outcome)
  }
}
