import Foundation

/// Distributions of random initial weights.
///
/// Glorot and Bengio 2010, He et al. 2015. The fans of a convolution's kernel (kh, kw, in, out) are
/// kh·kw·in and kh·kw·out, those of a dense kernel (in, out) are in and out.
package enum ReferenceInitializer: String, Sendable, CaseIterable {
  case glorotUniform
  case glorotNormal
  case heUniform
  case heNormal

  /// The weight that belongs to a uniform random number 0 < u < 1.
  ///
  /// Uniform in ±√(3 · variance), or normal, cut off at ±2 standard deviations and widened so that
  /// the variance is as named.
  package func weight(uniform u: Double, kernelShape: [Int]) -> Double {
    let variance = variance(kernelShape: kernelShape)
    switch self {
    case .glorotUniform, .heUniform:
      return (2 * u - 1) * (3 * variance).squareRoot()
    case .glorotNormal, .heNormal:
      let tail = Self.normalShare(below: -2)
      let number = Self.normalQuantile(tail + u * (1 - 2 * tail))
      // The variance of a standard normal number in (−2, 2) is 1 − 4φ(2) / (1 − 2Φ(−2)).
      let density = exp(-2) / (2 * Double.pi).squareRoot()
      return number * (variance / (1 - 4 * density / (1 - 2 * tail))).squareRoot()
    }
  }

  /// Glorot: 2 / (fan in + fan out); He: 2 / fan in.
  package func variance(kernelShape: [Int]) -> Double {
    precondition(
      kernelShape.count >= 2 && kernelShape.allSatisfy { $0 >= 1 },
      "a kernel's shape ends in (in, out), not \(kernelShape)")
    let window = kernelShape.dropLast(2).reduce(1, *)
    let fans = kernelShape.suffix(2).map { window * $0 }
    switch self {
    case .glorotUniform, .glorotNormal: return 2 / Double(fans[0] + fans[1])
    case .heUniform, .heNormal: return 2 / Double(fans[0])
    }
  }

  /// Φ(x), the share of the standard normal distribution below x.
  package static func normalShare(below x: Double) -> Double {
    erfc(-x / 2.0.squareRoot()) / 2
  }

  /// Φ⁻¹(p) by bisection.
  package static func normalQuantile(_ p: Double) -> Double {
    guard p <= 0.5 else { return -normalQuantile(1 - p) }
    var low = -40.0
    var high = 0.0
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if normalShare(below: middle) < p { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
