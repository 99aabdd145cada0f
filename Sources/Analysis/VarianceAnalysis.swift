/// How test accuracy varies with each factor and with pairs of factors, seeds as repetitions.
///
/// A repeated-measures analysis of variance: a seed meets every combination of levels, and the
/// error of an effect is how that effect varies between seeds, MS(effect × seed). Cells of one
/// seed are therefore never counted as independent repetitions. The design is balanced, so the sums
/// of squares are exact and add up. p values assume sphericity and are not adjusted: they describe.
public struct VarianceAnalysis: Sendable, Hashable, Encodable {
  /// A main effect or an interaction of two factors.
  public struct Effect: Sendable, Hashable, Encodable {
    /// One name or two.
    public var factors: [String]
    public var degreesOfFreedom: Int
    public var sumOfSquares: Double
    /// Of the total sum of squares.
    public var share: Double
    /// MS(effect) / MS(effect × seed); nil where the latter is 0.
    public var f: Double?
    public var pValue: Double?
  }

  /// The mean of the seeds at one level or at a pair of levels, less what the lower-order terms
  /// give.
  public struct Term: Sendable, Hashable, Encodable {
    /// Levels of one factor or of two.
    public var settings: Settings
    /// In accuracy, with its interval over seeds.
    public var effect: Estimate
  }

  /// Empty where the analysis was made.
  public var whyNot: String
  public var levels: [String: [SettingValue]]
  /// In the order of the columns.
  public var factors: [String]
  public var seeds: Int
  public var cells: Int
  /// Levels of the sweep that the analysis had to leave out.
  public var leftOut: Settings
  /// Main effects, then interactions.
  public var effects: [Effect]
  /// What differs between seeds in all cells alike.
  public var seedShare: Double
  /// Everything else: interactions of three factors and more, and those with the seed.
  public var residualShare: Double
  /// The marginal effect of every level: its mean less the grand mean.
  public var marginal: [Term]
  /// For every pair of levels of two factors: the mean less what both margins add up to.
  public var interactions: [Term]

  init(whyNot: String) {
    self.whyNot = whyNot
    (levels, factors, seeds, cells, leftOut) = ([:], [], 0, 0, Settings())
    (effects, seedShare, residualShare, marginal, interactions) = ([], 0, 0, [], [])
  }

  package init(_ grid: CrossedGrid) {
    let sums = FactorialSums(
      lengths: grid.factors.map(\.levels.count) + [grid.seeds.count], values: grid.values)
    whyNot = ""
    factors = grid.factors.map(\.name)
    levels = Dictionary(uniqueKeysWithValues: grid.factors.map { ($0.name, $0.levels) })
    seeds = grid.seeds.count
    cells = grid.values.count / grid.seeds.count
    leftOut = grid.leftOut
    let (seedAxis, total) = (grid.factors.count, sums.total)
    func share(_ squares: Double) -> Double { total > 0 ? squares / total : 0 }
    let singles = grid.factors.indices.map { [$0] }
    let pairs = grid.factors.indices.flatMap { first in
      (first + 1..<grid.factors.count).map { [first, $0] }
    }
    effects = (singles + pairs).map { axes in
      let squares = sums.squares(of: axes), error = sums.squares(of: axes + [seedAxis])
      let degrees = axes.reduce(1) { $0 * (grid.factors[$1].levels.count - 1) }
      let within = degrees * (grid.seeds.count - 1)
      // Sums that differ by rounding alone are no error.
      let f =
        error > 1e-12 * total ? squares / Double(degrees) / (error / Double(within)) : nil
      return Effect(
        factors: axes.map { grid.factors[$0].name }, degreesOfFreedom: degrees,
        sumOfSquares: squares, share: share(squares), f: f,
        pValue: f.map { fTail($0, between: Double(degrees), within: Double(within)) })
    }
    seedShare = share(sums.squares(of: [seedAxis]))
    residualShare = max(0, 1 - seedShare - effects.reduce(0) { $0 + $1.share })
    let limits = Outcome.testAccuracy.limitsOfDifference
    func terms(_ axes: [Int]) -> [Term] {
      let values = sums.effectsPerSeed(of: axes)
      let places = axes.reduce([[]]) { rows, axis in
        rows.flatMap { row in grid.factors[axis].levels.map { row + [$0] } }
      }
      return places.enumerated().compactMap { index, place in
        let perSeed = Array(values[index * grid.seeds.count..<(index + 1) * grid.seeds.count])
        return Estimate(perSeed, within: limits).map {
          Term(
            settings: Settings(names: axes.map { grid.factors[$0].name }, values: place),
            effect: $0)
        }
      }
    }
    marginal = singles.flatMap(terms)
    interactions = pairs.flatMap(terms)
  }
}

extension SweepTable {
  /// The analysis on the largest crossed part of the sweep, or why there is none.
  package func varianceAnalysis() -> VarianceAnalysis {
    do {
      return VarianceAnalysis(try crossedGrid())
    } catch {
      return VarianceAnalysis(whyNot: error.reason)
    }
  }
}
