import Analysis
import Datasets
import ExperimentModel
import Foundation
import GridPlanner
import ResultsStore
import Scheduling
import TensorCore
import Training

/// A grid, its trials and its data, ready to be shown or run.
struct PlannedSweep {
  let planned: PlannedGrid
  private let cache: DatasetCache
  private let cards: [String: DatasetCard]

  /// Reads and plans the grid file that `source` names, or the plan.
  ///
  /// - Parameter sweep: a results file whose grids it is to extend.
  init(_ source: GridSource, extending sweep: ResultsReader? = nil) async throws {
    let cache = DatasetCache(memory: { AvailableMemory.bytes() })
    let earlier = try sweep.map { try Self.recordedGrids(of: $0) } ?? []
    let numericsVersion = Engine.numericsVersion
    let (grid, merging): (GridFile, Bool?)
    if let path = source.plan {
      let file = try PlanFile(json: try Self.text(of: path), path: path)
      (grid, merging) = (try file.gridFile(), file.merging)
      cards = try await Self.cards(of: [grid] + earlier, in: cache)
      let planned = try file.layOut(grid, cards: cards, numericsVersion: numericsVersion)
      if earlier.isEmpty {
        self.planned = planned
        self.cache = cache
        return
      }
    } else {
      (grid, merging) = (try source.gridFile(), source.merging)
      cards = try await Self.cards(of: [grid] + earlier, in: cache)
    }
    planned =
      earlier.isEmpty
      ? try grid.layOut(cards: cards, numericsVersion: numericsVersion, merging: merging)
      : try grid.layOut(
        extending: earlier, cards: cards, numericsVersion: numericsVersion, merging: merging)
    self.cache = cache
  }

  /// The grids that a results file was made with, the first one first.
  private static func recordedGrids(of reader: ResultsReader) throws -> [GridFile] {
    try (reader.results.extensions.map(\.earlierGrid) + [reader.gridText]).map {
      try GridFile.parse(recorded: $0, name: "\(reader.path) (its grid)")
    }
  }

  /// Every trial that the recorded grids can mean, merged or not, by its id, and its data.
  static func recorded(
    _ reader: ResultsReader
  ) async throws -> (sweep: PlannedSweep, trials: [TrialID: PlannedTrial]) {
    let cache = DatasetCache(memory: { AvailableMemory.bytes() })
    let grids = try recordedGrids(of: reader)
    let cards = try await cards(of: grids, in: cache)
    let plans = try grids.flatMap { grid in
      try [nil, false].map { merging in
        try grid.layOut(
          cards: cards, numericsVersion: Engine.numericsVersion, merging: merging)
      }
    }
    let trials = plans.flatMap(\.plan.trials).map { ($0.id, $0) }
    return (
      PlannedSweep(planned: plans[0], cache: cache, cards: cards),
      Dictionary(trials, uniquingKeysWith: { first, _ in first })
    )
  }

  /// The plan that a results file was made with.
  static func recordedSweep(of reader: ResultsReader, merging: Bool?) async throws -> PlannedSweep {
    let cache = DatasetCache(memory: { AvailableMemory.bytes() })
    var grids = try recordedGrids(of: reader)
    let cards = try await cards(of: grids, in: cache)
    let last = grids.removeLast()
    let planned =
      grids.isEmpty
      ? try last.layOut(cards: cards, numericsVersion: Engine.numericsVersion, merging: merging)
      : try last.layOut(
        extending: grids, cards: cards, numericsVersion: Engine.numericsVersion, merging: merging)
    return PlannedSweep(planned: planned, cache: cache, cards: cards)
  }

  private init(planned: PlannedGrid, cache: DatasetCache, cards: [String: DatasetCard]) {
    self.planned = planned
    self.cache = cache
    self.cards = cards
  }

  private static func cards(
    of grids: [GridFile], in cache: DatasetCache
  ) async throws -> [String: DatasetCard] {
    var cards: [String: DatasetCard] = [:]
    for name in Set(grids.flatMap(\.dataNames)).sorted() {
      cards[name] = DatasetCard(try await cache.images(name))
    }
    return cards
  }

  /// All that is in a file, or comes out of a pipe; `-` is standard input.
  static func contents(of path: String) throws(UserError) -> Data {
    func failure(_ code: Int32) -> UserError {
      let reason =
        switch code {
        case ENOENT: "there is no such file; check the name"
        case EISDIR: "is a directory; name a file"
        default: "cannot be read (\(String(cString: strerror(code)))); check the name and the disk"
        }
      return UserError(.badFile, "\(inputName(path)): \(reason)")
    }
    let file = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw failure(errno) }
    defer { if path != "-" { close(file) } }
    var data = Data()
    var part = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(file, &part, part.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(errno) }
      if count == 0 { return data }
      data.append(contentsOf: part[..<count])
      // A device may never end.
      guard data.count <= mostInput else {
        throw UserError(
          .badFile,
          "\(inputName(path)): has more than \(mostInput >> 20) MiB, as no grid file or plan has")
      }
    }
  }

  private static let mostInput = 16 << 20

  /// What messages call a file that is read.
  static func inputName(_ path: String) -> String { path == "-" ? "standard input" : path }

  private static func text(of path: String) throws(UserError) -> String {
    String(decoding: try contents(of: path), as: UTF8.self)
  }

  /// Makes sure that there is memory for the images of some trials as numbers, before any is taken.
  ///
  /// - Throws: `UserError(.badInput)` where there is not.
  func checkMemory(_ specs: some Sequence<DataSpec>) throws(UserError) {
    var needed = 0.0
    for spec in Set(specs) {
      guard let card = cards[spec.name] else { continue }
      let images = (spec.train ?? card.train) + (spec.test ?? card.test)
      needed += Double(images) * Double(4 * card.shape.count + 32)
    }
    let free = AvailableMemory.bytes()
    guard needed > Double(free) else { return }
    throw UserError(
      .badInput,
      "the images take \(Int(needed) >> 20) MiB of memory as numbers, and \(free >> 20) MiB are "
        + "free; ask for fewer with `data.train` and `data.test`, or raise the limit")
  }

  /// The images of one trial; prepared once for all trials that share them.
  func data(of spec: TrialSpec) async throws -> PreparedData {
    try checkMemory([spec.data])
    let standardisation: SplitOptions.Standardisation =
      switch spec.data.standardisation {
      case .none: .none
      case .global: .global
      case .perChannel: .perChannel
      }
    return try await cache.prepared(
      spec.data.name,
      SplitOptions(
        train: spec.data.train, test: spec.data.test, validation: spec.data.validation,
        standardisation: standardisation))
  }

  /// The network of one trial, fitted to its data.
  func network(of spec: TrialSpec) throws -> ResolvedNetwork {
    guard let card = cards[spec.data.name] else {
      preconditionFailure("the plan uses data that the grid does not name")
    }
    return try ResolvedNetwork(spec.network, input: card.shape, classes: card.classes)
  }

  /// What trains one trial.
  ///
  /// - Parameter diagnostics: what to record of the inside of its network.
  func trainer(
    _ trial: PlannedTrial, weights: WeightsPolicy, stopping: StoppingRule? = nil,
    fused: Bool = true, diagnostics: DiagnosticsPlan? = nil
  ) async throws -> Trainer {
    Trainer(
      trial: trial, network: try network(of: trial.spec), data: try await data(of: trial.spec),
      weights: weights, stopping: stopping, fused: fused, diagnostics: diagnostics)
  }

  /// What a grid with a budget in time comes to on this machine: `source` with a count of arms.
  ///
  /// - Returns: nil where the grid has no such budget.
  static func decided(_ source: GridSource, jobs: Int) async throws -> (GridSource, arms: Int)? {
    let grid = try source.gridFile()
    guard grid.timeBudget != nil else { return nil }
    let cache = DatasetCache(memory: { AvailableMemory.bytes() })
    let cards = try await cards(of: [grid], in: cache)
    let planned = try grid.choosing(arms: 64).layOut(
      cards: cards, numericsVersion: Engine.numericsVersion, merging: source.merging)
    let sweep = PlannedSweep(planned: planned, cache: cache, cards: cards)
    let arms = try grid.armsWithinBudget(
      cards: cards, numericsVersion: Engine.numericsVersion, merging: source.merging,
      machine: try await sweep.profile(jobs: jobs))
    var decided = source
    decided.overrides.append("sample.count=\(arms)")
    return (decided, arms)
  }

  /// The plan's table, with a forecast for `jobs` trials at a time on this machine.
  ///
  /// - Parameter rows: the trials to list; nil for all.
  func report(jobs: Int, rows: [Int]? = nil) async throws -> PlanReport {
    report(machine: try await profile(jobs: jobs), rows: rows)
  }

  /// The same without a forecast of the time, or with one for `machine`.
  func report(machine: MachineProfile? = nil, rows: [Int]? = nil) -> PlanReport {
    // What compares a column that is not there, the grid's reader has refused.
    let power =
      planned.cellCount <= PlannedPower.mostCells
      ? (try? PlannedPower.all(in: planned.plan)) ?? [] : []
    return PlanReport(
      planned, machine: machine, rows: rows, power: power.map(\.text),
      powerLegend: power.contains { $0.detectable != nil } ? PlannedPower.legend : "")
  }

  /// What a moment's training says of this machine.
  private func profile(jobs: Int) async throws -> MachineProfile {
    var speeds: [ProbedSpeed] = []
    for trial in planned.typicalTrials(atMost: 4) {
      let network = try network(of: trial.spec)
      let data = try await data(of: trial.spec)
      let windows = try SpeedProbe.flopsPerSecond(trial.spec, network: network, data: data)
      speeds.append(ProbedSpeed(trial: trial.id, windows: windows))
    }
    return planned.profile(speeds, jobs: jobs)
  }
}

/// Where a command's trials come from: a grid file with overrides, or a plan.
struct GridSource {
  /// The grid file's name, and what is in it: read once, because a pipe can be.
  let grid: (name: String, contents: Data)?
  var overrides: [String]
  let plan: String?
  /// false to train both sides of merged cells; nil for what the file says.
  let merging: Bool?

  init(
    grid: String?, overrides: [String] = [], plan: String? = nil, merging: Bool? = nil
  ) throws(UserError) {
    if let grid {
      self.grid = (PlannedSweep.inputName(grid), try PlannedSweep.contents(of: grid))
    } else {
      self.grid = nil
    }
    self.overrides = overrides
    self.plan = plan
    self.merging = merging
  }

  /// The grid file, understood.
  func gridFile() throws -> GridFile {
    guard let grid else { throw UserError(.badInput, "name a grid file") }
    return try GridFile.parse(bytes: grid.contents, name: grid.name, overrides: overrides)
  }
}

extension DatasetCard {
  init(_ images: ImageSet) {
    self.init(
      name: images.name,
      shape: ImageShape(height: images.height, width: images.width, channels: images.channels),
      classes: images.classes, train: images.trainCount, test: images.testCount,
      fingerprint: images.fingerprint)
  }
}
