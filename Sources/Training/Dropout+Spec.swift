import ExperimentModel
import TensorCore

extension Dropout {
  init(_ kind: Kind, _ spec: DropoutSpec, name: RandomName, updates: Int) {
    self.init(
      kind: kind, rate: spec.rate, name: name,
      schedule: DropoutSchedule(spec.schedule, updates: updates))
  }
}

extension DropoutSchedule {
  /// - Parameter updates: updates in an epoch.
  init(_ schedule: RateSchedule, updates: Int) {
    switch schedule {
    case .constant: self = .constant
    case .early(let epochs): self = .early(until: epochs * updates)
    case .late(let epochs): self = .late(from: epochs * updates)
    case .linear(let epochs): self = .linear(until: epochs * updates)
    }
  }
}

extension Dropout.Kind {
  /// nil for what is no layer of its own: a layer's weights, or a pool's elements.
  init?(_ spec: DropoutSpec) {
    switch spec.kind {
    case .elementWise: self = .elementWise
    case .spatial: self = .spatial
    case .gaussian: self = .gaussian
    case .alpha: self = .alpha
    case .noiseShape:
      guard let noise = spec.noise else { return nil }
      self = .shared(
        batch: noise.sharesBatch, height: noise.sharesHeight, width: noise.sharesWidth,
        channels: noise.sharesChannels)
    case .dropBlock:
      guard let block = spec.block else { return nil }
      self = .dropBlock(
        size: block.size, channels: block.channels == .shared ? .shared : .independent,
        centres: block.centres == .valid ? .valid : .full)
    case .dropConnect, .maxPooling: return nil
    }
  }
}

extension DropConnect {
  /// nil where something else is dropped.
  init?(_ spec: DropoutSpec, name: RandomName, updates: Int) {
    guard let inference = spec.inference else { return nil }
    let kind: Inference =
      switch inference {
      case .mean: .mean
      case .gaussian(let samples): .gaussian(samples: samples)
      }
    self.init(
      rate: spec.rate, name: name, inference: kind,
      schedule: DropoutSchedule(spec.schedule, updates: updates))
  }
}

extension PoolLayer.Kind {
  init(
    _ kind: PoolKind, block: Int, _ dropout: (spec: DropoutSpec, name: RandomName)?, updates: Int
  ) {
    switch kind {
    case .max:
      if let (spec, name) = dropout, spec.kind == .maxPooling {
        self = .maxPoolingDropout(Dropout(.elementWise, spec, name: name, updates: updates))
      } else {
        self = .max
      }
    case .average: self = .average
    case .stochastic: self = .stochastic(.stochasticPool(block: block))
    }
  }
}
