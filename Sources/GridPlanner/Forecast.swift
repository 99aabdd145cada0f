public import ExperimentModel

/// What a plan's forecast takes for granted of the machine.
public struct MachineProfile: Sendable, Hashable {
  /// Floating-point operations that one trial gets done in a second, on one core.
  public var flopsPerSecondPerCore: Double
  /// Trials that run at the same time.
  public var jobs: Int
  /// The factor by which the time may be longer or shorter than computed; at least 1.
  public var uncertainty: Double

  public init(flopsPerSecondPerCore: Double, jobs: Int, uncertainty: Double = 1.6) {
    precondition(flopsPerSecondPerCore > 0 && jobs > 0 && uncertainty >= 1)
    self.flopsPerSecondPerCore = flopsPerSecondPerCore
    self.jobs = jobs
    self.uncertainty = uncertainty
  }
}

/// What a plan will cost; it informs, and nothing that is trained depends on it.
public struct Forecast: Sendable, Hashable {
  public var trials: Int
  public var cells: Int
  /// Cells for which another cell's trial stands.
  public var merged: Int
  public var flops: Double
  /// From optimistic to pessimistic.
  public var seconds: ClosedRange<Double>
  /// Bytes of the weights in the results file.
  public var weightBytes: Double
  /// Bytes of the figures in the results file.
  public var metricBytes: Double
  /// Bytes of memory that the largest trial needs, images aside: an estimate.
  public var bytesPerTrial: Double
  /// Bytes of the images, which trials share.
  public var dataBytes: Double

  public init(_ plan: Plan, machine: MachineProfile) {
    trials = plan.trials.count
    cells = plan.cells.count
    merged = plan.cells.count - plan.trials.count
    flops = plan.trials.reduce(0) { $0 + $1.flops }
    let longest = plan.trials.map(\.flops).max() ?? 0
    let seconds = max(flops / Double(machine.jobs), longest) / machine.flopsPerSecondPerCore
    self.seconds = seconds / machine.uncertainty...seconds * machine.uncertainty
    weightBytes =
      plan.weights == .none ? 0 : Self.weightBytes(plan.trials, plan.architectures)
    metricBytes = Double(plan.trials.count) * Double(plan.epochs * plan.metrics.count) * 4
    bytesPerTrial = Self.bytesPerTrial(plan)
    dataBytes = plan.datasets.reduce(0) {
      $0 + Double($1.shape.count) * Double($1.train + $1.test) * 4
    }
  }

  static func weightBytes(_ trials: [PlannedTrial], _ architectures: [Architecture]) -> Double {
    let bytes = architectures.map { Double($0.parameterCount) * 4 }
    return trials.reduce(0) { $0 + bytes[$1.architecture] }
  }

  /// Weights, gradients, velocity and a reordered copy; a batch's layer outputs and gradients.
  private static func bytesPerTrial(_ plan: Plan) -> Double {
    struct Size: Hashable {
      var network: NetworkSpec
      var data: String
      var batch: Int
    }
    let cards = Dictionary(uniqueKeysWithValues: plan.datasets.map { ($0.name, $0) })
    let sizes = Set(
      plan.trials.map {
        Size(network: $0.spec.network, data: $0.spec.data.name, batch: $0.spec.batch)
      })
    return sizes.map { size -> Double in
      guard let card = cards[size.data],
        let network = try? ResolvedNetwork(
          size.network, input: card.shape, classes: card.classes)
      else { return 0 }
      let parameters = network.parameters.reduce(0.0) { $0 + Double($1.count) }
      let outputs = network.layers.reduce(Double(card.shape.count)) { $0 + Double($1.outputCount) }
      return 4 * (4 * parameters + 2 * outputs * Double(size.batch))
    }.max() ?? 0
  }
}

extension Architecture {
  /// Trainable numbers.
  var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}

extension ResolvedNetwork.Layer {
  /// Numbers that the layer hands on for one image.
  fileprivate var outputCount: Int {
    switch self {
    case .convolution(_, _, _, let output, _, _), .pool(_, _, _, _, let output): output.count
    case .dense(_, _, let outputs, _): outputs
    }
  }
}
