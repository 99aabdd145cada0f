import Crypto
import ExperimentModel

/// Lays a grid's cells out as trials.
///
/// Each part of a trial (network, dropout, …) is worked out once for each combination of the axes
/// it depends on; a cell only looks up the numbers of its parts.
struct Planner: Sendable {
  let grid: GridFile
  let cards: [String: DatasetCard]
  let numericsVersion: Int
  let merging: Merging
  var spaces: [GridSpace] = []
  /// The settings that tell cells apart.
  private let columns: [Setting]

  var issues: [GridIssue] = []
  var architectures: [Architecture] = []
  var architectureOf: [[ParameterShape]: Int] = [:]
  var architectureNames: Set<String> = []
  /// How many architectures were named after each network.
  var namesakes: [String: Int] = [:]

  private(set) var networks: [NetworkPart] = []
  private(set) var data: [DataPart] = []
  private(set) var dropouts: [DropoutPart] = []
  private(set) var trainings = Interner<TrainingPart>()
  private(set) var seeds = Interner<Seed>()
  private var memos: [[Memo]] = []
  private var networkNumbers = Interner<NetworkSpec>()
  private var dropoutNumbers = Interner<[DropoutSpec]>()
  private var dataNumbers = Interner<DataIdentity>()

  /// What a trial is put together from.
  private enum Part: Int, CaseIterable {
    case network, dropout, data, training, seed
  }

  /// What numbers the parts of a sub-grid's cells, in the order of `Part`.
  private static func memos(_ space: GridSpace) -> [Memo] {
    Part.allCases.map { part in
      let settings: [Setting] =
        switch part {
        case .network: Setting.networks
        case .dropout:
          Setting.networks + Setting.general + Setting.siteRates
            + space.subgrid.varying.filter { $0.place != nil }
        case .data: [.dataName, .train, .test, .validation, .standardise]
        case .training: Setting.trainings
        case .seed: Setting.seeds
        }
      return Memo(Set(settings.compactMap { space.dimension(of: $0) }), radices: space.radices)
    }
  }

  /// - Parameter merging: nil for what the grid says.
  init(
    grid: GridFile, cards: [String: DatasetCard], numericsVersion: Int, merging: Merging? = nil
  ) {
    self.grid = grid
    columns = grid.columns
    self.cards = cards
    self.numericsVersion = numericsVersion
    self.merging = merging ?? grid.merging
    spaces = grid.subgrids.enumerated().map { GridSpace($1, number: $0) }
    memos = spaces.map(Self.memos)
  }

  mutating func layOut() throws(GridError) -> Layout {
    numberSeeds()
    var layout = Layout()
    var written = spaces.count > 1 ? WrittenCells(columns) : nil
    for space in spaces {
      layout.beginSubGrid()
      space.forEach { cell in
        if let isNew = written?.insert(cell, space), !isNew {
          layout.repeated += 1
        } else {
          add(cell, space.index(cell.levels), to: &layout)
        }
      }
    }
    if layout.cellCount == 0, issues.isEmpty {
      report(at: grid.exclusionPosition, "exclude", "every cell is excluded; leave out a rule")
    }
    guard issues.isEmpty else { throw GridError(issues: issues) }
    layout.finish { key in flops(key) }
    return layout
  }

  /// Numbers the seeds in the order of the file: the order of the balanced blocks.
  private mutating func numberSeeds() {
    for (number, space) in spaces.enumerated() {
      let dimensions = Set(Setting.seeds.compactMap { space.dimension(of: $0) })
      let path = GridSpace.Path(
        dimensions: dimensions.sorted(), checks: Array(repeating: [], count: dimensions.count))
      space.walk(path, from: space.origin) { cell in
        let slot = memos[number][Part.seed.rawValue].slot(cell.levels)
        memos[number][Part.seed.rawValue][slot] = seeds.index(of: seed(cell))
      }
    }
  }

  private mutating func add(_ cell: CellPlace, _ index: Int, to layout: inout Layout) {
    let network = networkPart(cell)
    let data = dataPart(cell)
    guard network >= 0, data >= 0 else { return }
    let dropout = dropoutPart(cell, network)
    let training = trainingPart(cell)
    guard dropout >= 0, training >= 0 else { return }
    let block = seedNumber(cell)
    var seed = block
    let part = dropouts[Int(dropout)]
    if part.isEmpty, merging.allows(.maskSeed) { seed = maskless(block) }
    let key = TrialKey(
      network: networks[Int(network)].number, dropout: part.number, training: training,
      data: self.data[Int(data)].number, seed: seed)
    // An earlier grid may leave a setting open that is an axis now: its trial has a cell already.
    if cell.subgrid >= grid.ownSubgrids, let draft = layout.draft(of: key),
      Int(draft.cell) < layout.cellCount(ofSubGrids: grid.ownSubgrids), leavesColumnOpen(cell)
    {
      return
    }
    layout.add(index, key: key, network: network, data: data, dropout: dropout, block: block)
  }

  /// Whether neither the file nor a fallback gives a column a value in this cell.
  private func leavesColumnOpen(_ cell: CellPlace) -> Bool {
    columns.contains {
      value($0, cell) == nil && !spaces[cell.subgrid].isIdle($0, cell.levels)
    }
  }

  /// The number of a seed with nothing to mask: its mask's seed is set to the one of the weights.
  private mutating func maskless(_ number: Int32) -> Int32 {
    var seed = seeds.values[Int(number)]
    guard seed.mask != seed.initialisation else { return number }
    seed.mask = seed.initialisation
    return seeds.index(of: seed)
  }

  private func flops(_ draft: Layout.Draft) -> Double {
    let network = networks[Int(draft.network)]
    let data = data[Int(draft.data)]
    let training = Double(data.train) * network.trainingFLOPs
    let part = trainings.values[Int(draft.key.training)]
    let evaluated =
      part.epochs * data.spec.validation
      + part.trainEvaluation.count(epochs: part.epochs) * data.train
      + part.testEvaluation.count(epochs: part.epochs) * data.test * (1 + part.monteCarlo)
    return Double(part.epochs) * training + Double(evaluated) * network.forwardFLOPs
  }

  /// What a draft trains.
  func spec(_ draft: Layout.Draft) -> TrialSpec {
    spec(
      network: draft.network, dropout: dropouts[Int(draft.dropout)].specs, data: draft.data,
      training: draft.key.training, seed: seeds.values[Int(draft.key.seed)])
  }

  func spec(
    network: Int32, dropout: [DropoutSpec], data: Int32, training: Int32, seed: Seed
  ) -> TrialSpec {
    let training = trainings.values[Int(training)]
    return TrialSpec(
      network: networks[Int(network)].spec, dropout: dropout, optimiser: training.optimiser,
      batch: training.batch, epochs: training.epochs, data: self.data[Int(data)].spec, seed: seed,
      labelSmoothing: training.labelSmoothing, monteCarlo: training.monteCarlo,
      trainEvaluation: training.trainEvaluation, testEvaluation: training.testEvaluation)
  }

  /// The first 16 bytes of SHA-256 over the canonical text, the data and the numerics version.
  func id(_ spec: TrialSpec, data: Int32) -> TrialID {
    let fingerprint = self.data[Int(data)].fingerprint
    let text = "\(spec.canonicalText)\ndata=\(fingerprint)\nnumerics=\(numericsVersion)"
    return TrialID(bytes: SHA256.hash(data: Array(text.utf8)))
  }

  mutating func report(at position: GridPosition, _ path: String, _ message: String) {
    issues.append(GridIssue(file: grid.name, position: position, path: path, message: message))
  }
}

// Parts of a cell, by number; `Memo.none` where they make no sense.
extension Planner {
  /// The number of a part, which `make` gives it the first time that it is asked for.
  private mutating func number(
    _ part: Part, _ cell: CellPlace, _ make: (inout Planner) -> Int32?
  ) -> Int32 {
    let slot = memos[cell.subgrid][part.rawValue].slot(cell.levels)
    let known = memos[cell.subgrid][part.rawValue][slot]
    guard known == Memo.unknown else { return known }
    let number = make(&self) ?? Memo.none
    memos[cell.subgrid][part.rawValue][slot] = number
    return number
  }

  private mutating func networkPart(_ cell: CellPlace) -> Int32 {
    number(.network, cell) { planner in
      guard var part = planner.makeNetwork(cell) else { return nil }
      var nameless = part.spec
      nameless.name = ""
      part.number = planner.networkNumbers.index(of: nameless)
      planner.networks.append(part)
      return Int32(planner.networks.count - 1)
    }
  }

  private mutating func dataPart(_ cell: CellPlace) -> Int32 {
    number(.data, cell) { planner in
      guard var part = planner.makeData(cell) else { return nil }
      part.number = planner.dataNumbers.index(of: DataIdentity(part))
      planner.data.append(part)
      return Int32(planner.data.count - 1)
    }
  }

  private mutating func dropoutPart(_ cell: CellPlace, _ network: Int32) -> Int32 {
    number(.dropout, cell) { planner in
      guard var part = planner.makeDropout(cell, planner.networks[Int(network)]) else { return nil }
      part.number = planner.dropoutNumbers.index(of: part.specs)
      planner.dropouts.append(part)
      return Int32(planner.dropouts.count - 1)
    }
  }

  private mutating func trainingPart(_ cell: CellPlace) -> Int32 {
    number(.training, cell) { planner in
      planner.makeTraining(cell).map { planner.trainings.index(of: $0) }
    }
  }

  /// The number of a part of a planned cell.
  private func number(_ part: Part, of cell: CellPlace) -> Int32 {
    let memo = memos[cell.subgrid][part.rawValue]
    return memo[memo.slot(cell.levels)]
  }

  private func seedNumber(_ cell: CellPlace) -> Int32 { number(.seed, of: cell) }

  /// The dropout part of a planned cell.
  func dropout(_ cell: CellPlace) -> DropoutPart { dropouts[dropoutNumber(cell)] }

  /// The number of a planned cell's dropout part.
  func dropoutNumber(_ cell: CellPlace) -> Int { Int(number(.dropout, of: cell)) }

  /// A planned cell's training with its own dropout sites, kinds and seeds: nothing rewritten.
  func specAsWritten(_ cell: CellPlace) -> (spec: TrialSpec, data: Int32) {
    let data = number(.data, of: cell)
    let spec = spec(
      network: number(.network, of: cell), dropout: dropout(cell).written, data: data,
      training: number(.training, of: cell), seed: seeds.values[Int(seedNumber(cell))])
    return (spec, data)
  }
}
