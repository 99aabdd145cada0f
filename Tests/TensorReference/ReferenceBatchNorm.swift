/// Batch normalisation of every channel c (Ioffe and Szegedy, ICML 2015):
/// y = γ[c] (x − μ[c]) / √(v[c] + ε) + β[c].
package struct ReferenceBatchNorm: Sendable {
  /// How running statistics r follow those of a batch, s.
  package enum Form: String, Sendable, Hashable, CaseIterable {
    /// r ← m r + (1 − m) s, s the biased variance.
    case keras
    /// r ← (1 − m) r + m s, s the unbiased variance.
    case pyTorch
  }

  package let epsilon: Double

  package init(epsilon: Double) { self.epsilon = epsilon }

  /// Mean and biased variance of every channel over images and pixels.
  package static func moments(
    _ x: ReferenceTensor
  ) -> (mean: [Double], variance: [Double]) {
    let channels = x.shape.channels
    let count = Double(x.values.count / channels)
    var mean = [Double](repeating: 0, count: channels)
    var variance = mean
    for (e, value) in x.values.enumerated() { mean[e % channels] += value / count }
    for (e, value) in x.values.enumerated() {
      variance[e % channels] +=
        (value - mean[e % channels]) * (value - mean[e % channels]) / count
    }
    return (mean, variance)
  }

  /// `running` after a batch of `count` numbers a channel with the statistics `batch`.
  package static func follow(
    _ running: [Double], _ batch: [Double], form: Form, momentum: Double,
    unbiasedBy count: Int? = nil
  ) -> [Double] {
    zip(running, batch).map { running, batch in
      switch form {
      case .keras: return momentum * running + (1 - momentum) * batch
      case .pyTorch:
        let correction = count.map { Double($0) / Double($0 - 1) } ?? 1
        return (1 - momentum) * running + momentum * batch * correction
      }
    }
  }

  package func forward(
    _ x: ReferenceTensor, mean: [Double], variance: [Double], gamma: [Double], beta: [Double]
  ) -> ReferenceTensor {
    var y = x
    let channels = x.shape.channels
    for e in y.values.indices {
      let c = e % channels
      y.values[e] =
        gamma[c] * (x.values[e] - mean[c]) / (variance[c] + epsilon).squareRoot() + beta[c]
    }
    return y
  }

  /// Gradients by the input, γ and β in training, where the statistics depend on the input.
  ///
  /// By the chain rule through y, then variance, then mean, one number at a time.
  package func backward(
    _ outputGradient: ReferenceTensor, input x: ReferenceTensor, gamma: [Double]
  ) -> (input: ReferenceTensor, gamma: [Double], beta: [Double]) {
    let channels = x.shape.channels
    let count = Double(x.values.count / channels)
    let (mean, variance) = Self.moments(x)
    var gammaGradient = [Double](repeating: 0, count: channels)
    var betaGradient = gammaGradient
    var varianceGradient = gammaGradient
    var meanGradient = gammaGradient
    for (e, g) in outputGradient.values.enumerated() {
      let c = e % channels
      let distance = x.values[e] - mean[c], v = variance[c] + epsilon
      betaGradient[c] += g
      gammaGradient[c] += g * distance / v.squareRoot()
      varianceGradient[c] += g * gamma[c] * distance * -0.5 / (v * v.squareRoot())
      meanGradient[c] -= g * gamma[c] / v.squareRoot()
    }
    var inputGradient = outputGradient
    for (e, g) in outputGradient.values.enumerated() {
      let c = e % channels
      let distance = x.values[e] - mean[c], v = variance[c] + epsilon
      inputGradient.values[e] =
        g * gamma[c] / v.squareRoot() + varianceGradient[c] * 2 * distance / count
        + meanGradient[c] / count
    }
    return (inputGradient, gammaGradient, betaGradient)
  }
}
