import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// The built `dropgrid`, run as a user runs it.
struct Program {
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String
  }

  /// A directory of the test's own, removed with it.
  final class Workplace {
    let url = FileManager.default.temporaryDirectory.appending(
      path: "dropgrid-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))"
    )

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    func newFile(_ name: String) throws -> FileHandle {
      try Data().write(to: url.appending(path: name))
      return try FileHandle(forWritingTo: url.appending(path: name))
    }

    func write(_ text: String, as name: String) throws -> String {
      try Data(text.utf8).write(to: url.appending(path: name))
      return path(name)
    }
  }

  /// The program lies beside the tests that were built with it.
  static var url: URL {
    URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent().appending(path: "dropgrid")
  }

  /// A process under way; its output goes to files, so that nothing waits for a reader.
  final class Running: Sendable {
    let process = Process()
    private let ended: AsyncStream<Void>

    init(
      _ arguments: [String], in workplace: Workplace, output: String = "output",
      errors: String = "errors", environment: [String: String] = [:]
    ) throws {
      process.executableURL = Program.url
      process.arguments = arguments
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.currentDirectoryURL = workplace.url
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try workplace.newFile(output)
      process.standardError = try workplace.newFile(errors)
      let (ended, end) = AsyncStream.makeStream(of: Void.self)
      self.ended = ended
      process.terminationHandler = { _ in end.finish() }
      try process.run()
    }

    /// The exit code, or the number of the signal that ended it; blocks no thread.
    func end() async -> Int32 {
      for await _ in ended {}
      return process.terminationStatus
    }
  }

  static func run(_ arguments: [String], in workplace: Workplace) async throws -> Outcome {
    let code = await (try Running(arguments, in: workplace)).end()
    return Outcome(
      code: code, output: try String(contentsOfFile: workplace.path("output"), encoding: .utf8),
      errors: try String(contentsOfFile: workplace.path("errors"), encoding: .utf8))
  }
}

/// What a results file says that must not depend on how it came about.
struct Recorded: Equatable {
  var ids: [TrialID]
  var status: [TrialStatus]
  var metrics: [Metric: [[UInt32]]]
  var weights: [[[UInt32]]]

  init(_ path: String) throws {
    let reader = try ResultsReader(path: path)
    ids = reader.results.trialIDs
    status = reader.results.status
    metrics = reader.results.metrics.mapValues { $0.map { $0.map(\.bitPattern) } }
    weights = try ids.indices.map { row in
      try reader.weights(row: row).map { $0.values.map(\.bitPattern) }
    }
  }

  var finished: Int { status.count { $0 != .pending } }
}
