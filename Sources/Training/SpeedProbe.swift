public import Datasets
public import ExperimentModel
import TensorCore

/// How fast this machine trains, measured for a forecast; no recorded value depends on it.
public enum SpeedProbe {
  /// Floating-point operations that one core does in a second of training `network`.
  ///
  /// A few warm-up steps on the first images, then steps for `seconds`.
  ///
  /// - Throws: `TensorError` where the library fails or memory runs out.
  public static func flopsPerSecond(
    _ spec: TrialSpec, network: ResolvedNetwork, data: PreparedData, seconds: Double = 0.3
  ) throws -> Double {
    let model = try Network(
      NetworkDescription(network, dropout: spec.dropout), batch: spec.batch,
      initialisationSeed: 0, maskSeed: 0)
    // A learning rate this small leaves the weights alone, so that nothing can diverge.
    let optimiser = SGD(learningRate: 1e-30, momentum: spec.optimiser.momentum)
    let indices = (0..<spec.batch).map { Int32($0 % data.train.count) }
    var step = 0
    func train() throws {
      _ = try data.train.withImages { images in
        try model.train(images, indices: indices, optimiser: optimiser, step: step)
      }
      step += 1
    }
    for _ in 0..<3 { try train() }
    let start = ContinuousClock.now
    let warm = step
    repeat { try train() } while start.duration(to: .now) < .seconds(seconds)
    let elapsed = start.duration(to: .now) / .seconds(1)
    return Double((step - warm) * spec.batch) * network.trainingFLOPs / elapsed
  }
}
