import ArgumentParser
import Foundation
import ResultsStore

/// A whole sweep by the program itself, from the command line's Enter to the last row.
///
/// Trials and GFLOP per second, percent of the FMA peak of the cores in use, and how much of their
/// time trained.
struct Grid: ParsableCommand {
  @Argument(help: "A grid file.") var grid: String
  @Option(help: "The program.") var program: String
  @Option(help: "Trials at a time.") var jobs = 2
  @Option(help: "Rounds.") var rounds = 3

  private struct Plan: Decodable {
    struct Forecast: Decodable { var flops: Double }
    var trials: Int
    var forecast: Forecast
  }

  func run() throws {
    guard jobs > 0, rounds > 0 else { throw ValidationError("Jobs and rounds are 1 or more.") }
    let plan = try JSONDecoder().decode(
      Plan.self, from: try output(["plan", grid, "--json", "--jobs", "\(jobs)"]))
    print("\(plan.trials) trials, \(jobs) at a time")
    print("seconds  trials/s  GFLOP/s  of FMA  training")
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for round in 0..<rounds {
      let file = folder.appending(path: "\(round).h5").path
      let before = fmaPeak()
      let begin = wallSeconds()
      _ = try output(["run", grid, "-o", file, "--jobs", "\(jobs)"])
      let seconds = wallSeconds() - begin
      let peak = Double(jobs) * (before + fmaPeak()) / 2
      let trained = try ResultsReader.read(path: file).durations.reduce(0, +)
      print(
        String(format: "%7.2f %9.2f ", seconds, Double(plan.trials) / seconds)
          + speed(plan.forecast.flops / seconds, peak: peak)
          + String(format: " %8.1f%%", 100 * trained / seconds / Double(jobs)))
    }
  }

  /// What the program prints.
  private func output(_ arguments: [String]) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw ValidationError(
        "\(program) \(arguments.joined(separator: " ")) ended with \(process.terminationStatus).")
    }
    return data
  }
}
