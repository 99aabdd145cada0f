import ArgumentParser
import Foundation

/// Training steps of each workload: images and GFLOP per second (counted as direct convolution) and
/// percent of the FMA peak that was measured right beside them.
struct Step: ParsableCommand {
  @OptionGroup var instructions: InstructionOptions
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Seconds per workload.") var seconds = 3.0
  @Option(help: "Workloads; all of them unless given.") var workload: [Workload.Name] = []

  func run() throws {
    try instructions.select()
    print("workload    batch  images/s  GFLOP/s  of FMA   FMA peak")
    for name in workload.isEmpty ? Workload.Name.allCases : workload {
      let network = try Workload(name, batch: batch)
      for step in 0..<3 { try network.train(step: step) }
      let before = fmaPeak()
      let begin = wallSeconds()
      var steps = 0
      repeat {
        try network.train(step: steps)
        steps += 1
      } while wallSeconds() - begin < seconds
      let rate = Double(steps * batch) / (wallSeconds() - begin)
      let peak = (before + fmaPeak()) / 2
      print(
        name.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
          + String(format: "%5d %9.0f ", batch, rate)
          + speed(rate * network.resolved.trainingFLOPs, peak: peak)
          + String(format: " %10.1f", peak))
    }
  }
}
