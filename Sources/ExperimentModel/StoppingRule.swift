/// When trials end before their last epoch: decided by figures on the validation images alone.
///
/// `median` and `successiveHalving` compare *arms*, which are trials that differ in their seeds
/// only, at a few epochs, the rungs. An arm's figure is the mean over its seeds. A rung is judged
/// when every trial of every arm that is still in the contest has reached it, so a decision follows
/// from the plan and the figures; an arm stops for all its seeds. `patience` looks at one trial's
/// own curve.
public struct StoppingRule: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// An arm stops that is worse than the median of the arms at the rung (Golovin et al., Google
    /// Vizier, KDD 2017; there with running means).
    case median
    /// The best 1/`reduction` of the arms go on at each rung (Jamieson & Talwalkar, AISTATS 2016;
    /// Li et al., MLSys 2020, whose asynchronous form this is not).
    case successiveHalving = "successive-halving"
    /// A trial stops that has not become better for `patience` epochs (Prechelt 1998; as Keras's
    /// EarlyStopping).
    case patience
  }

  /// What decides.
  public enum Figure: String, Sendable, Hashable, CaseIterable {
    case loss, accuracy

    /// The figure on the validation images.
    public var metric: Metric {
      switch self {
      case .loss: .validationLoss
      case .accuracy: .validationAccuracy
      }
    }
  }

  public var kind: Kind
  public var figure: Figure
  /// Epochs at which arms are compared, ascending; empty for `grace`, `grace`·`reduction`,
  /// `grace`·`reduction`², ….
  public var rungs: [Int]
  /// At least 2. Under `median` it spaces the rungs and nothing else.
  public var reduction: Int
  /// Nothing stops before this epoch ends.
  public var grace: Int
  /// Epochs without improvement that end a trial.
  public var patience: Int
  /// What counts as improvement: more than this.
  public var minDelta: Double

  public init(
    _ kind: Kind, figure: Figure = .loss, rungs: [Int] = [], reduction: Int? = nil, grace: Int = 1,
    patience: Int = 1, minDelta: Double = 0
  ) {
    self.kind = kind
    self.figure = figure
    self.rungs = rungs
    self.reduction = reduction ?? (kind == .successiveHalving ? 3 : 2)
    self.grace = grace
    self.patience = patience
    self.minDelta = minDelta
    precondition(
      self.reduction >= 2 && grace >= 1 && patience >= 1 && minDelta >= 0
        && rungs.allSatisfy { $0 >= 1 }, "a stopping rule's numbers are checked by its reader")
  }

  /// Whether arms are compared with each other.
  public var comparesArms: Bool { kind != .patience }

  /// The epochs after which a trial of `epochs` epochs waits for the other arms.
  public func rungs(ofTrialWith epochs: Int) -> [Int] {
    guard comparesArms else { return [] }
    guard rungs.isEmpty else { return rungs.filter { $0 < epochs } }
    var result: [Int] = []
    var rung = grace
    while rung < epochs {
      result.append(rung)
      rung = rung > epochs / reduction ? epochs : rung * reduction
    }
    return result
  }

  /// The first epoch after which it can end a trial; only trials of more epochs are affected.
  public var firstEnd: Int {
    comparesArms ? rungs.first ?? grace : max(grace, patience + 1)
  }

  /// The figure as something to be made small.
  public func cost(_ value: Float) -> Double {
    figure == .loss ? Double(value) : -Double(value)
  }

  /// Whether a trial whose figure was `curve`, one value per epoch, ends here by `patience`.
  public func isExhausted(_ curve: [Float]) -> Bool {
    guard kind == .patience, curve.count >= grace, let first = curve.first else { return false }
    var best = cost(first)
    var wait = 0
    for value in curve.dropFirst() {
      if cost(value) < best - minDelta {
        best = cost(value)
        wait = 0
      } else {
        wait += 1
      }
    }
    return wait >= patience
  }

  /// The rule in one line: what a results file is compared by.
  public var text: String {
    var parts = ["rule=\(kind.rawValue)", "metric=\(figure.rawValue)"]
    switch kind {
    case .patience:
      parts += ["patience=\(patience)", "min-delta=\(minDelta)", "grace=\(grace)"]
    case .median, .successiveHalving:
      if rungs.isEmpty { parts.append("grace=\(grace)") }
      if rungs.isEmpty || kind == .successiveHalving { parts.append("reduction=\(reduction)") }
      if !rungs.isEmpty { parts.append("rungs=\(rungs.map(String.init).joined(separator: ","))") }
    }
    return parts.joined(separator: " ")
  }

  /// The rule in words, for trials of so many epochs.
  public func words(epochs: Int) -> String {
    let figure = "validation \(figure.rawValue)"
    let rungs = rungs(ofTrialWith: epochs).map(String.init)
    if comparesArms, rungs.isEmpty { return "no trial is long enough for \(kind.rawValue)" }
    let place =
      "epoch\(rungs.count == 1 ? "" : "s") "
      + (rungs.count > 8
        ? "\(rungs.prefix(7).joined(separator: ", ")), … (\(rungs.count))"
        : rungs.joined(separator: ", "))
    switch kind {
    case .median: return "arms worse than the median \(figure) at \(place) stop"
    case .successiveHalving:
      return "the best 1/\(reduction) of the arms by \(figure) go on after \(place)"
    case .patience:
      return "a trial stops after \(patience) epoch\(patience == 1 ? "" : "s") without a better "
        + figure
    }
  }
}
