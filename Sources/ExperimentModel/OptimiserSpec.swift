/// How weights follow gradients.
public struct OptimiserSpec: Sendable, Hashable {
  public enum Name: String, Sendable, Hashable, CaseIterable {
    /// Minibatch stochastic gradient descent with momentum.
    case sgd
    /// Kingma and Ba 2015.
    case adam
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    case adamW = "adamw"
  }

  /// Which of two formulas the optimiser follows.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// SGD: v ← μv − ηg; w ← w + v, or w ← w + μv − ηg with Nesterov (Keras). Adam: ε is added
    /// before the bias of v is corrected.
    case keras
    /// SGD: v ← μv + g; w ← w − ηv, or w ← w − η(g + μv) with Nesterov (PyTorch, no dampening).
    /// Adam: ε is added after.
    case pytorch
  }

  public var name: Name
  /// η₀ > 0.
  public var learningRate: Double
  /// SGD's, 0 ≤ μ < 1.
  public var momentum: Double
  public var nesterov: Bool
  /// Time-based decay per update, as in Keras: η = η₀ / (1 + decay · updates so far).
  public var decay: Double
  public var form: Form
  /// Adam's and AdamW's.
  public var adam: AdamSpec
  public var schedule: LearningRateSpec

  public init(
    name: Name = .sgd, learningRate: Double, momentum: Double = 0, nesterov: Bool = false,
    decay: Double = 0, form: Form = .keras, adam: AdamSpec = AdamSpec(),
    schedule: LearningRateSpec = .constant
  ) {
    self.name = name
    self.learningRate = learningRate
    self.momentum = momentum
    self.nesterov = nesterov
    self.decay = decay
    self.form = form
    self.adam = adam
    self.schedule = schedule
  }

  /// Lines of a trial's canonical text.
  var canonicalLines: [String] {
    var line: String
    switch name {
    case .sgd: line = "sgd=\(learningRate),\(momentum),\(nesterov),\(decay),\(form.rawValue)"
    case .adam, .adamW:
      line =
        "\(name.rawValue)=\(learningRate),\(adam.beta1),\(adam.beta2),\(adam.epsilon),\(decay),"
        + form.rawValue
      if name == .adamW { line += ",\(adam.weightDecay)" }
    }
    switch schedule {
    case .constant: return [line]
    case .step(let epochs, let factor): return [line, "schedule=step,\(epochs),\(factor)"]
    case .cosine: return [line, "schedule=cosine"]
    case .oneCycle: return [line, "schedule=one-cycle"]
    }
  }
}

/// What Adam and AdamW have beside a learning rate.
public struct AdamSpec: Sendable, Hashable {
  /// 0 ≤ β₁ < 1.
  public var beta1: Double
  /// 0 ≤ β₂ < 1.
  public var beta2: Double
  /// ε > 0: 1e-7 in Keras, 1e-8 in PyTorch.
  public var epsilon: Double
  /// AdamW's λ ≥ 0: w ← w − ηλw at each update.
  public var weightDecay: Double

  public init(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7, weightDecay: Double = 0
  ) {
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }
}

/// How the learning rate changes over a training.
public enum LearningRateSpec: Sendable, Hashable {
  case constant
  /// Times `factor` after every `epochs`.
  case step(epochs: Int, factor: Double)
  /// Down to 0 along half a cosine over the whole training (Loshchilov and Hutter 2017).
  case cosine
  /// Up and down again over the whole training (Smith and Topin 2018).
  case oneCycle

  /// The words that grids use.
  public static let words = ["constant", "step", "cosine", "one-cycle"]
}
