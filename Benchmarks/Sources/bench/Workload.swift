import ArgumentParser
import ExperimentModel
import TensorCore
import Training

/// A network that the peers train too, on random images in memory.
struct Workload {
  enum Name: String, CaseIterable, ExpressibleByArgument {
    case vgg28
    case kerasVGG = "keras-vgg"
    case vgg28Average = "vgg28-average"
    case vgg28BN = "vgg28-bn"
    case small
  }

  let resolved: ResolvedNetwork
  private let pixels: [Float]
  private let labels: [Int32]
  private let network: Network
  private let batch: Int
  /// The images in order, and the first ones again where a batch is larger than all.
  private let order: [Int32]
  private let optimiser = Optimiser.sgd(SGD(learningRate: 0.01, momentum: 0.9, nesterov: true))

  /// As the peers have it: dropout 0.25 after each pool and 0.5 before the logits.
  init(_ name: Name, batch: Int) throws {
    var spec: NetworkSpec =
      switch name {
      case .vgg28, .vgg28Average, .vgg28BN: .vgg28
      case .kerasVGG: .kerasVGG
      case .small: .small
      }
    for block in spec.blocks.indices {
      if name == .vgg28Average { spec.blocks[block].pool = .average }
      if name == .vgg28BN { spec.blocks[block].normalisation = .batch }
    }
    let (side, channels, images) = name == .kerasVGG ? (100, 3, 256) : (28, 1, 2048)
    let shape = ImageShape(height: side, width: side, channels: channels)
    resolved = try ResolvedNetwork(spec, input: shape, classes: 10)
    let dropout =
      (1...spec.blocks.count).map {
        DropoutSpec(site: .afterPool(block: $0), kind: .elementWise, rate: 0.25)
      } + [DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5)]
    network = try Network(
      NetworkDescription(resolved, dropout: dropout, updates: 1), batch: batch,
      initialisationSeed: 0, maskSeed: 0)
    // Knuth's linear congruential generator: the system's would take longer than a first step.
    var state: UInt64 = 1
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 40
    }
    pixels = (0..<images * shape.count).map { _ in Float(next()) * 0x1p-24 }
    labels = (0..<images).map { _ in Int32(next() % 10) }
    self.batch = batch
    order = (0..<max(images, batch)).map { Int32($0 % images) }
  }

  /// One line per layer: how it is computed.
  var implementations: [String] { network.implementations }

  /// The median times of the stages of so many training steps.
  func timeStages(steps: Int) throws -> [StageTime] {
    try withImages { try network.timeStages($0, indices: order.prefix(batch), steps: steps) }
  }

  private func withImages<Result>(_ body: (Network.Images) throws -> Result) throws -> Result {
    try pixels.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("a workload has images")
        }
        return try body(Network.Images(pixels: pixels, labels: labels))
      }
    }
  }

  /// One training step on batch `step`.
  func train(step: Int) throws {
    let steps = max(1, labels.count / batch)
    let first = step % steps * batch
    _ = try withImages {
      try network.train($0, indices: order[first..<first + batch], optimiser: optimiser, step: step)
    }
  }
}
