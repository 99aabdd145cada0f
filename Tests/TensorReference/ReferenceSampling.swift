/// A uniform random number in [0, 1): a pure function of the site and a window's position.
package typealias ReferenceUniform = (
  _ site: String, _ n: Int, _ y: Int, _ x: Int, _ c: Int
) -> Double

/// Pools over size × size windows with stride `size` that draw in training.
package enum ReferenceSampling {
  /// Stochastic pooling (Zeiler and Fergus 2013): element i is taken with probability a[i] / Σ a.
  ///
  /// A number below 0 counts as 0; where all are 0 so is the output.
  package static func stochastic(
    _ window: [Double], uniform: Double
  ) -> (output: Double, gradient: [Double]) {
    let a = window.map { max($0, 0) }
    var gradient = a.map { _ in 0.0 }
    let sum = a.reduce(0, +)
    guard sum > 0 else { return (0, gradient) }
    var reached = 0.0
    for (i, value) in a.enumerated() {
      reached += value
      if uniform * sum < reached {
        gradient[i] = 1
        return (value, gradient)
      }
    }
    return (0, gradient)
  }

  /// Σ p[i] · a[i] with p[i] = a[i] / Σ a.
  package static func stochasticMean(
    _ window: [Double]
  ) -> (output: Double, gradient: [Double]) {
    let a = window.map { max($0, 0) }
    let sum = a.reduce(0, +)
    guard sum > 0 else { return (0, a.map { _ in 0 }) }
    let mean = a.reduce(0) { $0 + $1 * $1 } / sum
    return (mean, a.map { $0 > 0 ? (2 * $0 - mean) / sum : 0 })
  }

  /// Max-pooling dropout (Wu and Gu 2015): the largest of the numbers times their masks.
  package static func maxPoolingDropout(
    _ window: [Double], keeps: [Bool]
  ) -> (output: Double, gradient: [Double]) {
    let masked = zip(window, keeps).map { $1 ? $0 : 0 }
    let winner = masked.indices.reduce(0) { masked[$1] > masked[$0] ? $1 : $0 }
    return (masked[winner], masked.indices.map { $0 == winner && keeps[$0] ? 1 : 0 })
  }

  /// Its expectation, over all 2ⁿ masks one by one.
  package static func maxPoolingDropoutMean(
    _ window: [Double], rate: Double
  ) -> (output: Double, gradient: [Double]) {
    var mean = (output: 0.0, gradient: window.map { _ in 0.0 })
    for mask in 0..<1 << window.count {
      let keeps = window.indices.map { mask >> $0 & 1 == 1 }
      let probability = keeps.reduce(1) { $0 * ($1 ? 1 - rate : rate) }
      let result = maxPoolingDropout(window, keeps: keeps)
      mean.output += probability * result.output
      for i in window.indices { mean.gradient[i] += probability * result.gradient[i] }
    }
    return mean
  }

  /// Calls `body` with every output position and its window's numbers in row-major order.
  static func forEachWindow(
    _ input: ReferenceTensor, size: Int,
    _ body: (_ n: Int, _ y: Int, _ x: Int, _ c: Int, _ window: [Double]) -> Void
  ) {
    for n in 0..<input.batch {
      for y in 0..<input.shape.height / size {
        for x in 0..<input.shape.width / size {
          for c in 0..<input.shape.channels {
            body(
              n, y, x, c,
              (0..<size * size).map { input[n, y * size + $0 / size, x * size + $0 % size, c] })
          }
        }
      }
    }
  }
}
