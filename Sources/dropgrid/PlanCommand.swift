import ArgumentParser
import Console
import ExperimentModel
import Export
import Foundation
import GridPlanner
import ResultsStore
import Scheduling

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a grid file would train, and what that costs.",
    discussion: """
      Overrides replace settings and axes of the file: dropout.rate=0,0.25 seed=1..10
      """)

  @Argument(
    help: "The grid file (YAML); - is standard input.",
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String

  @Argument(help: "Settings and axes instead of the file's, as in dropout.rate=0,0.5.")
  var overrides: [String] = []

  @Option(
    name: .shortAndLong, help: "Trials at a time; one per core unless given.",
    transform: Jobs.init(argument:))
  var jobs = Jobs(count: AvailableCores.count())

  @Option(help: "Trials to list.")
  var rows = 10

  @Option(name: .customLong("where"), help: "List the trials for which this holds: 'seed == 1'.")
  var condition: String?

  @Flag(help: "Print everything as JSON.")
  var json = false

  @Flag(help: "Print the trials as comma-separated values.")
  var csv = false

  @Flag(help: "Print the number of cells, without making them.")
  var count = false

  @Flag(help: "Print which cells are one trial, and by which rule.")
  var explain = false

  @Flag(help: "Merge no cells, even if their trainings are known to be the same.")
  var noMerge = false

  @Option(
    help: "Say what of the plan is in this results file.", completion: .file(extensions: ["h5"]))
  var against: String?

  @Option(name: .shortAndLong, help: "Write the plan to this file, for `run --plan`.")
  var output: String?

  @Flag(help: "Replace the file of -o, also where it is no earlier plan.")
  var force = false

  func validate() throws {
    let chosen = [json, csv, count, explain, against != nil].count { $0 }
    guard chosen <= 1 else {
      throw ValidationError("Choose one of --json, --csv, --count, --explain and --against.")
    }
    // `-o` is the results file of `run`.
    if let output, [".h5", ".hdf5"].contains(where: output.hasSuffix) {
      throw ValidationError(
        "-o is where the plan goes, in JSON, and \(output) names a results file.")
    }
  }

  func run() async throws {
    let merging = noMerge ? false : nil
    let file = output.map {
      OutputFile(
        $0, kind: .plan, inputs: [grid] + (against.map { [$0] } ?? []), replacing: force)
    }
    try file?.check()
    var source = try GridSource(grid: grid, overrides: overrides, merging: merging)
    if count { return StandardOutput.line("cells: \(try source.gridFile().count())") }
    if let (decided, arms) = try await PlannedSweep.decided(source, jobs: jobs.count) {
      source = decided
      let kept = output.map { "\($0) keeps them" } ?? "-o PLAN keeps them"
      Self.note(
        "sample: \(arms == 1 ? "1 arm fits" : "\(arms) arms fit") into the budget on this machine; "
          + kept)
    }
    let sweep = try await PlannedSweep(source)
    let rows = try condition.map { try sweep.planned.trials(where: $0) }
    if let output = file {
      let text = String(decoding: source.grid?.contents ?? Data(), as: UTF8.self)
      let plan = PlanFile(sweep.planned, text: text, overrides: source.overrides, merging: merging)
      try output.write(try plan.json(), isJSON: true)
      if output.isStandardOutput { return }
    }
    if let against {
      let reader = try ResultsReader(path: against)
      StandardOutput.write(sweep.planned.progress(in: reader.results).text(path: against))
      let continuation = try await sweep.continuation(
        of: sweep.planned.plan, in: reader, merging: merging)
      if case .other(let reason) = continuation {
        StandardOutput.line(
          "`run` does not continue \(against) with this grid: \(reason)"
            + sweep.planned.differences(from: against))
      }
      return
    }
    if csv || explain {
      // Neither shows a forecast, so nothing is measured.
      let report = PlanReport(sweep.planned, rows: rows)
      return StandardOutput.write(csv ? report.csv() : report.explanation())
    }
    let report = try await sweep.report(jobs: jobs.count, rows: rows)
    if json { return StandardOutput.json(try report.json() + "\n") }
    StandardOutput.line(report.text(rows: max(0, self.rows)))
  }

  /// Says something beside the output.
  private static func note(_ text: String) {
    StandardError.write("dropgrid: \(text)")
  }
}
