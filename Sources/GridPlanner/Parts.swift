import ExperimentModel

/// The part of a trial that follows from its model, pools and data: a network that fits.
struct NetworkPart {
  var spec: NetworkSpec
  /// Index of `spec`, its name aside, among the plan's networks.
  var number: Int
  /// Index into `Plan.architectures`.
  var architecture: Int
  /// `max`, `average`, `mixed`, or empty where nothing is pooled.
  var pool: String
  /// Operations of one image's forward pass.
  var forwardFLOPs: Double
  /// Operations of one training image.
  var trainingFLOPs: Double
}

/// The part of a trial that follows from its data settings.
struct DataPart {
  var spec: DataSpec
  var number: Int
  /// Images in each split after subsets and validation.
  var train: Int
  var test: Int
  var fingerprint: String
}

/// The part of a trial that follows from its dropout settings, in canonical form.
struct DropoutPart {
  var specs: [DropoutSpec]
  var number: Int
  var rate: Double
  /// Empty where the rate is 0.
  var placement: String
  var kind: String
  var denseRate: Double
}

extension DropoutPart {
  /// Lays dropout out over a network's sites.
  ///
  /// A rate of 0 leaves no site, so that placement and kind do not matter. Sites come block by
  /// block, before a pool and then after it, dense layers last.
  init(
    network: NetworkSpec, rate: Double, placement: Placement, kind: DropoutKind, denseRate: Double
  ) {
    var specs: [DropoutSpec] = []
    if rate > 0 {
      for (index, block) in network.blocks.enumerated() where block.pool != nil {
        let site: DropoutSite =
          switch placement {
          case .beforePool: .beforePool(block: index + 1)
          case .afterPool: .afterPool(block: index + 1)
          }
        specs.append(DropoutSpec(site: site, kind: kind, rate: rate))
      }
    }
    if denseRate > 0 {
      for layer in network.dense.indices {
        specs.append(
          DropoutSpec(site: .dense(layer: layer + 1), kind: .elementWise, rate: denseRate))
      }
    }
    self.specs = specs
    number = 0
    self.rate = rate
    self.placement = rate > 0 ? placement.rawValue : ""
    self.kind = rate > 0 ? kind.rawValue : ""
    self.denseRate = denseRate
  }
}

/// What decides whether two cells are the same trial: equal keys are equal trainings.
struct TrialKey: Hashable {
  var network: Int
  var dropout: Int
  var optimiser: Int
  var data: Int
  var batch: Int
  var epochs: Int
  var seed: Seed
}
