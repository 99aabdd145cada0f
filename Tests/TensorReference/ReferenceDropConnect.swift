import Foundation

/// DropConnect (Wan et al. 2013) with one mask for the whole batch.
package struct ReferenceDropConnect: Sendable {
  package let site: String
  package let rate: Double

  package init(site: String, rate: Double) {
    self.site = site
    self.rate = rate
  }

  /// What every weight and bias is multiplied by: 0 or 1/(1 − rate).
  ///
  /// `keep` is asked with n = h = w = 0 and c the weight's place in (kh, kw, in, out) or (in, out)
  /// order; the biases follow.
  package func factors(
    kernel: Int, bias: Int, keep: ReferenceKeep
  ) -> (kernel: [Double], bias: [Double]) {
    let factors = (0..<kernel + bias).map { keep(site, 0, 0, 0, $0) ? 1 / (1 - rate) : 0 }
    return (Array(factors.prefix(kernel)), Array(factors.suffix(bias)))
  }

  /// The mean of f(u) for u ~ N(mean, rate / (1 − rate) · Σ term²), by Simpson's rule.
  ///
  /// The terms are the products x · k that are added up, and the bias.
  package func gaussianMean(of terms: [Double], _ f: (Double) -> Double) -> Double {
    let mean = terms.reduce(0, +)
    let deviation = (rate / (1 - rate) * terms.reduce(0) { $0 + $1 * $1 }).squareRoot()
    let steps = 4000
    let width = 20 / Double(steps)
    return (0...steps).reduce(0) { sum, step in
      let z = -10 + width * Double(step)
      let weight = step == 0 || step == steps ? 1.0 : step % 2 == 1 ? 4 : 2
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      return sum + weight * width / 3 * density * f(mean + deviation * z)
    }
  }
}
