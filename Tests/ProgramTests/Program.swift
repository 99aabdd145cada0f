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
      path: "dropgrid-\(ProcessInfo.processInfo.processIdentifier)-\(UInt64.random(in: 0 ... .max))")

    init() throws {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

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

  static func start(
    _ arguments: [String], in workplace: Workplace, environment: [String: String] = [:]
  ) throws -> (process: Process, output: Pipe, errors: Pipe) {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.currentDirectoryURL = workplace.url
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let output = Pipe(), errors = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return (process, output, errors)
  }

  static func run(
    _ arguments: [String], in workplace: Workplace, environment: [String: String] = [:]
  ) throws -> Outcome {
    let (process, output, errors) = try start(
      arguments, in: workplace, environment: environment)
    // Errors are few lines: they fit into the pipe while the output is read.
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaints = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Outcome(code: process.terminationStatus, output: text, errors: complaints)
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
