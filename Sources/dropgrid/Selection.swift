import Analysis
import ArgumentParser
import ExperimentModel
import GridPlanner
import Scheduling

/// Which trials a run is to train.
struct Selection {
  /// In the order of training.
  let rows: [Int]

  /// - Parameters:
  ///   - only: what the user names; empty for everything that is pending.
  ///   - shard: the rows that are this run's to train; nil for all.
  ///   - results: what the file holds.
  /// - Throws: `UserError` where a name fits no trial, or several.
  init(
    _ only: [String], within shard: [Int]?, of results: SweepResults, finished: Set<Int>
  ) throws(UserError) {
    var chosen: Set<Int> = []
    for name in only {
      switch name {
      case "failed":
        chosen.formUnion(
          results.status.indices.filter { [.failed, .timedOut].contains(results.status[$0]) })
      case "diverged":
        chosen.formUnion(results.status.indices.filter { results.status[$0] == .diverged })
      default: chosen.insert(try results.row(named: name))
      }
    }
    if only.isEmpty { chosen = Set(results.status.indices).subtracting(finished) }
    rows = (shard.map { chosen.intersection($0) } ?? chosen).sorted()
  }
}

/// A number that is not negative.
struct Count: ExpressibleByArgument {
  let value: Int
  var defaultValueDescription: String { "\(value)" }

  init(value: Int) { self.value = value }

  init?(argument: String) {
    guard let value = Int(argument), (0...1_000_000).contains(value) else { return nil }
    self.value = value
  }
}

/// A time: `90`, `90s`, `10m`, `2h`.
struct Time: ExpressibleByArgument {
  let seconds: Double
  var defaultValueDescription: String { "\(Int(seconds))s" }

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[$0] }
    guard let value = Double(unit == nil ? argument[...] : argument.dropLast()), value >= 0,
      value * (unit ?? 1) <= 1e9
    else { return nil }
    seconds = value * (unit ?? 1)
  }
}
