internal import CKernels

/// What the executor computes for a network description, stage by stage.
enum StagePlan {
  case convolution(ConvolutionPlan)
  /// A convolution, perhaps a ReLU, and a max pool.
  case convolutionPool(ConvolutionPlan, PoolPlan)
  case dense(DenseLayer, slot: Int, relu: Bool, dropout: Dropout?)
  case gaussianDense(DenseLayer, DropConnect, samples: Int, slot: Int, Activation)
  case batchNorm(BatchNormLayer, slot: Int)
  case activation(Activation, TensorShape)
  case dropout(DropoutGroup, TensorShape)
  case mask(Dropout, TensorShape)
  case pool(PoolPlan)
  case sampledPool(PoolLayer)
  case globalAverage(FeatureShape)
}

/// Element-wise and spatial dropout at one point: first the former, then the latter together.
struct DropoutGroup: Hashable {
  var elementWise: Dropout?
  var spatial: [Dropout] = []

  /// The group's only dropout; nil where there are several.
  var single: Dropout? {
    spatial.isEmpty ? elementWise : elementWise == nil && spatial.count == 1 ? spatial[0] : nil
  }

  /// False, and nothing changes, where `dropout` cannot join.
  mutating func add(_ dropout: Dropout) -> Bool {
    switch dropout.kind {
    case .elementWise where elementWise == nil: elementWise = dropout
    case .spatial: spatial.append(dropout)
    default: return false
    }
    return true
  }
}

/// A pool, or a flattening, which is a max pool of size 1, and the dropout on either side of it.
struct PoolPlan {
  var layer: PoolLayer
  var before: DropoutGroup?
  var after: DropoutGroup?
  /// The output lies in rows.
  var flatOutput = false
  /// A ReLU comes first, of which the pool does both passes.
  var reluInput = false
}

/// The point of a network that one layer reads, in numbers of stages before it.
struct ReadPoint: Hashable {
  /// In front of the dropout at the point.
  var arriving: Int
  /// Behind it.
  var leaving: Int
  var shape: TensorShape
}

/// Turns a description into stages.
///
/// Two rules hold always, so that they belong to what the layers mean: spatial dropout right before
/// a max pool moves behind it, and element-wise and spatial dropout at one point are one group. The
/// rest is fusion, which changes the speed and no bit.
struct StagePlanner {
  private let fused: Bool
  /// The `window` of each convolution, in order.
  private let windows: [Int]
  private(set) var stages: [StagePlan] = []
  private(set) var input: TensorShape
  /// What each layer reads that is neither dropout nor the identity, in order; where stages are
  /// fused, only roughly.
  private(set) var points: [ReadPoint] = []
  private var shape: TensorShape
  private var slot = 0
  private var convolutions = 0

  init(_ network: NetworkDescription, fused: Bool) {
    self.fused = fused
    windows = Self.windows(network.layers)
    input = TensorShape(shape: network.input, layout: Self.inputLayout(network.layers))
    shape = input
    var arriving: Int?
    for step in Self.steps(network.layers) {
      switch step {
      case .layer(.dropout(let dropout)):
        arriving = arriving ?? stages.count
        add(.dropout(dropout))
      case .layer(let layer):
        points.append(
          ReadPoint(
            arriving: arriving ?? stages.count, leaving: stages.count, shape: shape))
        arriving = nil
        add(layer)
      case .group(let group):
        arriving = arriving ?? stages.count
        add(group)
      }
    }
  }

  private static func windows(_ layers: [NetworkDescription.Layer]) -> [Int] {
    layers.indices.compactMap { index in
      guard case .convolution = layers[index] else { return nil }
      for layer in layers[(index + 1)...] {
        switch layer {
        case .activation, .dropout: continue
        case .pool(let pool): return pool.kind == .average ? 0 : pool.size
        default: return 0
        }
      }
      return 0
    }
  }

  private static func inputLayout(_ layers: [NetworkDescription.Layer]) -> dg_tensor_layout {
    let first = layers.first {
      if case .dropout = $0 { return false }
      return true
    }
    switch first {
    // Few channels would leave a block nearly empty.
    case .convolution(let layer) where layer.input.channels <= 3:
      return dg_layout_planes
    case .dense: return dg_layout_flat
    default: return dg_layout_blocked
    }
  }

  private enum Step {
    case layer(NetworkDescription.Layer)
    case group(DropoutGroup)
  }

  private static func steps(_ layers: [NetworkDescription.Layer]) -> [Step] {
    var layers = layers
    for index in layers.indices {
      // Shared decisions that are the same as another kind's.
      if case .dropout(var dropout) = layers[index] {
        dropout.kind = dropout.kind.simplified
        layers[index] = .dropout(dropout)
      }
    }
    for index in layers.indices.dropLast() {
      if case .dropout(let dropout) = layers[index], dropout.kind == .spatial,
        case .pool(let pool) = layers[index + 1], pool.kind == .max
      {
        layers.swapAt(index, index + 1)
      }
    }
    var steps: [Step] = []
    for layer in layers {
      if case .activation(.linear) = layer { continue }
      guard case .dropout(let dropout) = layer else {
        steps.append(.layer(layer))
        continue
      }
      var group = DropoutGroup()
      if case .group(var last) = steps.last, last.add(dropout) {
        steps[steps.count - 1] = .group(last)
      } else {
        steps.append(group.add(dropout) ? .group(group) : .layer(layer))
      }
    }
    return steps
  }

  private mutating func add(_ layer: NetworkDescription.Layer) {
    switch layer {
    case .convolution(let layer):
      stages.append(
        .convolution(
          ConvolutionPlan(layer: layer, slot: slot, input: shape, window: windows[convolutions])))
      convolutions += 1
      slot += 1
      shape = TensorShape(shape: layer.output, layout: dg_layout_blocked)
    case .batchNorm(let layer):
      stages.append(.batchNorm(layer, slot: slot))
      slot += 1
    case .activation(let activation):
      if let stage = stages.last?.gaussian(activation) {
        stages[stages.count - 1] = stage
      } else if fused, activation == .relu, let stage = stages.last?.withReLU {
        stages[stages.count - 1] = stage
      } else {
        stages.append(.activation(activation, shape))
      }
    case .dropout(let dropout): stages.append(.mask(dropout, shape))
    case .pool(let layer) where layer.kind != .max && layer.kind != .average:
      stages.append(.sampledPool(layer))
      shape = TensorShape(shape: layer.output, layout: dg_layout_blocked)
    case .globalAverage(let input):
      stages.append(.globalAverage(input))
      shape = .rows(input.channels)
    case .pool(let layer):
      var plan = PoolPlan(layer: layer)
      if fused, case .dropout(let group, _) = stages.last {
        plan.before = group
        stages.removeLast()
      }
      plan.reluInput = stages.last?.endsInReLU ?? false
      if fused, plan.before == nil, case .convolution(let convolution) = stages.last,
        convolution.isSparse
      {
        stages[stages.count - 1] = .convolutionPool(convolution, plan)
      } else {
        stages.append(.pool(plan))
      }
      shape = TensorShape(shape: layer.output, layout: dg_layout_blocked)
    case .dense(let layer):
      if shape.layout != dg_layout_flat { flatten() }
      stages.append(.dense(layer, slot: slot, relu: false, dropout: nil))
      slot += 1
      shape = .rows(layer.outputs)
    }
  }

  private mutating func flatten() {
    if fused, let stage = stages.last?.changingPool({ $0.flatOutput = true }) {
      stages[stages.count - 1] = stage
      return
    }
    var plan = PoolPlan(
      layer: PoolLayer(kind: .max, size: 1, input: shape.shape, output: shape.shape))
    plan.flatOutput = true
    plan.reluInput = stages.last?.endsInReLU ?? false
    stages.append(.pool(plan))
  }

  private mutating func add(_ group: DropoutGroup) {
    var group = group
    if shape.shape.pixels == 1, var dropout = group.single {
      // One pixel: a decision for the map is one for the element.
      dropout.kind = .elementWise
      group = DropoutGroup(elementWise: dropout)
    }
    if fused, let plan = stages.last?.poolPlan, plan.after == nil, !plan.flatOutput,
      let stage = stages.last?.changingPool({ $0.after = group })
    {
      stages[stages.count - 1] = stage
      return
    }
    switch stages.last {
    case .dense(let layer, let slot, true, nil) where fused && group.spatial.isEmpty:
      stages[stages.count - 1] = .dense(
        layer, slot: slot, relu: true, dropout: group.elementWise)
    default: stages.append(.dropout(group, shape))
    }
  }
}

extension Dropout.Kind {
  /// The same decisions in the words of a simpler kind.
  fileprivate var simplified: Dropout.Kind {
    switch self {
    case .shared(false, false, false, false): .elementWise
    case .shared(false, true, true, false): .spatial
    default: self
    }
  }
}

extension StagePlan {
  /// The dense stage with Gaussian inference over `activation` behind it; nil for any other stage.
  fileprivate func gaussian(_ activation: Activation) -> StagePlan? {
    guard case .dense(let layer, let slot, false, nil) = self, let dropConnect = layer.dropConnect,
      case .gaussian(let samples) = dropConnect.inference
    else { return nil }
    return .gaussianDense(layer, dropConnect, samples: samples, slot: slot, activation)
  }

  /// The stage with a ReLU at its end; nil where it has none to take.
  fileprivate var withReLU: StagePlan? {
    switch self {
    case .convolution(let plan) where !plan.relu: .convolution(plan.withReLU)
    case .dense(let layer, let slot, false, let dropout):
      .dense(layer, slot: slot, relu: true, dropout: dropout)
    default: nil
    }
  }

  /// The pool at the end of this stage.
  fileprivate var poolPlan: PoolPlan? {
    switch self {
    case .pool(let plan), .convolutionPool(_, let plan): plan
    default: nil
    }
  }

  /// The stage with another pool at its end; nil where it has none.
  fileprivate func changingPool(_ change: (inout PoolPlan) -> Void) -> StagePlan? {
    guard var plan = poolPlan else { return nil }
    change(&plan)
    guard case .convolutionPool(let convolution, _) = self else { return .pool(plan) }
    return .convolutionPool(convolution, plan)
  }

  /// A pool behind this stage does its ReLU.
  var endsInReLU: Bool {
    if case .convolution(let plan) = self { return plan.relu }
    return false
  }
}
