/// How the rate changes over a training, in epochs from its start (Liu et al. 2023).
public enum RateSchedule: Sendable, Hashable {
  case constant
  /// The rate for the first `epochs`, then 0.
  case early(epochs: Int)
  /// 0 for the first `epochs`, then the rate.
  case late(epochs: Int)
  /// From the rate down to 0, in equal steps from update to update of the first `epochs`.
  case linear(epochs: Int)

  /// The words that grids use.
  public static let words = ["constant", "early", "late", "linear"]

  /// The schedule that `word`, one of `words`, names, with `epochs` where it has a number of them;
  /// nil for another word.
  public init?(_ word: String, epochs: Int) {
    switch word {
    case "constant": self = .constant
    case "early": self = .early(epochs: epochs)
    case "late": self = .late(epochs: epochs)
    case "linear": self = .linear(epochs: epochs)
    default: return nil
    }
  }
}

/// Dropout at one site: kept values are scaled in training, so that evaluation needs no change.
public struct DropoutSpec: Sendable, Hashable {
  public var site: DropoutSite
  public var kind: DropoutKind
  /// The share that is dropped, 0 < rate < 1.
  public var rate: Double
  /// For `noise-shape` only.
  public var noise: NoiseShape?
  /// For `drop-block` only.
  public var block: DropBlockShape?
  /// For `drop-connect` only.
  public var inference: DropConnectInference?
  public var schedule: RateSchedule

  /// - Precondition: the options that `kind` needs are given, and no others.
  public init(
    site: DropoutSite, kind: DropoutKind, rate: Double, noise: NoiseShape? = nil,
    block: DropBlockShape? = nil, inference: DropConnectInference? = nil,
    schedule: RateSchedule = .constant
  ) {
    precondition((noise != nil) == (kind == .noiseShape), "`noise` goes with \(kind.rawValue)")
    precondition((block != nil) == (kind == .dropBlock), "`block` goes with \(kind.rawValue)")
    precondition(
      (inference != nil) == (kind == .dropConnect), "`inference` goes with \(kind.rawValue)")
    self.site = site
    self.kind = kind
    self.rate = rate
    self.noise = noise
    self.block = block
    self.inference = inference
    self.schedule = schedule
  }

  /// The kind, the rate and what else is not its default: `spatial,0.25`.
  var canonicalText: String {
    var parts = [kind.rawValue, "\(rate)"]
    if let noise { parts.append("noise:\(noise.rawValue)") }
    if let block {
      parts.append("block:\(block.size)")
      parts.append("channels:\(block.channels.rawValue)")
      parts.append("centres:\(block.centres.rawValue)")
    }
    switch inference {
    case .gaussian(let samples): parts.append("inference:gaussian\(samples)")
    case .mean, nil: break
    }
    switch schedule {
    case .constant: break
    case .early(let epochs): parts.append("early:\(epochs)")
    case .late(let epochs): parts.append("late:\(epochs)")
    case .linear(let epochs): parts.append("linear:\(epochs)")
    }
    return parts.joined(separator: ",")
  }
}
