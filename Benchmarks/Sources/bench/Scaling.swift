import ArgumentParser
import Foundation

/// What a second trial at the same time adds: images per second of one and
/// of two, windows in turn, and the middle one of their ratios.
struct Scaling: ParsableCommand {
  @Option var workload = Workload.Name.vgg28
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Seconds per window.") var seconds = 2.0
  @Option(help: "Pairs of windows.") var windows = 5

  func run() throws {
    guard ProcessInfo.processInfo.activeProcessorCount >= 2 else {
      throw ValidationError("This machine has one core.")
    }
    print("images/s of one trial, of two, and how many times as many")
    var ratios: [Double] = []
    for _ in 0..<windows {
      let one = try rate(trials: 1)
      let two = try rate(trials: 2)
      ratios.append(two / one)
      print(String(format: "%8.0f %8.0f %6.2f", one, two, two / one))
    }
    print(String(format: "scaling = %.2f", ratios.sorted()[ratios.count / 2]))
  }

  /// Images per second of so many trials, together.
  private func rate(trials: Int) throws -> Double {
    let results = Results(count: trials)
    for place in 0..<trials {
      let thread = Thread { [workload, batch, seconds] in
        results.set(place, Result { try Self.rate(workload, batch: batch, seconds: seconds) })
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    return try results.wait().reduce(0) { $0 + (try $1.get()) }
  }

  private static func rate(
    _ name: Workload.Name, batch: Int, seconds: Double
  ) throws -> Double {
    let workload = try Workload(name, batch: batch)
    for step in 0..<3 { try workload.train(step: step) }
    let begin = wallSeconds()
    var steps = 0
    repeat {
      try workload.train(step: steps)
      steps += 1
    } while wallSeconds() - begin < seconds
    return Double(steps * batch) / (wallSeconds() - begin)
  }
}

/// What the threads found.
private final class Results: @unchecked Sendable {
  private let lock = NSCondition()
  private var values: [Result<Double, any Error>?]

  init(count: Int) { values = Array(repeating: nil, count: count) }

  func set(_ place: Int, _ value: Result<Double, any Error>) {
    lock.withLock {
      values[place] = value
      lock.broadcast()
    }
  }

  func wait() -> [Result<Double, any Error>] {
    lock.withLock {
      while values.contains(where: { $0 == nil }) { lock.wait() }
      return values.compactMap { $0 }
    }
  }
}
