/// How an update turns gradients into weights.
public enum Optimiser: Sendable, Hashable {
  case sgd(SGD)
  case adam(Adam)

  /// Whether it carries a second moment for every weight, besides the velocity or first moment.
  var hasSecondMoments: Bool {
    switch self {
    case .sgd: false
    case .adam: true
    }
  }
}
