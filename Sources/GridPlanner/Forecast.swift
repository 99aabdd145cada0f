import ExperimentModel

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
  public var flops: Double
  /// From optimistic to pessimistic.
  public var seconds: ClosedRange<Double>
  /// Bytes of the weights in the results file.
  public var weightBytes: Double
  /// Bytes of the figures in the results file.
  public var metricBytes: Double
  /// Bytes of the checkpoints beside the results file while trials wait at a rung for the stopping
  /// rule to compare their arms, at the most: an estimate.
  public var waitingBytes: Double
  /// Bytes of memory that the largest trial needs, images aside: an estimate.
  public var bytesPerTrial: Double
  /// Bytes of the images, which trials share.
  public var dataBytes: Double

  public init(_ grid: PlannedGrid, machine: MachineProfile) {
    flops = grid.layout.flops.reduce(0, +)
    let seconds = grid.layout.longestLoad(jobs: machine.jobs) / machine.flopsPerSecondPerCore
    self.seconds = seconds / machine.uncertainty...seconds * machine.uncertainty
    weightBytes = grid.weightBytes(grid.weights)
    let diagnostics = grid.diagnostics.map { plan in
      plan.figures.reduce(0) { $0 + plan.length(of: $1) }
    }
    metricBytes =
      Double(grid.trialCount) * Double(grid.epochs * (grid.metrics.count + (diagnostics ?? 0))) * 4
    waitingBytes = grid.stopping.map { grid.waitingBytes($0) } ?? 0
    bytesPerTrial = Self.bytesPerTrial(grid)
    dataBytes = grid.datasets.reduce(0) {
      $0 + Double($1.shape.count) * Double($1.train + $1.test) * 4
    }
  }

  /// The most that a trial of the grid needs.
  private static func bytesPerTrial(_ grid: PlannedGrid) -> Double {
    struct Size: Hashable {
      var network: Int32
      var data: Int32
      var training: Int32
      /// What of dropout matters.
      var isTied: Bool
    }
    let planner = grid.planner
    let tied = planner.dropouts.map { $0.specs.contains(where: \.tiesImages) }
    var sizes: [Size: Layout.Draft] = [:]
    for draft in grid.layout.drafts {
      let size = Size(
        network: draft.network, data: draft.data, training: draft.key.training,
        isTied: tied[Int(draft.dropout)])
      sizes[size] = draft
    }
    return sizes.map { size, draft -> Double in
      let data = planner.data[Int(size.data)]
      guard let card = planner.cards[data.spec.name],
        let network = try? ResolvedNetwork(
          planner.networks[Int(size.network)].spec, input: card.shape, classes: card.classes)
      else { return 0 }
      let bytes = network.trainingBytes(
        planner.spec(draft), trainingImages: data.train, weights: grid.weights)
      return Double(bytes + (grid.diagnostics == nil ? 0 : network.diagnosticBytes))
    }.max() ?? 0
  }
}

extension PlannedGrid {
  /// The most bytes of trials that wait at the same rung: weights, the optimiser's moments and what
  /// is kept of earlier epochs, of as many arms as the rule leaves.
  fileprivate func waitingBytes(_ rule: StoppingRule) -> Double {
    let left = rule.kind == .successiveHalving ? 1 / Double(rule.reduction) : 0.5
    var rungs: [Double] = []
    for draft in layout.drafts {
      let training = planner.trainings.values[Int(draft.key.training)]
      let part = planner.networks[Int(draft.network)]
      let bytes = 4 * Double(architectures[part.architecture].parameterCount)
      let moments = training.optimiser.name == .sgd ? 1 : 2
      for (index, epoch) in rule.rungs(ofTrialWith: training.epochs).enumerated() {
        let kept =
          switch weights {
          case .none, .final: 0
          case .best: 1
          case .every(let interval): epoch / interval
          }
        if index == rungs.count { rungs.append(0) }
        rungs[index] += bytes * Double(1 + moments + kept)
      }
    }
    var share = 1.0
    return rungs.reduce(0) { most, bytes in
      defer { share *= left }
      return max(most, bytes * share)
    }
  }
}

extension Layout {
  /// Operations of the job that ends last, where each takes the next trial as soon as it is free.
  fileprivate func longestLoad(jobs: Int) -> Double {
    let even = max(flops.reduce(0, +) / Double(jobs), flops.max() ?? 0)
    // One trial more or less matters where there are few.
    guard order.count <= 10_000, jobs <= 1000 else { return even }
    var loads = Array(repeating: 0.0, count: jobs)
    for row in order.indices {
      guard let least = loads.indices.min(by: { loads[$0] < loads[$1] }) else { break }
      loads[least] += flops(ofRow: row)
    }
    return max(even, loads.max() ?? 0)
  }
}

extension Architecture {
  /// Trainable numbers.
  var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }
}
