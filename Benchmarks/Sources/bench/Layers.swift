import ArgumentParser
import ExperimentModel
import Foundation
import TensorCore

/// Where a training step's time goes: each stage's median time forward and backward, GFLOP per
/// second and percent of the FMA peak where it multiplies, and its share of the step.
struct Layers: ParsableCommand {
  @OptionGroup var instructions: InstructionOptions
  @Option(help: "Images per step.") var batch = 32
  @Option(help: "Steps that are timed.") var steps = 60
  @Option(help: "Workloads; all of them unless given.") var workload: [Workload.Name] = []
  @Flag(help: "Also say how each layer is computed.") var implementations = false

  func run() throws {
    try instructions.select()
    for name in workload.isEmpty ? Workload.Name.allCases : workload {
      let network = try Workload(name, batch: batch)
      let before = fmaPeak()
      let stages = try network.timeStages(steps: steps)
      let peak = (before + fmaPeak()) / 2
      let whole = stages.reduce(0) { $0 + $1.forward + $1.backward }
      print(
        "\(name.rawValue), \(stages.first?.images ?? batch) images together: "
          + String(format: "%.2f ms; FMA peak %.1f GFLOP/s", whole * 1e3, peak))
      print(
        "stage                       "
          + "forward ms  GFLOP/s of FMA  backward ms  GFLOP/s of FMA   share")
      let flops = network.resolved.forwardFLOPsByLabel
      for (index, stage) in stages.enumerated() {
        let forward = (flops[stage.label] ?? 0) * Double(stage.images)
        // The first layer has no gradient of its input.
        let backward = forward * (index == 0 ? 1 : 2)
        print(
          stage.label.padding(toLength: 28, withPad: " ", startingAt: 0)
            + column(stage.forward, forward, peak) + "   " + column(stage.backward, backward, peak)
            + String(format: " %6.1f%%", 100 * (stage.forward + stage.backward) / whole))
      }
      if implementations { print("  " + network.implementations.joined(separator: "\n  ")) }
    }
  }

  private func column(_ seconds: Double, _ flops: Double, _ peak: Double) -> String {
    String(format: "%10.3f ", seconds * 1e3)
      + (flops > 0
        ? speed(flops / seconds, peak: peak) : String(repeating: " ", count: 13) + "-")
  }
}

extension ResolvedNetwork {
  /// Operations of one image's forward pass in each layer that multiplies.
  var forwardFLOPsByLabel: [String: Double] {
    var result: [String: Double] = [:]
    for layer in layers {
      switch layer {
      case .convolution(let shape): result[shape.label] = Self.forwardFLOPs(of: layer)
      case .dense(let name, _, _, _): result[name] = Self.forwardFLOPs(of: layer)
      case .normalisation, .activation, .pool, .globalAverage: break
      }
    }
    return result
  }
}
