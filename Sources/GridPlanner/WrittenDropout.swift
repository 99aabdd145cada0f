import ExperimentModel

/// Dropout as a cell's settings put it somewhere.
struct WrittenDropout: Sendable, Hashable {
  var spec: DropoutSpec
  /// Index of its point in the network.
  var point: Int
  /// The site as it was named.
  var named: DropoutSite
  /// Where its rate comes from.
  var setting: Setting
  /// Whether it is in a block or of `dropout.placement`, rather than of a rate for one sort of site.
  var isPlaced: Bool

  /// Why it cannot stand beside another one at its point.
  func clash(_ other: WrittenDropout) -> String {
    guard named != other.named else {
      return "puts dropout at \(named), where `\(other.setting.path)` has put some; keep one"
    }
    return "puts dropout at \(named), which is the same point as \(other.named), where "
      + "`\(other.setting.path)` has put some; keep one"
  }
}

extension DropoutSite {
  /// Whether trials have been named by this site since the first results files.
  func isOld(in network: NetworkSpec) -> Bool {
    switch self {
    case .beforePool, .dense: true
    case .afterPool(let block): !network.blocks[block - 1].isStrided
    case .input, .convolution, .denseInput, .logitsInput: false
    }
  }
}
