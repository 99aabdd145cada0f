import ExperimentModel

/// One thing that a grid file can set, and how its value is written.
struct Setting: Sendable {
  enum Kind: Sendable {
    case integer(ClosedRange<Int64>)
    /// `noun` is what a message calls a good value: `a rate`.
    case real(noun: String, NumberRange)
    case word([String])
    case flag
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
    case .word, .flag, .name, .widths, .blocks: true
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
  static let pool = Setting("pool", .word(words(PoolKind.self)))

  static let rateKind = Kind.real(noun: "a rate", NumberRange(from: 0, below: 1))
  static let rate = Setting("dropout.rate", rateKind, fallback: .real(0))
  static let placement = Setting(
    "dropout.placement", .word(Placement.allCases.map(\.rawValue)), fallback: .word("after-pool"))
  static let kind = Setting(
    "dropout.kind", .word(words(DropoutKind.self)), fallback: .word("element-wise"))
  static let denseRate = Setting(
    "dropout.dense", column: "dense_rate", rateKind, fallback: .real(0))

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

  static let batch = Setting("batch", .integer(1...65_536), fallback: .integer(32))
  static let epochs = Setting("epochs", .integer(1...100_000), fallback: .integer(10))

  private static let anySeed = Kind.integer(0...Int64.max)
  static let seed = Setting("seed", anySeed, fallback: .integer(1))
  static let seedInit = Setting("seed.init", column: "seed_init", anySeed, fallback: .integer(1))
  static let seedOrder = Setting("seed.order", column: "seed_order", anySeed, fallback: .integer(1))
  static let seedMask = Setting("seed.mask", column: "seed_mask", anySeed, fallback: .integer(1))

  static let seeds = [seed, seedInit, seedOrder, seedMask]

  /// Every setting, in the order of the manual.
  static let all =
    [
      dataName, train, test, validation, standardise, modelName, blocks, dense, pool, rate,
      placement, kind, denseRate, learningRate, momentum, nesterov, decay, form, batch, epochs,
    ] + seeds

  private static let byPath = Dictionary(
    uniqueKeysWithValues: all.map { ($0.path, $0) } + [("data", dataName), ("model", modelName)])

  /// The setting at `path`; `data` and `model` stand for their names.
  static func at(_ path: String) -> Setting? { byPath[path] ?? site(path) }

  /// The keys of section `name`: `rate`, … for `dropout`.
  static func keys(of section: String) -> [String] {
    all.filter { $0.path.hasPrefix("\(section).") }.map {
      String($0.path.dropFirst(section.count + 1))
    }
  }

  /// The sections of a grid file and what each of their names stands for without keys.
  static let sections: [(name: String, short: Setting?)] = [
    ("data", dataName), ("model", modelName), ("dropout", nil), ("optimiser", nil), ("seed", seed),
  ]

  private static func words<T: CaseIterable & RawRepresentable>(_ type: T.Type) -> [String]
  where T.RawValue == String {
    type.allCases.map(\.rawValue)
  }
}
