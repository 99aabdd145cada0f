/// Stochastic gradient descent with momentum, Nesterov's variant and time-based decay.
///
/// The learning rate of update t = 0, 1, … is η = η₀ / (1 + decay · t). With the velocity v, zero
/// at first, the gradient g and the momentum μ, one update of a weight w is
///
/// | form    | velocity    | plain       | Nesterov              |
/// |---------|-------------|-------------|-----------------------|
/// | Keras   | v ← μv − ηg | w ← w + v   | w ← w + μv − ηg       |
/// | PyTorch | v ← μv + g  | w ← w − ηv  | w ← w − η (g + μv)    |
///
/// with the new v on the right. The two agree while η is constant and differ once it changes.
package struct ReferenceSGD: Sendable {
  /// Whose velocity is carried from update to update.
  package enum Form: String, Sendable, Hashable, CaseIterable {
    case keras
    case pyTorch
  }

  package let form: Form
  /// η₀.
  package let learningRate: Double
  /// μ; at 0 both forms are plain gradient descent.
  package let momentum: Double
  package let nesterov: Bool
  /// How fast the learning rate falls, per update.
  package let decay: Double
  /// t, the number of updates done.
  package private(set) var updates = 0
  /// v, one array per parameter; empty before the first update.
  package private(set) var velocity: [[Double]] = []

  package init(
    form: Form, learningRate: Double, momentum: Double = 0, nesterov: Bool = false,
    decay: Double = 0
  ) {
    self.form = form
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.decay = decay
  }

  /// Does one update of every parameter.
  package mutating func update(_ parameters: inout [[Double]], gradients: [[Double]]) {
    precondition(
      parameters.map(\.count) == gradients.map(\.count), "parameters and gradients differ in shape")
    if velocity.isEmpty { velocity = parameters.map { Array(repeating: 0, count: $0.count) } }
    let rate = learningRate / (1 + decay * Double(updates))
    for p in parameters.indices {
      for e in parameters[p].indices {
        let g = gradients[p][e]
        switch form {
        case .keras:
          let v = momentum * velocity[p][e] - rate * g
          velocity[p][e] = v
          parameters[p][e] += nesterov ? momentum * v - rate * g : v
        case .pyTorch:
          let v = momentum * velocity[p][e] + g
          velocity[p][e] = v
          parameters[p][e] -= rate * (nesterov ? g + momentum * v : v)
        }
      }
    }
    updates += 1
  }
}
