import ExperimentModel

/// One thing that a grid file can set, and how its value is written.
struct Setting: Sendable {
  enum Kind: Sendable {
    case integer(ClosedRange<Int64>)
    /// `noun` is what a message calls a good value: `a rate`.
    case real(noun: String, NumberRange)
    case word([String])
    case flag
    /// How often something is evaluated: a word or a number of epochs.
    case cadence
    /// The name of a data set or a model: checked by its own rules.
    case name
    /// A list of integers; a list of lists is an axis.
    case widths
    /// A list of block mappings; a list of lists is an axis.
    case blocks
  }

  /// The keys that lead to it, joined by dots.
  let path: String
  /// The name of its column in the results file; unique.
  let column: String
  let kind: Kind
  /// What holds where the file says nothing; nil where nothing does.
  let fallback: SettingValue?

  init(
    _ path: String, column: String? = nil, _ kind: Kind, fallback: SettingValue? = nil
  ) {
    self.path = path
    let last = path.split(separator: ".").last.map(String.init) ?? path
    self.column = column ?? String(last.map { $0 == "-" ? "_" : $0 })
    self.kind = kind
    self.fallback = fallback
  }

  /// Whether its levels are compared one against the other rather than along a scale.
  var isCategorical: Bool {
    switch kind {
    case .word, .flag, .cadence, .name, .widths, .blocks: true
    case .integer, .real: false
    }
  }
}

extension Setting: Hashable {
  static func == (left: Self, right: Self) -> Bool { left.path == right.path }
  func hash(into hasher: inout Hasher) { hasher.combine(path) }
}

extension Setting {
  private static let size: ClosedRange<Int64> = 1...100_000_000

  static let dataName = Setting(
    "data.name", column: "data", .name, fallback: .word("fashion-mnist-mini"))
  static let train = Setting("data.train", .integer(size))
  static let test = Setting("data.test", .integer(size))
  static let validation = Setting(
    "data.validation", .integer(0...100_000_000), fallback: .integer(0))
  static let standardise = Setting(
    "data.standardise", .word(words(DataSpec.Standardisation.self)), fallback: .word("global"))

  static let modelName = Setting("model.name", column: "model", .name, fallback: .word("small"))
  static let blocks = Setting("model.blocks", .blocks)
  static let dense = Setting("model.dense", .widths)
  static let activation = Setting("model.activation", .word(words(ActivationKind.self)))
  static let normalisation = Setting(
    "model.normalisation", .word(["none"] + words(Normalisation.self)))
  static let head = Setting("model.head", .word(words(Head.self)), fallback: .word("flatten"))
  static let initialiser = Setting(
    "model.initialiser", .word(words(Initialiser.self)), fallback: .word("glorot-uniform"))
  static let pool = Setting("pool", .word(poolWords))
  /// A kind of pool, or what can stand in its place.
  static let poolWords = words(PoolKind.self) + ["strided", "none"]

  /// Whether it is a rate of dropout.
  var isRate: Bool {
    if case .real(noun: "a rate", _) = kind { return true }
    return false
  }

  static let rateKind = Kind.real(noun: "a rate", NumberRange(from: 0, below: 1))
  static let rate = Setting("dropout.rate", rateKind, fallback: .real(0))
  static let placement = Setting(
    "dropout.placement", .word(words(SiteWord.self)), fallback: .word("after-pool"))
  static let kind = Setting(
    "dropout.kind", .word(words(DropoutKind.self)), fallback: .word("element-wise"))
  static let noiseShape = Setting("dropout.noise-shape", .word(NoiseShape.all.map(\.rawValue)))
  static let blockSize = Setting("dropout.block-size", .integer(1...1024))
  static let blockChannels = Setting(
    "dropout.block-channels", .word(words(DropBlockShape.Channels.self)),
    fallback: .word("independent"))
  static let blockCentres = Setting(
    "dropout.block-centres", .word(words(DropBlockShape.Centres.self)), fallback: .word("valid"))
  static let inference = Setting(
    "dropout.inference", .word(["mean", "gaussian"]), fallback: .word("mean"))
  static let inferenceSamples = Setting(
    "dropout.inference-samples", .integer(1...100_000), fallback: .integer(100))
  static let rateSchedule = Setting(
    "dropout.schedule", column: "rate_schedule", .word(RateSchedule.words),
    fallback: .word("constant"))
  static let scheduleEpochs = Setting("dropout.schedule-epochs", .integer(1...100_000))

  static let denseRate = Setting(
    "dropout.dense", column: "dense_rate", rateKind, fallback: .real(0))
  static let inputRate = Setting(
    "dropout.input", column: "input_rate", rateKind, fallback: .real(0))
  static let convolutionInputRate = Setting(
    "dropout.conv.input", column: "conv_input_rate", rateKind, fallback: .real(0))
  static let denseInputRate = Setting(
    "dropout.dense.input", column: "dense_input_rate", rateKind, fallback: .real(0))
  static let logitsInputRate = Setting(
    "dropout.logits.input", column: "logits_input_rate", rateKind, fallback: .real(0))

  /// The rate of element-wise dropout at every site of a sort; nil where that has none.
  static func siteRate(_ word: SiteWord) -> Setting? {
    switch word {
    case .dense: denseRate
    case .input: inputRate
    case .convolutionInput: convolutionInputRate
    case .denseInput: denseInputRate
    case .logitsInput: logitsInputRate
    case .beforeNorm, .afterNorm, .beforeActivation, .afterActivation, .beforePool, .afterPool: nil
    }
  }

  static let learningRate = Setting(
    "optimiser.learning-rate", .real(noun: "a learning rate", NumberRange(above: 0, to: 1000)),
    fallback: .real(0.05))
  static let momentum = Setting(
    "optimiser.momentum", .real(noun: "a momentum", NumberRange(from: 0, below: 1)),
    fallback: .real(0.9))
  static let nesterov = Setting("optimiser.nesterov", .flag, fallback: .flag(true))
  static let decay = Setting(
    "optimiser.decay", .real(noun: "a decay", NumberRange(from: 0, to: 1000)), fallback: .real(0))
  static let form = Setting(
    "optimiser.form", .word(words(OptimiserSpec.Form.self)), fallback: .word("keras"))
  static let optimiserName = Setting(
    "optimiser.name", column: "optimiser", .word(words(OptimiserSpec.Name.self)),
    fallback: .word("sgd"))
  static let beta1 = Setting(
    "optimiser.beta1", .real(noun: "a beta", NumberRange(from: 0, below: 1)), fallback: .real(0.9))
  static let beta2 = Setting(
    "optimiser.beta2", .real(noun: "a beta", NumberRange(from: 0, below: 1)),
    fallback: .real(0.999))
  static let epsilon = Setting(
    "optimiser.epsilon", .real(noun: "an epsilon", NumberRange(above: 0, to: 1)))
  static let weightDecay = Setting(
    "optimiser.weight-decay", .real(noun: "a weight decay", NumberRange(from: 0, to: 1000)),
    fallback: .real(0))
  static let schedule = Setting(
    "optimiser.schedule", column: "learning_rate_schedule", .word(LearningRateSpec.words),
    fallback: .word("constant"))
  static let stepEpochs = Setting("optimiser.step-epochs", .integer(1...100_000))
  static let stepFactor = Setting(
    "optimiser.step-factor", .real(noun: "a factor", NumberRange(above: 0, to: 1)),
    fallback: .real(0.1))
  static let labelSmoothing = Setting(
    "label-smoothing", .real(noun: "a label smoothing", NumberRange(from: 0, below: 1)),
    fallback: .real(0))
  static let monteCarlo = Setting(
    "evaluation.monte-carlo", .integer(0...4096), fallback: .integer(0))
  static let trainEvaluation = Setting(
    "evaluation.train", column: "evaluate_train", .cadence, fallback: .word("every"))
  static let testEvaluation = Setting(
    "evaluation.test", column: "evaluate_test", .cadence, fallback: .word("every"))

  static let batch = Setting("batch", .integer(1...65_536), fallback: .integer(32))
  static let epochs = Setting("epochs", .integer(1...100_000), fallback: .integer(10))

  private static let anySeed = Kind.integer(0...Int64.max)
  static let seed = Setting("seed", anySeed, fallback: .integer(1))
  static let seedInit = Setting("seed.init", column: "seed_init", anySeed, fallback: .integer(1))
  static let seedOrder = Setting("seed.order", column: "seed_order", anySeed, fallback: .integer(1))
  static let seedMask = Setting("seed.mask", column: "seed_mask", anySeed, fallback: .integer(1))

  static let seeds = [seed, seedInit, seedOrder, seedMask]

  /// What shapes a network.
  static let networks = [
    dataName, modelName, blocks, dense, activation, normalisation, head, initialiser, pool,
  ]
  /// Rates of every site of a sort.
  static let siteRates = SiteWord.allCases.compactMap(siteRate)
  /// What the dropout of `dropout.placement` has.
  static let general = [placement] + placed
  /// How a network is trained and evaluated.
  static let trainings = [
    optimiserName, learningRate, momentum, nesterov, decay, form, beta1, beta2, epsilon,
    weightDecay, schedule, stepEpochs, stepFactor, batch, epochs, labelSmoothing, monteCarlo,
    trainEvaluation, testEvaluation,
  ]

  /// Every setting, in the order of the manual.
  static let all =
    [
      dataName, train, test, validation, standardise, modelName, blocks, dense, activation,
      normalisation, head, initialiser, pool, rate, placement, kind, noiseShape, blockSize,
      blockChannels, blockCentres, inference, inferenceSamples, rateSchedule, scheduleEpochs,
      denseRate, inputRate, convolutionInputRate, denseInputRate, logitsInputRate,
    ] + trainings + seeds

  private static let byPath = Dictionary(
    uniqueKeysWithValues: all.map { ($0.path, $0) } + [("data", dataName), ("model", modelName)])

  /// The setting at `path`; `data` and `model` stand for their names.
  static func at(_ path: String) -> Setting? { byPath[path] ?? site(path) }

  /// The keys that lead to a setting in a file: `dropout` and `dense.input` for the latter's rate.
  static func keys(to path: String) -> [String] {
    let keys = path.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard byPath[path] != nil, keys.count > 2 else { return keys }
    return [keys[0], keys.dropFirst().joined(separator: ".")]
  }

  /// The keys of section `name`: `rate`, … for `dropout`.
  static func keys(of section: String) -> [String] {
    all.filter { $0.path.hasPrefix("\(section).") }.map {
      String($0.path.dropFirst(section.count + 1))
    }
  }

  /// The sections of a grid file and what each of their names stands for without keys.
  static let sections: [(name: String, short: Setting?)] = [
    ("data", dataName), ("model", modelName), ("dropout", nil), ("optimiser", nil),
    ("evaluation", nil), ("seed", seed),
  ]
  /// Settings that are no section's.
  static let plain = all.filter { !$0.path.contains(".") && $0 != seed }

  private static func words<T: CaseIterable & RawRepresentable>(_ type: T.Type) -> [String]
  where T.RawValue == String {
    type.allCases.map(\.rawValue)
  }
}
