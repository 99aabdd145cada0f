/// DropConnect (Wan et al., ICML 2013): in training each weight and each bias of a layer becomes
/// w / (1 − rate) with probability 1 − rate and 0 otherwise.
///
/// One mask a step, shared by the batch, where the paper draws one for every image; and the kept
/// weights are scaled in training, as everywhere here, rather than all of them at evaluation.
public struct DropConnect: Sendable, Hashable {
  /// What evaluation does.
  public enum Inference: Sendable, Hashable {
    /// Uses the weights as they are, the mean over all masks.
    case mean
    /// Takes what the layer gives before its activation for normally distributed, with the mean and
    /// variance over all masks, and averages the activation (the paper's algorithm 2).
    ///
    /// Where the paper draws `samples` random numbers, the average here is over as many quantiles,
    /// those of (i + ½) / samples: the same in the limit, closer to it, and the same at every
    /// evaluation. Without an activation right behind the layer it is the mean. An evaluation knows
    /// of no update, so the schedule is constant.
    case gaussian(samples: Int)
  }

  /// 0 < rate < 1.
  public var rate: Double
  /// Keys the masks. The element of a weight is its place in (kh, kw, in, out) or (in, out) order;
  /// the biases follow.
  public var name: RandomName
  public var inference: Inference
  public var schedule: DropoutSchedule

  public init(
    rate: Double, name: RandomName, inference: Inference = .mean,
    schedule: DropoutSchedule = .constant
  ) {
    precondition(rate > 0 && rate < 1, "a dropout rate is above 0 and below 1, not \(rate)")
    if case .gaussian(let samples) = inference {
      precondition(samples > 0, "an average is over 1 number or more, not \(samples)")
      precondition(schedule == .constant, "Gaussian inference is for a constant rate")
    }
    self.rate = rate
    self.name = name
    self.inference = inference
    self.schedule = schedule
  }

  /// The decisions about the weights.
  var dropout: Dropout {
    Dropout(kind: .elementWise, rate: rate, name: name, schedule: schedule)
  }
}
