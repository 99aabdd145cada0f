public import ExperimentModel
import Foundation

/// What `dropgrid plan` shows of a plan, as a table for people and as JSON for programs.
public struct PlanReport: Sendable {
  let grid: GridFile
  let plan: Plan
  let forecast: Forecast
  let machine: MachineProfile

  /// - Parameters:
  ///   - grid: the file that `plan` was made of.
  ///   - machine: what the forecast is for.
  public init(grid: GridFile, plan: Plan, machine: MachineProfile) {
    self.grid = grid
    self.plan = plan
    self.machine = machine
    forecast = Forecast(plan, machine: machine)
  }

  /// Combinations that an `exclude` rule leaves out.
  var excluded: Int { grid.combinations - plan.cells.count }

  /// How many cells each rule merged, the most frequent first.
  var merged: [(rule: String, cells: Int)] {
    let counts = Dictionary(
      plan.cells.lazy.map(\.rule).filter { !$0.isEmpty }.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.map { (rule: $0.key, cells: $0.value) }
      .sorted { ($1.cells, $0.rule) < ($0.cells, $1.rule) }
  }

  /// The distinct networks with the number of their parameters and one image's training cost.
  var networks: [(name: String, data: DatasetCard, resolved: ResolvedNetwork)] {
    struct Use: Hashable {
      var architecture: Int
      var data: String
    }
    let cards = Dictionary(
      plan.datasets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    var seen: Set<Use> = []
    return plan.trials.compactMap { trial in
      let use = Use(architecture: trial.architecture, data: trial.spec.data.name)
      guard seen.insert(use).inserted, let card = cards[use.data],
        let resolved = try? ResolvedNetwork(
          trial.spec.network, input: card.shape, classes: card.classes)
      else { return nil }
      return (plan.architectures[trial.architecture].name, card, resolved)
    }
  }
}

extension PlanReport {
  private struct JSON: Encodable {
    struct Axis: Encodable {
      var path: String
      var column: String
      var levels: [String]
    }
    struct Merged: Encodable {
      var rule: String
      var cells: Int
    }
    struct Network: Encodable {
      var name: String
      var data: String
      var parameters: Int
      var forwardFLOPs: Double
      var trainingFLOPs: Double
    }
    struct Dataset: Encodable {
      var name: String
      var height: Int
      var width: Int
      var channels: Int
      var classes: Int
      var train: Int
      var test: Int
      var fingerprint: String
    }
    struct Cost: Encodable {
      var flops: Double
      var secondsLow: Double
      var secondsHigh: Double
      var weightBytes: Double
      var metricBytes: Double
      var bytesPerTrial: Double
      var dataBytes: Double
      var jobs: Int
      var flopsPerSecondPerCore: Double
    }
    struct Contrast: Encodable {
      var factor: String
      var by: [String]
    }
    struct Trial: Encodable {
      var id: String
      var architecture: String
      var flops: Double
      var settings: [String: Value]
    }
    enum Value: Encodable {
      case real(Double)
      case integer(Int64)
      case text(String)

      func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .real(let value):
          if value.isNaN { try container.encodeNil() } else { try container.encode(value) }
        case .integer(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        }
      }
    }

    var title: String
    var question: String
    var axes: [Axis]
    var combinations: Int
    var excluded: Int
    var cells: Int
    var trials: Int
    var merged: [Merged]
    var epochs: Int
    var weights: String
    var metrics: [String]
    var networks: [Network]
    var datasets: [Dataset]
    var comparisons: [Contrast]
    var forecast: Cost
    var trialTable: [Trial]
  }

  /// The plan as a JSON object with sorted keys: everything the text shows, and every trial.
  ///
  /// - Throws: only what the encoder throws on numbers that JSON cannot hold; plans have none.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(summary), as: UTF8.self)
  }

  private var summary: JSON {
    JSON(
      title: plan.title, question: plan.question,
      axes: grid.axes.map { .init(path: $0.path, column: $0.column, levels: $0.levels) },
      combinations: grid.combinations, excluded: excluded, cells: plan.cells.count,
      trials: plan.trials.count,
      merged: merged.map { .init(rule: $0.rule, cells: $0.cells) },
      epochs: plan.epochs, weights: plan.weights.rawValue, metrics: plan.metrics.map(\.rawValue),
      networks: networks.map {
        .init(
          name: $0.name, data: $0.data.name,
          parameters: $0.resolved.parameters.reduce(0) { $0 + $1.count },
          forwardFLOPs: $0.resolved.forwardFLOPs, trainingFLOPs: $0.resolved.trainingFLOPs)
      },
      datasets: plan.datasets.map {
        .init(
          name: $0.name, height: $0.shape.height, width: $0.shape.width,
          channels: $0.shape.channels, classes: $0.classes, train: $0.train, test: $0.test,
          fingerprint: $0.fingerprint)
      },
      comparisons: plan.comparisons.map { .init(factor: $0.factor, by: $0.by) },
      forecast: .init(
        flops: forecast.flops, secondsLow: forecast.seconds.lowerBound,
        secondsHigh: forecast.seconds.upperBound, weightBytes: forecast.weightBytes,
        metricBytes: forecast.metricBytes, bytesPerTrial: forecast.bytesPerTrial,
        dataBytes: forecast.dataBytes, jobs: machine.jobs,
        flopsPerSecondPerCore: machine.flopsPerSecondPerCore),
      trialTable: plan.trials.indices.map(trial))
  }

  private func trial(_ row: Int) -> JSON.Trial {
    let trial = plan.trials[row]
    let settings = plan.trialColumns.map { column -> (String, JSON.Value) in
      switch column.values {
      case .real(let values): (column.name, .real(values[row]))
      case .integer(let values): (column.name, .integer(values[row]))
      case .text(let values): (column.name, .text(values[row]))
      }
    }
    return JSON.Trial(
      id: trial.id.description, architecture: plan.architectures[trial.architecture].name,
      flops: trial.flops, settings: Dictionary(uniqueKeysWithValues: settings))
  }
}
