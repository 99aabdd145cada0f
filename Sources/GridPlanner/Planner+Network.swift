import ExperimentModel

extension Planner {
  /// The network that a cell asks for; nil after reporting a pool that nothing can stand for.
  mutating func networkSpec(_ cell: CellPlace) -> NetworkSpec? {
    var spec = NetworkSpec(name: "custom", blocks: [], dense: [])
    if case .blocks(let blocks) = value(.blocks, cell) {
      spec.blocks = blocks
      if level(.modelName, cell) != nil { spec.name = word(.modelName, cell) }
    } else {
      let name = word(.modelName, cell)
      spec = NetworkSpec.named.first { $0.name == name } ?? spec
    }
    if case .widths(let widths) = value(.dense, cell) { spec.dense = widths }
    spec.head = choice(.head, cell)
    spec.initialiser = choice(.initialiser, cell)
    if case .word(let word) = value(.activation, cell),
      let activation = ActivationKind(rawValue: word)
    {
      spec.denseActivation = activation
      for index in spec.blocks.indices { spec.blocks[index].activation = activation }
    }
    if case .word(let word) = value(.normalisation, cell) {
      for index in spec.blocks.indices {
        spec.blocks[index].normalisation = Normalisation(rawValue: word)
      }
    }
    guard case .word(let word) = value(.pool, cell) else { return spec }
    for index in spec.blocks.indices where spec.blocks[index].pool != nil {
      guard word == "strided" else {
        spec.blocks[index].pool = PoolKind(rawValue: word)
        continue
      }
      guard spec.blocks[index].convolutions > 0, spec.blocks[index].stride == 1 else {
        report(
          at: position(.pool, cell), "pool",
          "strided gives the stride of a pool to the last convolution of its block: block "
            + "\(index + 1) of `\(spec.name)` has "
            + (spec.blocks[index].convolutions > 0 ? "one with a stride of its own" : "none"))
        return nil
      }
      spec.blocks[index] = spec.blocks[index].strided
    }
    return spec
  }

  /// What the column of pools shows of a network.
  func pool(_ spec: NetworkSpec, _ cell: CellPlace) -> String {
    var pools = Set(spec.blocks.compactMap(\.pool).map(\.rawValue))
    if spec.blocks.contains(where: \.isStrided) { pools.insert("strided") }
    if pools.isEmpty, value(.pool, cell) == .word("none") { pools.insert("none") }
    return pools.count > 1 ? "mixed" : pools.first ?? ""
  }

  /// Reports stochastic pools of values that can be negative, which are no chances.
  mutating func checkStochasticPools(
    _ points: [DropoutPoint], _ spec: NetworkSpec, _ cell: CellPlace
  ) -> Bool {
    for point in points where point.isSigned {
      guard case .pool(let block, .stochastic, _, _) = point.reader else { continue }
      let blamed = blamed(.pool, or: Setting.networks, cell)
      report(
        at: blamed.position.isCommandLine
          ? blamed.position : level(.pool, cell)?.position ?? position(.blocks, cell), "pool",
        "stochastic pooling draws an element with a chance in proportion to its size, so that "
          + "none may be negative: what block \(block) of `\(spec.name)` pools can be (behind "
          + "\(spec.blocks[block - 1].activation.rawValue)); use relu or sigmoid there, or "
          + "another pool")
      return false
    }
    return true
  }

  /// How a cell is trained; nil after reporting settings that do not go together.
  mutating func makeTraining(_ cell: CellPlace) -> TrainingPart? {
    let before = issues.count
    let form: OptimiserSpec.Form = choice(.form, cell)
    var optimiser = OptimiserSpec(
      name: choice(.optimiserName, cell), learningRate: real(.learningRate, cell),
      decay: real(.decay, cell), form: form)
    switch optimiser.name {
    case .sgd:
      optimiser.momentum = real(.momentum, cell)
      optimiser.nesterov = value(.nesterov, cell) == .flag(true)
    case .adam, .adamW:
      var epsilon = form == .keras ? 1e-7 : 1e-8
      if case .real(let given) = value(.epsilon, cell) { epsilon = given }
      optimiser.adam = AdamSpec(
        beta1: real(.beta1, cell), beta2: real(.beta2, cell), epsilon: epsilon,
        weightDecay: optimiser.name == .adamW ? real(.weightDecay, cell) : 0)
    }
    switch word(.schedule, cell) {
    case "step":
      if case .integer(let epochs) = value(.stepEpochs, cell) {
        optimiser.schedule = .step(epochs: Int(epochs), factor: real(.stepFactor, cell))
      } else {
        report(
          at: position(.schedule, cell), "optimiser.schedule",
          "step multiplies the learning rate after every so many epochs: give "
            + "`optimiser.step-epochs`")
      }
    case "cosine": optimiser.schedule = .cosine
    case "one-cycle": optimiser.schedule = .oneCycle
    default: break
    }
    if optimiser.decay > 0, optimiser.schedule != .constant {
      let blamed = blamed(.decay, or: [.schedule], cell)
      report(
        at: blamed.position, "optimiser.decay",
        "is a schedule of its own and cannot go with `optimiser.schedule` "
          + "\(word(.schedule, cell)); keep one of them")
    }
    guard issues.count == before else { return nil }
    let epochs = integer(.epochs, cell)
    func cadence(_ setting: Setting) -> EvaluationCadence {
      (EvaluationCadence(word(setting, cell)) ?? .every(1)).canonical(epochs: epochs)
    }
    return TrainingPart(
      optimiser: optimiser, batch: integer(.batch, cell), epochs: epochs,
      labelSmoothing: real(.labelSmoothing, cell), monteCarlo: integer(.monteCarlo, cell),
      trainEvaluation: cadence(.trainEvaluation), testEvaluation: cadence(.testEvaluation))
  }
}
