import TensorReference

/// `count` numbers in [−1, 1) that depend on `stream` alone.
func randomValues(_ count: Int, stream: UInt32) -> [Double] {
  (0..<count).map { element in
    let word = ReferencePhilox.words(counter: [UInt32(element), 0, 0, 0], key: [stream, 17])[0]
    return Double(word) / 2_147_483_648 - 1
  }
}

/// A mask that keeps about the share `1 - rate`, different for every site and position.
func randomKeep(rate: Double) -> ReferenceKeep {
  { site, n, h, w, c in
    let position = UInt32(((n * 64 + h) * 64 + w) * 64 + c)
    let name = site.utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
    let word = ReferencePhilox.words(counter: [position, name, 0, 0], key: [3, 4])[0]
    return Double(word) >= rate * 4_294_967_296
  }
}

/// A number in [0, 1), different for every site and position.
func randomUniform(_ site: String, _ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Double {
  let position = UInt32(((n * 64 + y) * 64 + x) * 64 + c)
  let name = site.utf8.reduce(UInt32(7)) { $0 &* 31 &+ UInt32($1) }
  let word = ReferencePhilox.words(counter: [position, name, 1, 0], key: [3, 4])[0]
  return Double(word >> 8) * 0x1p-24
}

/// The largest difference between two lists relative to the largest number of `expected`.
func relativeError(_ actual: [Double], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  let largest = expected.reduce(0) { max($0, abs($1)) }
  let difference = zip(actual, expected).reduce(0) { max($0, abs($1.0 - $1.1)) }
  return difference / max(largest, .leastNormalMagnitude)
}

/// The gradient of `function` at `point` by central differences, error of order `step`².
func numericalGradient(
  at point: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double
) -> [Double] {
  point.indices.map { e in
    var above = point
    var below = point
    above[e] += step
    below[e] -= step
    return (function(above) - function(below)) / (2 * step)
  }
}
