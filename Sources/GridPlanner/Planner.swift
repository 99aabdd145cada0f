import Crypto
import ExperimentModel

/// Lays a grid's cells out as trials.
///
/// Each part of a trial (network, dropout, …) is worked out once for each combination of the axes
/// it depends on; a cell only looks its parts up.
struct Planner {
  let grid: GridFile
  let cards: [String: DatasetCard]
  let numericsVersion: Int
  let axes: [Choice]
  let space: CellSpace
  private let axisOf: [Setting: Int]
  private let fixed: [Setting: SettingValue]

  var issues: [GridIssue] = []
  var architectures: [Architecture] = []
  var architectureOf: [[ParameterShape]: Int] = [:]
  var architectureNames: Set<String> = []
  /// How many architectures were named after each network.
  var namesakes: [String: Int] = [:]
  private var networkMemo: Memo<NetworkPart?>
  private var dropoutMemo: Memo<DropoutPart?>
  private var dataMemo: Memo<DataPart?>
  private var optimiserMemo: Memo<Int>
  private var networks = Interner<NetworkSpec>()
  private var dropouts = Interner<[DropoutSpec]>()
  private var optimisers = Interner<OptimiserSpec>()
  private var dataSpecs = Interner<DataSpec>()

  init(grid: GridFile, cards: [String: DatasetCard], numericsVersion: Int) {
    self.grid = grid
    self.cards = cards
    self.numericsVersion = numericsVersion
    let axes = grid.axisChoices
    let axisOf = Dictionary(uniqueKeysWithValues: axes.enumerated().map { ($1.setting, $0) })
    let space = CellSpace(axes: axes, exclusions: grid.exclusions)
    var fixed: [Setting: SettingValue] = [:]
    for setting in Setting.all { fixed[setting] = setting.fallback }
    for choice in grid.choices where !choice.isAxis {
      fixed[choice.setting] = choice.levels.first?.value
    }
    self.axes = axes
    self.axisOf = axisOf
    self.space = space
    self.fixed = fixed
    func indices(_ settings: [Setting]) -> [Int] { settings.compactMap { axisOf[$0] } }
    let network: [Setting] = [.dataName, .modelName, .blocks, .dense, .pool]
    networkMemo = Memo(axes: indices(network), counts: space.counts)
    dropoutMemo = Memo(
      axes: indices(network + [.rate, .placement, .kind, .denseRate]), counts: space.counts)
    dataMemo = Memo(
      axes: indices([.dataName, .train, .test, .validation, .standardise]), counts: space.counts)
    optimiserMemo = Memo(
      axes: indices([.learningRate, .momentum, .nesterov, .decay, .form]), counts: space.counts)
  }

  mutating func plan() throws(GridError) -> Plan {
    var layout = Layout(seedAxes: Setting.seeds.compactMap { axisOf[$0] }, counts: space.counts)
    space.forEach { add($0, to: &layout) }
    if layout.cells.isEmpty, issues.isEmpty {
      report(at: grid.exclusionPosition, "exclude", "every cell is excluded; leave out a rule")
    }
    guard issues.isEmpty else { throw GridError(issues: issues) }
    return assemble(layout)
  }

  private mutating func add(_ levels: [Int], to layout: inout Layout) {
    let network = networkPart(levels)
    let data = dataPart(levels)
    guard let network, let data, let dropout = dropoutPart(levels, network) else { return }
    let optimiser = optimiserPart(levels)
    var seed = seed(levels)
    // Without dropout nothing reads the masks' seed.
    if dropout.specs.isEmpty { seed.mask = seed.initialisation }
    let key = TrialKey(
      network: network.number, dropout: dropout.number, optimiser: optimiser, data: data.number,
      batch: integer(.batch, levels), epochs: integer(.epochs, levels), seed: seed)
    layout.add(levels, key: key) {
      let spec = TrialSpec(
        network: network.spec, dropout: dropout.specs, optimiser: optimisers.values[optimiser],
        batch: key.batch, epochs: key.epochs, data: data.spec, seed: seed)
      let training = Double(data.train) * network.trainingFLOPs
      let evaluation =
        Double(data.train + data.test + data.spec.validation) * network.forwardFLOPs
      return PlannedTrial(
        id: id(spec, fingerprint: data.fingerprint), spec: spec,
        architecture: network.architecture, flops: Double(key.epochs) * (training + evaluation))
    }
  }

  /// The first 16 bytes of SHA-256 over the canonical text, the data and the numerics version.
  private func id(_ spec: TrialSpec, fingerprint: String) -> TrialID {
    let text = "\(spec.canonicalText)\ndata=\(fingerprint)\nnumerics=\(numericsVersion)"
    return TrialID(bytes: SHA256.hash(data: Array(text.utf8)))
  }

  mutating func report(at position: GridPosition, _ path: String, _ message: String) {
    issues.append(GridIssue(file: grid.name, position: position, path: path, message: message))
  }
}

// Values of settings in a cell.
extension Planner {
  func axis(_ setting: Setting) -> Int? { axisOf[setting] }

  func value(_ setting: Setting, _ levels: [Int]) -> SettingValue? {
    guard let axis = axisOf[setting] else { return fixed[setting] }
    return axes[axis].levels[levels[axis]].value
  }

  /// The level that the file gives for a setting in a cell; nil where it gives none.
  func level(_ setting: Setting, _ levels: [Int]) -> Level? {
    if let axis = axisOf[setting] { return axes[axis].levels[levels[axis]] }
    return grid.choice(setting)?.levels.first
  }

  func position(_ setting: Setting, _ levels: [Int]) -> GridPosition {
    level(setting, levels)?.position ?? .start
  }

  func integer64(_ setting: Setting, _ levels: [Int]) -> Int64 {
    guard case .integer(let value) = value(setting, levels) else {
      preconditionFailure("\(setting.path) is an integer")
    }
    return value
  }

  func integer(_ setting: Setting, _ levels: [Int]) -> Int { Int(integer64(setting, levels)) }

  func real(_ setting: Setting, _ levels: [Int]) -> Double {
    guard case .real(let value) = value(setting, levels) else {
      preconditionFailure("\(setting.path) is a number")
    }
    return value
  }

  func word(_ setting: Setting, _ levels: [Int]) -> String {
    guard case .word(let value) = value(setting, levels) else {
      preconditionFailure("\(setting.path) is a word")
    }
    return value
  }

  /// A word as the enumeration it belongs to.
  func choice<T: RawRepresentable>(_ setting: Setting, _ levels: [Int]) -> T
  where T.RawValue == String {
    guard let value = T(rawValue: word(setting, levels)) else {
      preconditionFailure("\(setting.path) is a \(T.self)")
    }
    return value
  }

  func seed(_ levels: [Int]) -> Seed {
    let split = [Setting.seedInit, .seedOrder, .seedMask].contains { grid.choice($0) != nil }
    guard split else { return Seed(integer64(.seed, levels)) }
    return Seed(
      initialisation: integer64(.seedInit, levels), order: integer64(.seedOrder, levels),
      mask: integer64(.seedMask, levels))
  }
}

// Parts of a cell.
extension Planner {
  mutating func networkPart(_ levels: [Int]) -> NetworkPart? {
    let slot = networkMemo.slot(levels)
    if let part = networkMemo[slot] { return part }
    var part = makeNetwork(levels)
    if let found = part {
      var nameless = found.spec
      nameless.name = ""
      part?.number = networks.index(of: nameless)
    }
    networkMemo[slot] = .some(part)
    return part
  }

  private mutating func dataPart(_ levels: [Int]) -> DataPart? {
    let slot = dataMemo.slot(levels)
    if let part = dataMemo[slot] { return part }
    var part = makeData(levels)
    if let found = part { part?.number = dataSpecs.index(of: found.spec) }
    dataMemo[slot] = .some(part)
    return part
  }

  private mutating func dropoutPart(_ levels: [Int], _ network: NetworkPart) -> DropoutPart? {
    let slot = dropoutMemo.slot(levels)
    if let part = dropoutMemo[slot] { return part }
    var part = makeDropout(levels, network.spec)
    if let found = part { part?.number = dropouts.index(of: found.specs) }
    dropoutMemo[slot] = .some(part)
    return part
  }

  private mutating func optimiserPart(_ levels: [Int]) -> Int {
    let slot = optimiserMemo.slot(levels)
    if let number = optimiserMemo[slot] { return number }
    let number = optimisers.index(
      of: OptimiserSpec(
        learningRate: real(.learningRate, levels), momentum: real(.momentum, levels),
        nesterov: value(.nesterov, levels) == .flag(true), decay: real(.decay, levels),
        form: choice(.form, levels)))
    optimiserMemo[slot] = number
    return number
  }

  /// The dropout part of a cell that has one already.
  func dropout(_ levels: [Int]) -> DropoutPart {
    guard let part = dropoutMemo[dropoutMemo.slot(levels)] ?? nil else {
      preconditionFailure("planned cells have their parts")
    }
    return part
  }

  /// The network part of a cell that has one already.
  func network(_ levels: [Int]) -> NetworkPart {
    guard let part = networkMemo[networkMemo.slot(levels)] ?? nil else {
      preconditionFailure("planned cells have their parts")
    }
    return part
  }
}
