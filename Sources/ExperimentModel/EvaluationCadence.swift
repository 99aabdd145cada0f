/// After which epochs some images are evaluated; always after the last one that a trial trains.
public enum EvaluationCadence: Sendable, Hashable {
  /// After every so many epochs, 1 or more.
  case every(Int)
  /// After the last epoch alone.
  case last

  /// The numbers that `every` can have in a grid.
  public static let intervals = 1...100_000
  /// What a grid can say beside a number.
  public static let words = ["every", "last"]

  /// `every`, `last` or a number of epochs; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "every": self = .every(1)
    case "last": self = .last
    default:
      guard let interval = Int(text), Self.intervals.contains(interval), "\(interval)" == text
      else { return nil }
      self = .every(interval)
    }
  }

  /// What a grid says for it.
  public var text: String {
    switch self {
    case .every(1): "every"
    case .every(let interval): "\(interval)"
    case .last: "last"
    }
  }

  /// Whether images are evaluated after `epoch`, counted from 1, of a trial that has more to come.
  public func isDue(after epoch: Int) -> Bool {
    switch self {
    case .every(let interval): epoch % interval == 0
    case .last: false
    }
  }

  /// How often that is in a trial of so many epochs.
  public func count(epochs: Int) -> Int {
    switch self {
    case .every(let interval): (epochs + interval - 1) / interval
    case .last: 1
    }
  }

  /// What is the same for trials of at most so many epochs, always written alike.
  public func canonical(epochs: Int) -> Self {
    if epochs == 1 { return .every(1) }
    if case .every(let interval) = self, interval < epochs { return self }
    return .last
  }
}
