import Foundation

/// Adam (Kingma and Ba, ICLR 2015), and with a weight decay λ AdamW (Loshchilov and Hutter, ICLR
/// 2019), as Keras and PyTorch write them.
///
/// Update t = 1, 2, … with the learning rate η, the gradient g and the moments m and v, zero at
/// first:
///
///     w ← w − ηλw,  m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²
///     PyTorch: m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), w ← w − η m̂ / (√v̂ + ε)
///     Keras:   α = η √(1 − β₂ᵗ) / (1 − β₁ᵗ),         w ← w − α m / (√v + ε)
package struct ReferenceAdam: Sendable {
  package enum Form: String, Sendable, Hashable, CaseIterable {
    case keras
    case pyTorch
  }

  package let form: Form
  package let beta1: Double
  package let beta2: Double
  package let epsilon: Double
  /// λ.
  package let weightDecay: Double
  /// Updates done.
  package private(set) var updates = 0
  /// m and v, one array per parameter; empty before the first update.
  package private(set) var first: [[Double]] = []
  package private(set) var second: [[Double]] = []

  package init(
    form: Form, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double,
    weightDecay: Double = 0
  ) {
    self.form = form
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  /// Does one update of every parameter.
  package mutating func update(
    _ parameters: inout [[Double]], gradients: [[Double]], learningRate: Double
  ) {
    precondition(
      parameters.map(\.count) == gradients.map(\.count), "parameters and gradients differ in shape")
    if first.isEmpty {
      first = parameters.map { Array(repeating: 0, count: $0.count) }
      second = first
    }
    updates += 1
    let correction1 = 1 - pow(beta1, Double(updates))
    let correction2 = 1 - pow(beta2, Double(updates))
    for p in parameters.indices {
      for e in parameters[p].indices {
        let g = gradients[p][e]
        let m = beta1 * first[p][e] + (1 - beta1) * g
        let v = beta2 * second[p][e] + (1 - beta2) * g * g
        first[p][e] = m
        second[p][e] = v
        parameters[p][e] -= learningRate * weightDecay * parameters[p][e]
        switch form {
        case .pyTorch:
          parameters[p][e] -=
            learningRate * (m / correction1) / ((v / correction2).squareRoot() + epsilon)
        case .keras:
          let alpha = learningRate * correction2.squareRoot() / correction1
          parameters[p][e] -= alpha * m / (v.squareRoot() + epsilon)
        }
      }
    }
  }
}
