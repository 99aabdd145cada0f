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
      for index in effects.indices {
        effects[index] += sign * means[position(index, target, in: kept)]
      }
    }
    return effects
  }

  /// The mean at every combination of the levels of `axes`, the last one varying fastest.
  private func means(over axes: [Int]) -> [Double] {
    let all = Array(lengths.indices)
    var sums = [Double](repeating: 0, count: axes.reduce(1) { $0 * lengths[$1] })
    for (index, value) in values.enumerated() { sums[position(index, all, in: axes)] += value }
    let repeats = Double(values.count) / Double(sums.count)
    return sums.map { $0 / repeats }
  }

  /// Where the combination `index` of `axes` lies in a table of only some of them.
  private func position(_ index: Int, _ axes: [Int], in kept: [Int]) -> Int {
    var rest = index
    var levels = [Int](repeating: 0, count: lengths.count)
    for axis in axes.reversed() {
      levels[axis] = rest % lengths[axis]
      rest /= lengths[axis]
    }
    return kept.reduce(0) { $0 * lengths[$1] + levels[$1] }
  }
}
