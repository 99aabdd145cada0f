/// Student's t distribution.
package struct StudentT: Sendable {
  package let degreesOfFreedom: Double

  /// - Parameter degreesOfFreedom: positive.
  package init(degreesOfFreedom: Double) {
    precondition(degreesOfFreedom > 0, "degrees of freedom are positive, not \(degreesOfFreedom)")
    self.degreesOfFreedom = degreesOfFreedom
  }

  /// P(T ≤ t) through the incomplete beta function (Abramowitz & Stegun 26.7.1).
  package func cumulative(_ t: Double) -> Double {
    let nu = degreesOfFreedom
    let tail = 0.5 * incompleteBeta(nu / (nu + t * t), a: 0.5 * nu, b: 0.5)
    return t < 0 ? tail : 1 - tail
  }

  /// The t with P(T ≤ t) = `probability`, 0 < probability < 1.
  package func quantile(_ probability: Double) -> Double {
    precondition(probability > 0 && probability < 1, "a quantile needs 0 < p < 1")
    // In the lower half, where the tail keeps its digits.
    if probability > 0.5 { return -quantile(1 - probability) }
    return Analysis.quantile(probability, of: cumulative)
  }
}
