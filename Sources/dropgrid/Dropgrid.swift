import ArgumentParser
import Console
import Datasets
import ExperimentModel
import Foundation
import GridPlanner

/// The command line: parses, wires, and turns every error into one message and an exit code.
@main
struct Dropgrid: AsyncParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "dropgrid",
    abstract: "Where does dropout go? Runs grids of dropout experiments and answers.",
    discussion: """
      Exit codes: 0 done; 2 bad input; 3 trials failed or diverged; 4 a file cannot be read, \
      written or understood; 5 data missing or damaged; 6 the results file belongs to another \
      grid, data or engine; 7 another process writes to it; 8 a gate shows harm; 9 a gate is \
      inconclusive; 10 the time given with --max-time is spent; 129, 130 or 143 stopped by SIGHUP, \
      SIGINT or SIGTERM. After the last four every finished trial is recorded and the same \
      command continues.
      """,
    version: version,
    subcommands: [
      PlanCommand.self, RunCommand.self, StatusCommand.self, ShowCommand.self, ReportCommand.self,
      CompareCommand.self, ExportCommand.self, MergeCommand.self, VerifyCommand.self,
      AuditCommand.self, UpgradeCommand.self, DescribeCommand.self, SchemaCommand.self,
    ])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      end(with: error)
    }
  }

  /// Prints what went wrong and leaves with its exit code.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let error as UserError: fail(error.message, error.code.rawValue)
    case let error as GridError: fail(error.description, UserError.Code.badInput.rawValue)
    case let error as DatasetError: fail(error.description, UserError.Code.badData.rawValue)
    case let code as ExitCode: Foundation.exit(code.rawValue)
    default:
      guard exitCode(for: error) != .success else { exit(withError: error) }
      complain(fullMessage(for: error), UserError.Code.badInput.rawValue)
    }
  }

  private static func fail(_ message: String, _ code: Int32) -> Never {
    complain("dropgrid: \(message)", code)
  }

  private static func complain(_ text: String, _ code: Int32) -> Never {
    StandardError.write(text)
    Foundation.exit(code)
  }
}
