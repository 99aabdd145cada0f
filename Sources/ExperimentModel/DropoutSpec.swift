/// Which elements a dropout layer drops together.
public enum DropoutKind: String, Sendable, Hashable, CaseIterable {
  /// Every element on its own (Srivastava et al. 2014).
  case elementWise = "element-wise"
  /// Whole feature maps (Tompson et al. 2015, "SpatialDropout").
  case spatial
}

/// A place in a network where dropout can stand; blocks and dense layers count from 1.
public enum DropoutSite: Sendable, Hashable {
  case beforePool(block: Int)
  case afterPool(block: Int)
  /// After the activation of hidden dense layer `layer`.
  case dense(layer: Int)
}

extension DropoutSite: CustomStringConvertible {
  /// `block1.before-pool`, `block1.after-pool` or `dense1`.
  public var description: String {
    switch self {
    case .beforePool(let block): "block\(block).before-pool"
    case .afterPool(let block): "block\(block).after-pool"
    case .dense(let layer): "dense\(layer)"
    }
  }
}

/// Dropout at one site: inverted scaling, identity at evaluation.
public struct DropoutSpec: Sendable, Hashable {
  public var site: DropoutSite
  public var kind: DropoutKind
  /// The share of elements (or maps) that is dropped, 0 < rate < 1.
  public var rate: Double

  public init(site: DropoutSite, kind: DropoutKind, rate: Double) {
    self.site = site
    self.kind = kind
    self.rate = rate
  }
}
