import ExperimentModel
import TensorCore

/// A trial's dropout at the points of its network, and what keys its masks.
///
/// Places that a rule of the planner can move dropout between share their key: in front of an
/// activation, behind it, and on either side of the pool that follows. Where several of them are in
/// use, each has its own, the last one the plainest.
struct PlacedDropouts {
  private let points: [DropoutPoint]
  private var specs: [Int: DropoutSpec] = [:]

  init(_ network: ResolvedNetwork, _ dropout: [DropoutSpec]) {
    points = network.points
    for spec in dropout {
      guard let point = points.firstIndex(where: { $0.names.contains(spec.site) }) else {
        preconditionFailure("`\(network.spec.name)` has no \(spec.site)")
      }
      precondition(specs[point] == nil, "two dropouts at \(spec.site)")
      specs[point] = spec
    }
  }

  /// What stands at point `index`; nil where nothing does.
  subscript(index: Int) -> (spec: DropoutSpec, name: RandomName)? {
    specs[index].map { ($0, name(index, $0)) }
  }

  private func name(_ index: Int, _ spec: DropoutSpec) -> RandomName {
    switch spec.site {
    // Of two old names of one point, each has its own key.
    case .beforePool, .afterPool, .dense: name(index, at: spec.site)
    default: name(index, at: points[index].site)
    }
  }

  private func name(_ index: Int, at site: DropoutSite) -> RandomName {
    func isTaken(_ index: Int) -> Bool { specs[index] != nil }
    switch site {
    case .input: return .input
    case .beforePool(let block): return .pool(block: block, second: isTaken(index + 1))
    case .afterPool(let block):
      // Behind a strided convolution that stands for a pool there is an activation.
      for case .convolution(let block, let convolution, .afterActivation) in points[index].names {
        return .convolution(block: block, convolution: convolution, .afterActivation)
      }
      return .pool(block: block)
    case .convolution(let block, let convolution, let side):
      let own: (RandomName.ConvolutionPoint) -> RandomName = {
        .convolution(block: block, convolution: convolution, $0)
      }
      switch side {
      case .input: return own(.input)
      case .beforeNorm: return own(.beforeNorm)
      case .afterActivation: return own(.afterActivation)
      case .beforeActivation, .afterNorm:
        guard case .beforePool(let pool) = points[index + 1].site else {
          return isTaken(index + 1) ? own(.beforeActivation) : own(.afterActivation)
        }
        switch (isTaken(index + 1), isTaken(index + 2)) {
        case (false, false): return .pool(block: pool)
        case (true, true): return own(.beforeActivation)
        default: return .pool(block: pool, second: true)
        }
      }
    case .denseInput(let layer): return .denseInput(layer)
    case .dense(let layer): return .dense(layer)
    case .logitsInput: return .denseInput(0)
    }
  }
}
