import ArgumentParser
import Scheduling

struct PlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Show what a grid file would train, and what that costs.")

  @Argument(help: "The grid file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var grid: String

  @Option(name: .shortAndLong, help: "Trials at a time; one per core unless given.")
  var jobs: Jobs = Jobs(count: AvailableCores.count())

  @Option(help: "Trials to list.")
  var rows = 10

  @Flag(help: "Print everything as JSON.")
  var json = false

  func run() async throws {
    let report = try await PlannedSweep(path: grid).report(jobs: jobs.count)
    print(json ? try report.json() : report.text(rows: max(0, rows)))
  }
}

/// A number of trials at a time: at least 1.
struct Jobs: ExpressibleByArgument {
  var count: Int

  init(count: Int) { self.count = count }

  init?(argument: String) {
    guard let count = Int(argument), (1...1024).contains(count) else { return nil }
    self.count = count
  }

  var defaultValueDescription: String { "\(count)" }
}
