import Datasets
import ExperimentModel
import Foundation
import GridPlanner
import TensorCore
import Training

/// A grid, its trials and its data, ready to be shown or run.
struct PlannedSweep {
  let planned: PlannedGrid
  private let cache: DatasetCache
  private let cards: [String: DatasetCard]

  /// Reads and plans the grid file that `source` names, or the plan.
  init(_ source: GridSource) async throws {
    let cache = DatasetCache()
    if let path = source.plan {
      let file = try PlanFile(json: try Self.text(of: path), path: path)
      let grid = try file.gridFile()
      let cards = try await Self.cards(of: grid, in: cache)
      planned = try file.layOut(grid, cards: cards, numericsVersion: Engine.numericsVersion)
      self.cards = cards
    } else {
      let grid = try source.gridFile()
      let cards = try await Self.cards(of: grid, in: cache)
      planned = try grid.layOut(
        cards: cards, numericsVersion: Engine.numericsVersion, merging: source.merging)
      self.cards = cards
    }
    self.cache = cache
  }

  /// Every trial that a recorded grid can mean, merged or not, by its id, and its data.
  static func recorded(
    text: String, name: String
  ) async throws -> (sweep: PlannedSweep, trials: [TrialID: PlannedTrial]) {
    let grid = try GridFile.parse(recorded: text, name: name)
    let cache = DatasetCache()
    let cards = try await cards(of: grid, in: cache)
    let plans = try [nil, false].map { merging in
      try grid.layOut(
        cards: cards, numericsVersion: Engine.numericsVersion, merging: merging)
    }
    let trials = plans.flatMap(\.plan.trials).map { ($0.id, $0) }
    return (
      PlannedSweep(planned: plans[0], cache: cache, cards: cards),
      Dictionary(trials, uniquingKeysWith: { first, _ in first })
    )
  }

  private init(planned: PlannedGrid, cache: DatasetCache, cards: [String: DatasetCard]) {
    self.planned = planned
    self.cache = cache
    self.cards = cards
  }

  private static func cards(
    of grid: GridFile, in cache: DatasetCache
  ) async throws -> [String: DatasetCard] {
    var cards: [String: DatasetCard] = [:]
    for name in grid.dataNames { cards[name] = DatasetCard(try await cache.images(name)) }
    return cards
  }

  static func contents(of path: String) throws(UserError) -> Data {
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      let reason = (error as NSError).localizedDescription
      throw UserError(.badFile, "\(path): the file cannot be read: \(reason)")
    }
  }

  private static func text(of path: String) throws(UserError) -> String {
    String(decoding: try contents(of: path), as: UTF8.self)
  }

  /// The images of one trial; prepared once for all trials that share them.
  func data(of spec: TrialSpec) async throws -> PreparedData {
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
    _ trial: PlannedTrial, keepsWeights: Bool, fused: Bool = true,
    diagnostics: DiagnosticsPlan? = nil
  ) async throws -> Trainer {
    Trainer(
      trial: trial, network: try network(of: trial.spec), data: try await data(of: trial.spec),
      keepsWeights: keepsWeights, fused: fused, diagnostics: diagnostics)
  }

  /// The plan's table, with a forecast for `jobs` trials at a time on this machine.
  ///
  /// - Parameter rows: the trials to list; nil for all.
  func report(jobs: Int, rows: [Int]? = nil) async throws -> PlanReport {
    var speeds: [ProbedSpeed] = []
    for trial in planned.typicalTrials(atMost: 4) {
      let network = try network(of: trial.spec)
      let data = try await data(of: trial.spec)
      let windows = try (0..<5).map { _ in
        try SpeedProbe.flopsPerSecond(trial.spec, network: network, data: data, seconds: 0.08)
      }
      speeds.append(ProbedSpeed(trial: trial.id, windows: windows))
    }
    return PlanReport(planned, machine: planned.profile(speeds, jobs: jobs), rows: rows)
  }
}

/// Where a command's trials come from: a grid file with overrides, or a plan.
struct GridSource {
  var grid: String?
  var overrides: [String] = []
  var plan: String?
  /// false to train both sides of merged cells; nil for what the file says.
  var merging: Bool?

  /// The grid file, read.
  func gridFile() throws -> GridFile {
    guard let grid else { throw UserError(.badInput, "name a grid file") }
    return try GridFile.parse(
      bytes: try PlannedSweep.contents(of: grid), name: grid, overrides: overrides)
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
