import ArgumentParser
import Console
import ExperimentModel
import Foundation
import GridPlanner

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Train both sides of merged cells and compare every number.",
    discussion: """
      A plan trains cells once that are known to be the same training. This takes some of those \
      pairs, trains both sides as they are written, and one of them layer by layer too, and \
      compares every recorded figure and weight to the last bit. It exits with 3 if any differs.
      """)

  @Argument(
    help: "The grid file (YAML); - is standard input.",
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String

  @Argument(help: "Settings and axes instead of the file's, as in dropout.rate=0,0.5.")
  var overrides: [String] = []

  @Option(help: "Pairs to train, spread over the rules.")
  var pairs = 6

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    guard (1...100_000).contains(pairs) else {
      throw ValidationError("--pairs is a whole number from 1.")
    }
  }

  func run() async throws {
    try engine.apply()
    // What a file merges is its own choice; what is audited are all rules.
    let source = try GridSource(grid: grid, overrides: overrides, merging: true)
    let sweep = try await PlannedSweep(source)
    let found = sweep.planned.mergedPairs(atMost: pairs)
    guard !found.isEmpty else {
      let merged = sweep.planned.cellCount - sweep.planned.trialCount
      return StandardOutput.line(
        merged == 0
          ? "No two cells of this grid are merged: there is nothing to compare."
          : "\(merged == 1 ? "1 cell is" : "\(merged) cells are") merged because nothing in the "
            + "training differs (rate 0, other words for the same), so that there are no two "
            + "trainings to compare.")
    }
    var different = 0
    for pair in found {
      let first = try await sweep.trainer(pair.trials.0, weights: .final).run()
      let second = try await sweep.trainer(pair.trials.1, weights: .final).run()
      let unfused = try await sweep.trainer(pair.trials.0, weights: .final, fused: false).run()
      let difference =
        first.difference(from: second)
        ?? first.difference(from: unfused).map { "layer by layer \($0)" }
      if difference != nil { different += 1 }
      StandardOutput.line(
        "cells \(pair.cells.0) and \(pair.cells.1), \(pair.rules): \(difference ?? "identical")")
      StandardOutput.flush()
      if StandardOutput.isLost { return }
    }
    StandardOutput.line(
      found.count == 1 && different == 0
        ? "The pair is identical to the last bit."
        : "\(found.count - different) of \(found.count) pairs are identical to the last bit.")
    if different > 0 { throw ExitCode(UserError.Code.trialsFailed.rawValue) }
  }
}

extension TrialRecord {
  /// What of two records' results differs in any bit; nil for nothing. Times are no results.
  func difference(from other: TrialRecord) -> String? {
    if status != other.status || epochsRun != other.epochsRun {
      return "one is \(status.name) after \(epochsRun) epochs, the other \(other.status.name) "
        + "after \(other.epochsRun)"
    }
    func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
    for metric in Metric.allCases
    where bits(metrics[metric] ?? []) != bits(other.metrics[metric] ?? []) {
      return "different in \(metric.rawValue)"
    }
    return weights.map(bits) == other.weights.map(bits) ? nil : "different in the final weights"
  }
}
