package import ExperimentModel

/// The contrasts of one comparison and their verdicts.
///
/// Each comparison that a grid asks for is a question of its own, and its contrasts are one
/// family: the chance of any false "better" or "worse" in it is at most α (Holm). The family is
/// fixed by the grid, never by the data: a contrast stays in it, with p = 1, when its sides turn
/// out identical to the bit or when nothing of it is complete yet. Only contrasts whose sides are
/// the same trial are outside, which is known before the first step of training.
///
/// Where the grid names a margin, "equivalent" has a family of its own over the same contrasts:
/// the chance of any false one is at most α too.
public struct ComparisonResult: Sendable, Hashable, Encodable {
  public var factor: String
  public var by: [String]
  /// Two-sided level of the whole family.
  public var alpha: Double
  /// Points of test accuracy below which a difference does not matter; nil where the grid names no
  /// margin.
  public var margin: Double?
  /// Contrasts in the family.
  public var familySize: Int
  /// Seeds without which no p of the sign-flip test can reach α / m; nil where no number of seeds
  /// can or the family is empty.
  public var seedsToReach: Int?
  public var contrasts: [Contrast]
  /// What of the grid stands in no contrast, and levels that the others should stand beside and
  /// cannot, with the reason.
  public var leftOut: [LeftOut] = []

  package init(_ comparison: Comparison, in table: SweepTable, alpha: Double) {
    var memo = EffectMemo()
    self.init(comparison, in: table, alpha: alpha, &memo)
  }

  package init(
    _ comparison: Comparison, in table: SweepTable, alpha: Double, _ memo: inout EffectMemo
  ) {
    let found = table.contrastSet(comparison, &memo)
    self.init(
      factor: comparison.factor, by: comparison.by, contrasts: found.contrasts, alpha: alpha,
      margin: table.results.margin)
    leftOut = found.leftOut
  }

  package init(factor: String, by: [String], contrasts: [Contrast], alpha: Double, margin: Double?)
  {
    self.factor = factor
    self.margin = margin
    self.by = by
    self.alpha = alpha
    let family = contrasts.indices.filter { !contrasts[$0].isIdenticalByConstruction }
    familySize = family.count
    self.contrasts = contrasts
    for index in contrasts.indices where contrasts[index].isIdenticalByConstruction {
      self.contrasts[index].judgement = .init(
        verdict: .identicalByConstruction, isReachable: false)
    }
    guard !family.isEmpty else { return }

    let level = alpha / Double(family.count)
    seedsToReach = SignFlip.seeds(reaching: level)
    let adjusted = holm(family.map { contrasts[$0].pForFamily })
    let equivalence = margin.map { margin in
      holm(family.map { contrasts[$0].equivalencePForFamily(margin: margin) })
    }
    for (position, index) in family.enumerated() {
      self.contrasts[index].judgement = judgement(
        contrasts[index], adjustedP: adjusted[position],
        equivalenceP: equivalence?[position], level: level)
    }
  }

  /// The contrasts in the family, those that are identical by construction left out.
  package var family: [Contrast] { contrasts.filter { !$0.isIdenticalByConstruction } }

  private func judgement(
    _ contrast: Contrast, adjustedP: Double, equivalenceP: Double?, level: Double
  ) -> Contrast.Judgement {
    var judgement = Contrast.Judgement(
      verdict: .inconclusive, adjustedP: adjustedP, equivalenceP: equivalenceP,
      isWithinMargin: contrast.seeds > 0 && (equivalenceP ?? 1) <= alpha,
      isReachable: SignFlip.smallestP(count: contrast.seeds) <= level)
    if contrast.isBitIdentical {
      judgement.verdict = .identicalToTheBit
    } else if let effect = contrast.effects[.testAccuracy] {
      if adjustedP <= alpha {
        judgement.verdict = effect.difference.mean > 0 ? .better : .worse
      } else if judgement.isWithinMargin {
        judgement.verdict = .equivalent
      } else {
        judgement.moreSeeds = moreSeeds(effect.difference, level: level)
      }
    } else {
      judgement.verdict = .noData
    }
    return judgement
  }

  private func moreSeeds(_ difference: Estimate, level: Double) -> Int? {
    guard let deviation = difference.standardDeviation, difference.mean != 0,
      difference.count >= Estimate.fewestForInterval, let reach = seedsToReach
    else { return nil }
    guard deviation > 0 else { return max(1, reach - difference.count) }
    let needed = pairsNeeded(effect: abs(difference.mean) / deviation, level: level)
    return needed.map { max(1, max($0, reach) - difference.count) }
  }
}

extension Contrast {
  /// What the contrast brings to its family's Holm adjustment.
  fileprivate var pForFamily: Double {
    isBitIdentical ? 1 : effects[.testAccuracy]?.pValue ?? 1
  }

  /// What it brings to the family of equivalences; `margin` in points.
  fileprivate func equivalencePForFamily(margin: Double) -> Double {
    effects[.testAccuracy]?.equivalenceP(margin: margin / Outcome.testAccuracy.scale) ?? 1
  }
}
