import Datasets
import ExperimentModel
import Foundation
import GridPlanner
import TensorCore
import Training

/// A grid file, its plan and its data, ready to be shown or run.
struct PlannedSweep {
  let grid: GridFile
  let plan: Plan
  private let cache: DatasetCache
  private let cards: [String: DatasetCard]

  /// Reads and plans the grid file at `path`.
  init(path: String) async throws {
    try await self.init(contents: try Self.contents(of: path), name: path)
  }

  /// Plans a grid that is there as bytes; `name` stands in messages.
  init(contents: Data, name: String) async throws {
    grid = try GridFile.parse(bytes: contents, name: name)
    let cache = DatasetCache()
    var cards: [String: DatasetCard] = [:]
    for name in grid.dataNames { cards[name] = DatasetCard(try await cache.images(name)) }
    plan = try grid.plan(cards: cards, numericsVersion: Engine.numericsVersion)
    self.cache = cache
    self.cards = cards
  }

  private static func contents(of path: String) throws(UserError) -> Data {
    do {
      return try Data(contentsOf: URL(filePath: path))
    } catch {
      let reason = (error as NSError).localizedDescription
      throw UserError(.badFile, "\(path): the grid file cannot be read: \(reason)")
    }
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

  /// The plan's table, with a forecast for `jobs` trials at a time on this machine.
  func report(jobs: Int) async throws -> PlanReport {
    let longest = plan.trials.max { $0.flops < $1.flops }
    guard let spec = longest?.spec else { preconditionFailure("a plan has a trial") }
    let speed = try SpeedProbe.flopsPerSecond(
      spec, network: try network(of: spec), data: try await data(of: spec))
    return PlanReport(
      grid: grid, plan: plan, machine: MachineProfile(flopsPerSecondPerCore: speed, jobs: jobs))
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
