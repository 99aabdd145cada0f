import ArgumentParser
import Foundation
import TensorCore

/// Training steps of each workload, in images and GFLOP per second and percent of the FMA peak
/// that was measured right beside them.
struct Step: ParsableCommand {
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Seconds per workload.") var seconds = 3.0
  @Option(help: "Workloads; all of them unless given.") var workload: [Workload.Name] = []
  @Option(help: "scalar, avx2 or avx512; the machine's best unless given.") var isa: String?
  @Flag(help: "Also say what oneDNN computes each layer with.") var implementations = false

  func run() throws {
    if let isa {
      guard let set = InstructionSet(rawValue: isa) else {
        throw ValidationError("There is no instruction set \(isa).")
      }
      try Engine.select(set)
    }
    let speed = CoreSpeed()
    print("workload    batch  images/s  GFLOP/s  FMA peak  % of peak")
    for name in workload.isEmpty ? Workload.Name.allCases : workload {
      let network = try Workload(name, batch: batch)
      for step in 0..<3 { try network.train(step: step) }
      let before = speed.measure()
      let begin = wallSeconds()
      var steps = 0
      repeat {
        try network.train(step: steps)
        steps += 1
      } while wallSeconds() - begin < seconds
      let rate = Double(steps * batch) / (wallSeconds() - begin)
      let peak = (before + speed.measure()) / 2
      let flops = rate * network.resolved.trainingFLOPs / 1e9
      let share = peak > 0 ? String(format: "%.0f", 100 * flops / peak) : "-"
      print(
        name.rawValue.padding(toLength: 12, withPad: " ", startingAt: 0)
          + String(format: "%5d %9.0f %8.1f %9.1f %10@", batch, rate, flops, peak, share))
      if implementations { print("  " + network.implementations.joined(separator: "\n  ")) }
    }
  }
}
