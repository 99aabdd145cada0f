/// Means and sums of squares of a balanced factorial table, one value per cell.
struct FactorialSums {
  let lengths: [Int]
  /// The last axis varies fastest.
  let values: [Double]

  /// Σ (value − grand mean)².
  var total: Double {
    let mean = Moments.mean(values) ?? 0
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
  }

  /// The sum of squares that belongs to the interaction of `axes` (a main effect for one axis).
  ///
  /// The effect at a combination of levels is Σ_T (−1)^(|axes| − |T|) · mean at T, over all subsets
  /// T of `axes` (inclusion and exclusion of margins); its square counts for every cell there.
  func squares(of axes: [Int]) -> Double {
    let effects = effects(of: axes)
    let repeats = Double(values.count) / Double(effects.count)
    return repeats * effects.reduce(0) { $0 + $1 * $1 }
  }

  /// The effect of `axes` within every level of the last axis, which varies fastest.
  func effectsPerSeed(of axes: [Int]) -> [Double] {
    combine(axes) { subset in subset + [lengths.count - 1] }
  }

  private func effects(of axes: [Int]) -> [Double] { combine(axes) { $0 } }

  private func combine(_ axes: [Int], _ margin: ([Int]) -> [Int]) -> [Double] {
    let target = margin(axes)
    var effects = [Double](repeating: 0, count: target.reduce(1) { $0 * lengths[$1] })
    for mask in 0..<(1 << axes.count) {
      let subset = axes.indices.filter { mask >> $0 & 1 == 1 }.map { axes[$0] }
      let sign = (axes.count - subset.count) % 2 == 0 ? 1.0 : -1.0
      let kept = margin(subset)
      let means = means(over: kept)
      let places = Places(lengths, target, in: kept)
      for index in effects.indices { effects[index] += sign * means[places[index]] }
    }
    return effects
  }

  /// The mean at every combination of the levels of `axes`, the last one varying fastest.
  private func means(over axes: [Int]) -> [Double] {
    let places = Places(lengths, Array(lengths.indices), in: axes)
    var sums = [Double](repeating: 0, count: axes.reduce(1) { $0 * lengths[$1] })
    for index in values.indices { sums[places[index]] += values[index] }
    let repeats = Double(values.count) / Double(sums.count)
    return sums.map { $0 / repeats }
  }

  /// Where the combinations of some axes lie in a table of only a few of them.
  private struct Places {
    /// Of each axis of the few: how far its level is in an index, its length, how far it will be.
    private var steps: [(divisor: Int, length: Int, factor: Int)] = []

    init(_ lengths: [Int], _ axes: [Int], in kept: [Int]) {
      var factor = 1
      for axis in kept.reversed() {
        let later = axes.drop { $0 != axis }.dropFirst()
        steps.append((later.reduce(1) { $0 * lengths[$1] }, lengths[axis], factor))
        factor *= lengths[axis]
      }
    }

    subscript(index: Int) -> Int {
      var place = 0
      for step in steps { place += index / step.divisor % step.length * step.factor }
      return place
    }
  }
}
