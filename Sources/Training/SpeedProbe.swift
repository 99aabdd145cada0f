public import Datasets
public import ExperimentModel
import TensorCore

/// How fast this machine trains, measured for a forecast; no recorded value depends on it.
public enum SpeedProbe {
  /// Floating-point operations that one core does in a second of training `network`, measured
  /// `windows` times, one after the other.
  ///
  /// Each window has steps for `seconds`, after one step that sets everything up; where that one
  /// alone takes as long as all windows, it is the only measurement.
  ///
  /// - Throws: `TensorError` where the library fails or memory runs out.
  public static func flopsPerSecond(
    _ spec: TrialSpec, network: ResolvedNetwork, data: PreparedData, windows: Int = 5,
    seconds: Double = 0.06
  ) throws -> [Double] {
    let batch = min(spec.batch, data.train.count)
    let model = try Network(
      NetworkDescription(network, dropout: spec.dropout, updates: 1), batch: batch,
      initialisationSeed: 0, maskSeed: 0)
    // A learning rate this small leaves the weights alone, so that nothing can diverge.
    let optimiser = Optimiser.sgd(
      SGD(learningRate: 1e-30, momentum: spec.optimiser.momentum))
    let indices = (0..<batch).map(Int32.init)
    var start = ContinuousClock.now
    var elapsed: Double { start.duration(to: .now) / .seconds(1) }
    var steps = 0
    func train() throws {
      _ = try data.train.withImages { images in
        try model.train(images, indices: indices[...], optimiser: optimiser, step: steps)
      }
      steps += 1
    }
    func measured() -> Double { Double(steps * batch) * network.trainingFLOPs / elapsed }
    try train()
    guard elapsed < Double(windows) * seconds else { return [measured()] }
    return try (0..<windows).map { _ in
      start = .now
      steps = 0
      repeat { try train() } while elapsed < seconds
      return measured()
    }
  }
}
