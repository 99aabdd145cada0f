package import ExperimentModel

/// Decides which arms of a sweep stop at a rung, without threads or time.
///
/// Arms that see the same data for the same number of epochs compete. A rung is judged when every
/// trial of every arm that is left has reached it or ended, so a decision follows from the plan and
/// the figures: not from the order of events, the number of workers or an interruption. What a
/// results file already has stands: an arm of which a trial was stopped at a rung stops there, and
/// one of which a trial was recorded beyond it goes on.
///
/// The figure of an arm is the mean over its trials; trials that failed or timed out have none, and
/// an arm with a trial that diverged before the rung is behind all others. Equal arms are treated
/// equally.
package struct RungJudge {
  package enum Verdict: Equatable {
    case goesOn(trial: Int)
    case stops(trial: Int, epoch: Int, message: String)
  }

  /// A trial that the results file has, with its figure epoch by epoch.
  package struct Recorded: Sendable {
    package var status: TrialStatus
    package var curve: [Float]

    package init(status: TrialStatus, curve: [Float]) {
      self.status = status
      self.curve = curve
    }
  }

  private enum Standing {
    /// Not started, or on its way to the next rung.
    case open
    case paused([Float])
    case ended(TrialStatus, [Float])

    var curve: [Float] {
      switch self {
      case .open: []
      case .paused(let curve), .ended(_, let curve): curve
      }
    }

    func hasReached(_ rung: Int) -> Bool {
      switch self {
      case .open: false
      case .paused(let curve): curve.count >= rung
      case .ended: true
      }
    }
  }

  private struct Contest: Hashable {
    var data: DataSpec
    var epochs: Int
  }

  private struct Arm {
    var contest: Int
    var trials: [Int]
    var isStopped = false
    /// Epochs that a recorded trial of it ran before this sweep began.
    var recordedTo = 0
    /// The rung at which the results file says that it was stopped.
    var recordedStop: Int?
  }

  private struct Ladder {
    var epochs: Int
    var rungs: [Int]
    var arms: [Int] = []
    /// Rungs that were judged.
    var judged = 0

    var next: Int? { rungs.indices.contains(judged) ? rungs[judged] : nil }
  }

  private let rule: StoppingRule
  private var arms: [Arm] = []
  private var ladders: [Ladder] = []
  private var armOf: [Int] = []
  private var standings: [Standing]

  /// - Parameters:
  ///   - trials: the plan's; a trial is an index into them.
  ///   - recorded: those that need no training.
  package init(_ rule: StoppingRule, trials: [PlannedTrial], recorded: [Int: Recorded] = [:]) {
    self.rule = rule
    standings = trials.map { _ in .open }
    var contests: [Contest: Int] = [:]
    var known: [TrialSpec: Int] = [:]
    for (index, trial) in trials.enumerated() {
      var spec = trial.spec
      spec.seed = Seed(0)
      let contest = Contest(data: spec.data, epochs: spec.epochs)
      let ladder = contests[contest] ?? ladders.count
      if contests.updateValue(ladder, forKey: contest) == nil {
        ladders.append(
          Ladder(epochs: spec.epochs, rungs: rule.rungs(ofTrialWith: spec.epochs)))
      }
      let arm = known[spec] ?? arms.count
      if known.updateValue(arm, forKey: spec) == nil {
        arms.append(Arm(contest: ladder, trials: []))
        ladders[ladder].arms.append(arm)
      }
      arms[arm].trials.append(index)
      armOf.append(arm)
    }
    for (trial, record) in recorded where record.status != .pending {
      standings[trial] = .ended(record.status, record.curve)
      let arm = armOf[trial]
      if record.status == .pruned {
        arms[arm].recordedStop = min(arms[arm].recordedStop ?? .max, record.curve.count)
      }
      arms[arm].recordedTo = max(arms[arm].recordedTo, record.curve.count)
    }
    // Nobody waits yet, so there is nothing to tell.
    for ladder in ladders.indices { _ = judge(ladder) }
  }

  /// The epoch after which a trial that starts now is to wait; nil where it runs to its end.
  package func nextRung(of trial: Int) -> Int? { ladders[arms[armOf[trial]].contest].next }

  /// A trial waits at a rung; `curve` has its figure for that many epochs at least.
  package mutating func paused(_ trial: Int, _ curve: [Float]) -> [Verdict] {
    standings[trial] = .paused(curve)
    return judge(arms[armOf[trial]].contest)
  }

  /// A trial's record is safe in the results file.
  package mutating func ended(
    _ trial: Int, _ status: TrialStatus, _ curve: [Float]
  ) -> [Verdict] {
    standings[trial] = .ended(status, curve)
    return judge(arms[armOf[trial]].contest)
  }

  /// Judges every rung that all have reached.
  private mutating func judge(_ ladder: Int) -> [Verdict] {
    var verdicts: [Verdict] = []
    while let rung = ladders[ladder].next {
      let contenders = ladders[ladder].arms.filter { !arms[$0].isStopped }
      let areThere = contenders.allSatisfy { arm in
        arms[arm].trials.allSatisfy { standings[$0].hasReached(rung) }
      }
      guard areThere else { break }
      let reasons = reasonsToStop(contenders, at: rung)
      ladders[ladder].judged += 1
      let next = ladders[ladder].next
      for arm in contenders {
        let reason = reasons[arm]
        arms[arm].isStopped = reason != nil
        for trial in arms[arm].trials {
          guard case .paused(let curve) = standings[trial] else { continue }
          if let reason {
            let message = "stopped after epoch \(rung) of \(ladders[ladder].epochs): \(reason)"
            verdicts.append(.stops(trial: trial, epoch: rung, message: message))
            standings[trial] = .ended(.pruned, Array(curve.prefix(rung)))
          } else if next.map({ curve.count < $0 }) ?? true {
            verdicts.append(.goesOn(trial: trial))
            standings[trial] = .open
          }
        }
      }
    }
    return verdicts
  }

  /// Why each arm that stops at `rung` does so.
  private func reasonsToStop(_ contenders: [Int], at rung: Int) -> [Int: String] {
    let costs = contenders.compactMap { arm in cost(of: arm, at: rung).map { (arm, $0) } }
    let sorted = costs.map(\.1).sorted()
    guard let bound = bound(sorted) else { return [:] }
    let place =
      rule.kind == .median
      ? "worse than the median of \(sorted.count) arms"
      : "not among the best \(kept(of: sorted.count)) of \(sorted.count) arms"
    let name = "its arm's validation \(rule.figure.rawValue)"
    var reasons: [Int: String] = [:]
    for (arm, cost) in costs {
      let isBehind = cost > bound
      guard arms[arm].recordedStop == rung || (isBehind && arms[arm].recordedTo <= rung) else {
        continue
      }
      // The same words where the figures say the same as when some of its trials were recorded.
      reasons[arm] =
        !isBehind
        ? "its arm was stopped there"
        : cost.isFinite
          ? "\(name), \(Float(abs(cost))), is \(place) (\(Float(abs(bound))))"
          : "a seed of its arm diverged, \(place)"
    }
    return reasons
  }

  /// The cost above which an arm stops; nil where there is no arm.
  private func bound(_ sorted: [Double]) -> Double? {
    guard !sorted.isEmpty else { return nil }
    guard rule.kind == .median else { return sorted[kept(of: sorted.count) - 1] }
    let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
    return low == high ? low : (low + high) / 2
  }

  private func kept(of count: Int) -> Int { max(1, count / rule.reduction) }

  /// The mean over an arm's trials, in the order of the plan; nil where none has a figure.
  private func cost(of arm: Int, at rung: Int) -> Double? {
    var (sum, count) = (0.0, 0)
    for trial in arms[arm].trials {
      let curve = standings[trial].curve
      if curve.count >= rung {
        sum += rule.cost(curve[rung - 1])
        count += 1
      } else if case .ended(.diverged, _) = standings[trial] {
        return .infinity
      }
    }
    return count == 0 ? nil : sum / Double(count)
  }
}
