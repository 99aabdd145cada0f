import ExperimentModel
import Foundation

/// What `dropgrid plan` shows of a plan, as a table for people and as JSON for programs.
public struct PlanReport: Sendable {
  let plan: PlannedGrid
  let forecast: Forecast
  /// What the time is a forecast for; nil where nothing is known of the machine's speed.
  let machine: MachineProfile?
  /// The trials to list.
  let rows: [Int]
  /// What each comparison can show, in words; empty where that was not worked out.
  let power: [String]
  /// What those words mean.
  let powerLegend: String

  /// - Parameters:
  ///   - plan: what is shown.
  ///   - machine: what the forecast is for; nil leaves the time out of it.
  ///   - rows: the trials to list; nil for all.
  ///   - power: for each comparison what it can show, in words.
  ///   - powerLegend: what those words mean.
  public init(
    _ plan: PlannedGrid, machine: MachineProfile? = nil, rows: [Int]? = nil, power: [String] = [],
    powerLegend: String = ""
  ) {
    self.plan = plan
    self.power = power
    self.powerLegend = powerLegend
    self.rows = rows ?? Array(0..<plan.trialCount)
    self.machine = machine
    forecast = Forecast(
      plan, machine: machine ?? MachineProfile(flopsPerSecondPerCore: 1, jobs: 1))
  }

  var grid: GridFile { plan.grid }

  /// Combinations that `exclude` or `only` leaves out, that `sample` does not choose, or that are
  /// written twice.
  var excluded: Int { max(0, (grid.combinations.integer ?? 0) - plan.cellCount) }

  /// How many cells each rule merged, the most frequent first.
  var merged: [(rule: String, cells: Int)] {
    var counts: [[MergeRule]: Int] = [:]
    var reasons = MergeReasons(plan)
    for cell in 0..<plan.cellCount {
      let rules = reasons.rules(cell)
      if !rules.isEmpty { counts[rules, default: 0] += 1 }
    }
    return counts.map { (rule: $0.key.map(\.text).joined(separator: "; "), cells: $0.value) }
      .sorted { ($1.cells, $0.rule) < ($0.cells, $1.rule) }
  }

  /// The distinct networks with the number of their parameters and one image's training cost.
  var networks: [(name: String, data: DatasetCard, resolved: ResolvedNetwork)] {
    struct Use: Hashable {
      var architecture: Int
      var data: String
    }
    var seen: Set<Use> = []
    var pairs: Set<[Int32]> = []
    let planner = plan.planner
    return plan.layout.order.compactMap { row in
      let draft = plan.layout.drafts[Int(row)]
      guard pairs.insert([draft.network, draft.data]).inserted else { return nil }
      let network = planner.networks[Int(draft.network)]
      let use = Use(
        architecture: network.architecture, data: planner.data[Int(draft.data)].spec.name)
      guard seen.insert(use).inserted, let card = planner.cards[use.data],
        let resolved = try? ResolvedNetwork(
          network.spec, input: card.shape, classes: card.classes)
      else { return nil }
      return (plan.architectures[use.architecture].name, card, resolved)
    }
  }

  /// Data, optimisers, batches and epochs that some trial uses.
  var usedData: Set<DataSpec> {
    Set(Set(plan.layout.drafts.lazy.map(\.data)).map { plan.planner.data[Int($0)].spec })
  }
  var usedTrainings: [TrainingPart] {
    Set(plan.layout.drafts.lazy.map(\.key.training)).map { plan.planner.trainings.values[Int($0)] }
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
      var secondsLow: Double?
      var secondsHigh: Double?
      var weightBytes: Double
      var metricBytes: Double
      var waitingBytes: Double
      var bytesPerTrial: Double
      var dataBytes: Double
      var jobs: Int?
      var flopsPerSecondPerCore: Double?
    }
    struct Contrast: Encodable {
      var factor: String
      var by: [String]
      /// What it can show with its seeds.
      var power: String?
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
    var combinations: Double
    var excluded: Int
    var cells: Int
    var trials: Int
    var merged: [Merged]
    var epochs: Int
    var weights: String
    /// What the file and the report call the rule; nil where trials run to their end.
    var stopping: String?
    /// What the text says of samples and of settings that nothing reads.
    var notes: [String]
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
      title: grid.title, question: grid.question,
      axes: grid.axes.map { .init(path: $0.path, column: $0.column, levels: $0.levels) },
      combinations: grid.combinations.value, excluded: excluded, cells: plan.cellCount,
      trials: plan.trialCount,
      merged: merged.map { .init(rule: $0.rule, cells: $0.cells) },
      epochs: plan.epochs, weights: plan.weights.text, stopping: grid.stopping?.text,
      notes: plan.samplings.map(\.inWords) + grid.unreadNotes,
      metrics: plan.metrics.map(\.rawValue),
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
      comparisons: plan.comparisons.enumerated().map { index, comparison in
        .init(
          factor: comparison.factor, by: comparison.by,
          power: power.indices.contains(index) ? power[index] : nil)
      },
      forecast: .init(
        flops: forecast.flops, secondsLow: machine.map { _ in forecast.seconds.lowerBound },
        secondsHigh: machine.map { _ in forecast.seconds.upperBound },
        weightBytes: forecast.weightBytes,
        metricBytes: forecast.metricBytes, waitingBytes: forecast.waitingBytes,
        bytesPerTrial: forecast.bytesPerTrial, dataBytes: forecast.dataBytes, jobs: machine?.jobs,
        flopsPerSecondPerCore: machine?.flopsPerSecondPerCore),
      trialTable: trialTable)
  }

  private var trialTable: [JSON.Trial] {
    let columns = plan.trialColumns(rows)
    return rows.enumerated().map { index, row in
      let trial = plan.trial(row)
      let settings = columns.map { column -> (String, JSON.Value) in
        switch column.values {
        case .real(let values): (column.name, .real(values[index]))
        case .integer(let values): (column.name, .integer(values[index]))
        case .text(let values): (column.name, .text(values[index]))
        }
      }
      return JSON.Trial(
        id: trial.id.description, architecture: plan.architectures[trial.architecture].name,
        flops: trial.flops, settings: Dictionary(uniqueKeysWithValues: settings))
    }
  }
}
