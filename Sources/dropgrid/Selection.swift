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
  ///   - results: what the file holds.
  /// - Throws: `UserError` where a name fits no trial, or several.
  init(
    _ only: [String], shard: Shard?, of results: SweepResults, finished: Set<Int>
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
    rows = chosen.filter { shard?.contains($0) ?? true }.sorted()
  }
}

/// Every n-th trial of a plan: the shards of one n are disjoint, together the plan, and each has
/// its part of every block.
struct Shard: ExpressibleByArgument {
  private let number: Int
  private let count: Int

  init?(argument: String) {
    let parts = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let number = parts[0], let count = parts[1], number >= 1,
      number <= count
    else { return nil }
    (self.number, self.count) = (number, count)
  }

  func contains(_ row: Int) -> Bool { row % count == number - 1 }
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
