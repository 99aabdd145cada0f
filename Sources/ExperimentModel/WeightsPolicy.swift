/// Which weights the results file keeps of each trial.
public enum WeightsPolicy: Sendable, Hashable {
  case none
  /// Those after the last epoch.
  case final
  /// Those after the epoch with the lowest validation loss, the first of equals.
  case best
  /// Those after every so many epochs, and after the last one.
  case every(Int)

  /// The words of a grid file; an `every` has its number behind it.
  public static let words = ["none", "final", "best", "every"]

  /// `none`, `final`, `best` or `every 5`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "none": self = .none
    case "final": self = .final
    case "best": self = .best
    default:
      let parts = text.split(separator: " ", omittingEmptySubsequences: false)
      guard parts.count == 2, parts[0] == "every", let epochs = Int(parts[1]),
        (1...1_000_000).contains(epochs), "\(epochs)" == parts[1]
      else { return nil }
      self = .every(epochs)
    }
  }

  /// As a grid file says it.
  public var text: String {
    switch self {
    case .none: "none"
    case .final: "final"
    case .best: "best"
    case .every(let epochs): "every \(epochs)"
    }
  }

  /// The epochs whose weights are kept of trials of so many epochs, ascending; nil where each trial
  /// has one place, whatever its epoch.
  public func snapshots(ofTrialsWith epochs: some Sequence<Int>) -> [Int]? {
    guard case .every(let interval) = self else { return nil }
    var kept: Set<Int> = []
    for epochs in Set(epochs) {
      kept.formUnion(stride(from: interval, through: epochs, by: interval))
      kept.insert(epochs)
    }
    return kept.sorted()
  }

  /// Copies of the weights that a trial of `epochs` epochs leaves.
  public func copies(epochs: Int) -> Int {
    switch self {
    case .none: 0
    case .final, .best: 1
    case .every: snapshots(ofTrialsWith: [epochs])?.count ?? 0
    }
  }
}
