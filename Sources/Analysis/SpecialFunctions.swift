import Foundation

/// Natural logarithm of Γ(x) for x > 0, to about 15 digits.
///
/// Lanczos's approximation with g = 7 and nine terms (Lanczos 1964; coefficients of Godfrey 2001).
func logGamma(_ x: Double) -> Double {
  precondition(x > 0, "logGamma needs a positive argument, not \(x)")
  if x < 0.5 { return log(Double.pi / sin(Double.pi * x)) - logGamma(1 - x) }
  let coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
    12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ]
  let z = x - 1
  var series = 0.99999999999980993
  for (index, coefficient) in coefficients.enumerated() {
    series += coefficient / (z + Double(index) + 1)
  }
  let t = z + 7.5
  return 0.5 * log(2 * Double.pi) + (z + 0.5) * log(t) - t + log(series)
}

/// The regularised incomplete beta function Iₓ(a, b) for 0 ≤ x ≤ 1 and a, b > 0.
///
/// Its continued fraction by Lentz's method (Abramowitz & Stegun 26.5.8; Press et al.,
/// "Numerical Recipes", §6.4).
package func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
  precondition((0...1).contains(x) && a > 0 && b > 0, "incompleteBeta outside its domain")
  if x == 0 || x == 1 { return x }
  // The fraction converges fast below the distribution's mean; above it, use the symmetry.
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, a: b, b: a) }
  let logFront = logGamma(a + b) - logGamma(a) - logGamma(b) + a * log(x) + b * log1p(-x)
  return exp(logFront) * betaFraction(x, a: a, b: b) / a
}

private func betaFraction(_ x: Double, a: Double, b: Double) -> Double {
  func nonZero(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
  var c = 1.0
  var d = 1 / nonZero(1 - (a + b) * x / (a + 1))
  var fraction = d
  for step in 1...10_000 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    fraction *= d * c
    if abs(d * c - 1) < 1e-15 { break }
  }
  return fraction
}

/// The argument at which the increasing function `cumulative` reaches `probability`.
///
/// - Complexity: about 60 bisections after the bracket is found by doubling.
func quantile(_ probability: Double, of cumulative: (Double) -> Double) -> Double {
  var bounds = (low: -1.0, high: 1.0)
  while cumulative(bounds.low) > probability { bounds.low *= 2 }
  while cumulative(bounds.high) < probability { bounds.high *= 2 }
  while true {
    let middle = 0.5 * (bounds.low + bounds.high)
    guard middle > bounds.low, middle < bounds.high else { return middle }
    if cumulative(middle) < probability { bounds.low = middle } else { bounds.high = middle }
  }
}

/// The quantile of the standard normal distribution, 0 < probability < 1.
package func normalQuantile(_ probability: Double) -> Double {
  precondition(probability > 0 && probability < 1, "a quantile needs 0 < p < 1")
  if probability > 0.5 { return -normalQuantile(1 - probability) }
  return quantile(probability) { 0.5 * erfc(-$0 / 2.0.squareRoot()) }
}
