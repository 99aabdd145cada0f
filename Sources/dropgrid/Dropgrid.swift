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

  /// The version and the commit that was built, as far as the build knows it.
  private static let versionText = buildCommit.isEmpty ? version : "\(version) (\(buildCommit))"

  static let configuration = CommandConfiguration(
    commandName: "dropgrid",
    abstract: "Where does dropout go? Runs grids of dropout experiments and answers.",
    discussion: """
      Exit codes: 0 done; 2 bad input; 3 trials failed or diverged; 4 a file cannot be read, \
      written or understood; 5 data missing or damaged; 6 the results file belongs to another \
      grid, data or engine; 7 another process writes to it; 8 a gate shows harm; 9 a gate is \
      inconclusive; 10 the time given with --max-time is spent; 74 standard output cannot be \
      written; 129, 130 or 143 stopped by SIGHUP, SIGINT or SIGTERM. After 10 and the last three \
      every finished trial is recorded and the same command continues. Where the reader of a pipe \
      goes away, a command ends quietly by SIGPIPE (141 in a shell), and `run` goes on.
      """,
    version: versionText,
    subcommands: [
      PlanCommand.self, RunCommand.self, StatusCommand.self, ShowCommand.self, ReportCommand.self,
      CompareCommand.self, ExportCommand.self, MergeCommand.self, VerifyCommand.self,
      AuditCommand.self, UpgradeCommand.self, DescribeCommand.self, SchemaCommand.self,
    ])

  static func main() async {
    StandardStreams.prepare()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      leave(0)
    } catch {
      end(with: error)
    }
  }

  /// Says what went wrong and leaves with its exit code.
  private static func end(with error: any Error) -> Never {
    switch error {
    case let error as UserError: fail(error.message, error.code.rawValue)
    case let error as GridError: fail(error.description, UserError.Code.badInput.rawValue)
    case let error as DatasetError: fail(error.description, UserError.Code.badData.rawValue)
    case let code as ExitCode: leave(code.rawValue)
    default:
      if exitCode(for: error) == .success {
        // Help, the version or completions: what was asked for.
        StandardOutput.line(fullMessage(for: error))
        leave(0)
      }
      complain(fullMessage(for: error), UserError.Code.badInput.rawValue)
    }
  }

  private static func fail(_ message: String, _ code: Int32) -> Never {
    complain("dropgrid: \(message)", code)
  }

  private static func complain(_ text: String, _ code: Int32) -> Never {
    // First what was printed before it.
    StandardOutput.flush()
    StandardError.write(text)
    leave(code)
  }

  /// Leaves with `code`, or with what became of the output where that is lost and nothing else is
  /// wrong.
  private static func leave(_ code: Int32) -> Never {
    let error = StandardOutput.close()
    guard error != 0 else { Foundation.exit(code) }
    if error == EPIPE {
      guard code == 0 else { Foundation.exit(code) }
      StandardStreams.endByHangUp()
    }
    StandardError.write(
      "dropgrid: standard output cannot be written: \(String(cString: strerror(error)))")
    Foundation.exit(code == 0 ? UserError.Code.outputLost.rawValue : code)
  }
}
