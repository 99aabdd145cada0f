import ArgumentParser
import Foundation

/// Training steps of each workload, in images and GFLOP per second and percent of the FMA peak
/// that was measured right beside them.
struct Step: ParsableCommand {
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Seconds per workload.") var seconds = 3.0

  func run() throws {
    let speed = CoreSpeed()
    print("workload    batch  images/s  GFLOP/s  FMA peak  % of peak")
    for name in Workload.Name.allCases {
      let workload = try Workload(name, batch: batch)
      for step in 0..<3 { try workload.train(step: step) }
      let before = speed.measure()
      let begin = wallSeconds()
      var steps = 0
      repeat {
        try workload.train(step: steps)
        steps += 1
      } while wallSeconds() - begin < seconds
      let rate = Double(steps * batch) / (wallSeconds() - begin)
      let peak = (before + speed.measure()) / 2
      let flops = rate * workload.resolved.trainingFLOPs / 1e9
      let share = peak > 0 ? String(format: "%.0f", 100 * flops / peak) : "-"
      print(
        name.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
          + String(format: "%5d %9.0f %8.1f %9.1f %10@", batch, rate, flops, peak, share))
    }
  }
}
