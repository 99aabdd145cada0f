import ExperimentModel
import Scheduling
import Testing

/// Arms × seeds with a curve each, and what a rule makes of them, worked out plainly.
private struct Race {
  var rule: StoppingRule
  var trials: [PlannedTrial]
  /// Validation losses, one for each epoch that the trial could run; shorter where it diverges.
  var curves: [[Float]]
  var failing: Set<Int> = []
  let epochs: Int

  init(_ rule: StoppingRule, arms: Int, seeds: Int, epochs: Int, curves: [[Float]]) {
    self.rule = rule
    self.epochs = epochs
    self.curves = curves
    let base = planned(arms * seeds)
    // In blocks of one seed, as a plan has them.
    trials = base.enumerated().map { index, trial in
      var trial = trial
      trial.spec.epochs = epochs
      trial.spec.optimiser.learningRate = Double(index % arms + 1)
      trial.spec.seed = Seed(Int64(index / arms))
      return trial
    }
  }

  func arm(_ trial: Int) -> Int { Int(trials[trial].spec.optimiser.learningRate) - 1 }

  /// The epochs that each trial ends with, straight from the definition of the rules.
  func expected() -> [Int] {
    let arms = Set(trials.indices.map(arm)).sorted()
    var alive = Set(arms)
    var stoppedAt: [Int: Int] = [:]
    for rung in rule.rungs(ofTrialWith: epochs) {
      var costs: [Int: Double] = [:]
      for arm in alive {
        let members = trials.indices.filter { self.arm($0) == arm && !failing.contains($0) }
        if members.isEmpty { continue }
        costs[arm] =
          members.contains { curves[$0].count < rung }
          ? .infinity
          : members.map { Double(curves[$0][rung - 1]) }.reduce(0, +) / Double(members.count)
      }
      let sorted = costs.values.sorted()
      guard !sorted.isEmpty else { continue }
      let bound: Double
      if rule.kind == .median {
        let (a, b) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
        bound = a == b ? a : (a + b) / 2
      } else {
        bound = sorted[max(1, sorted.count / rule.reduction) - 1]
      }
      for (arm, cost) in costs where cost > bound {
        stoppedAt[arm] = rung
        alive.remove(arm)
      }
    }
    return trials.indices.map { trial in
      if failing.contains(trial) { return 0 }
      return min(curves[trial].count, stoppedAt[arm(trial)] ?? epochs)
    }
  }

  /// How trial `index` ends when it runs until `until`.
  func end(_ index: Int, until: Int?) -> (ending: SweepMachine.Ending, curve: [Float]) {
    if failing.contains(index) { return (.recorded(.failed), []) }
    let curve = curves[index]
    if let until, curve.count >= until { return (.paused, Array(curve.prefix(until))) }
    return (.recorded(curve.count < epochs ? .diverged : .done), curve)
  }
}

@Suite struct RungJudgeTests {
  @Test func theMedianRuleStopsWhatIsWorseThanTheMedian() {
    let race = Race(
      StoppingRule(.median, rungs: [2]), arms: 4, seeds: 1, epochs: 4,
      curves: [[9, 1, 1, 1], [9, 2, 1, 1], [0, 3, 1, 1], [0, 4, 1, 1]])
    #expect(race.expected() == [4, 4, 2, 2])
    var judge = RungJudge(race.rule, trials: race.trials)
    #expect(judge.nextRung(of: 0) == 2)
    for trial in [3, 1, 2] { #expect(judge.paused(trial, race.curves[trial]).isEmpty) }
    #expect(
      judge.paused(0, [9, 1]) == [
        .goesOn(trial: 0), .goesOn(trial: 1),
        .stops(
          trial: 2, epoch: 2,
          message: "stopped after epoch 2 of 4: its arm's validation loss, 3.0, is worse than the "
            + "median of 4 arms (2.5)"),
        .stops(
          trial: 3, epoch: 2,
          message: "stopped after epoch 2 of 4: its arm's validation loss, 4.0, is worse than the "
            + "median of 4 arms (2.5)"),
      ])
    #expect(judge.nextRung(of: 0) == nil)
  }

  @Test func equalArmsAreTreatedEqually() {
    let race = Race(
      StoppingRule(.successiveHalving, figure: .accuracy, rungs: [1], reduction: 4), arms: 4,
      seeds: 1, epochs: 2, curves: [[0.5, 1], [0.7, 1], [0.7, 1], [0.6, 1]])
    var judge = RungJudge(race.rule, trials: race.trials)
    let verdicts = (0..<4).flatMap { judge.paused($0, Array(race.curves[$0].prefix(1))) }
    let goOn = verdicts.compactMap { if case .goesOn(let trial) = $0 { trial } else { nil } }
    #expect(goOn == [1, 2], "one arm is to be kept, and two are the best")
  }

  @Test func whatTheFileSaysStands() {
    // Arm 0 was stopped at epoch 1 and arm 1 went on, whatever their figures say now.
    let race = Race(
      StoppingRule(.median, rungs: [1]), arms: 2, seeds: 2, epochs: 3,
      curves: [[1, 1, 1], [2, 2, 2], [1, 1, 1], [2, 2, 2]])
    var judge = RungJudge(
      race.rule, trials: race.trials,
      recorded: [
        0: .init(status: .pruned, curve: [1]), 1: .init(status: .done, curve: [2, 2, 2]),
      ])
    #expect(judge.paused(2, [1]).isEmpty)
    #expect(
      judge.paused(3, [2]) == [
        .stops(
          trial: 2, epoch: 1, message: "stopped after epoch 1 of 3: its arm was stopped there"),
        .goesOn(trial: 3),
      ])
  }

  /// A sweep is cut off when one of two trials of a stopped arm is recorded.
  @Test func anInterruptionChangesNoWords() {
    let race = Race(
      StoppingRule(.median, rungs: [1]), arms: 2, seeds: 2, epochs: 3,
      curves: [[1, 1, 1], [2, 2, 2], [1, 1, 1], [2, 2, 2]])
    var whole = RungJudge(race.rule, trials: race.trials)
    let verdicts = (0..<4).flatMap { whole.paused($0, Array(race.curves[$0].prefix(1))) }
    var continued = RungJudge(
      race.rule, trials: race.trials, recorded: [1: .init(status: .pruned, curve: [2])])
    let later = [0, 2, 3].flatMap { continued.paused($0, Array(race.curves[$0].prefix(1))) }
    let stop = verdicts.filter { if case .stops(3, _, _) = $0 { true } else { false } }
    #expect(stop.count == 1 && later.filter { stop.contains($0) } == stop)
  }

  @Test func rungsFollowFromTheRule() {
    #expect(StoppingRule(.successiveHalving).rungs(ofTrialWith: 10) == [1, 3, 9])
    #expect(StoppingRule(.median, grace: 3).rungs(ofTrialWith: 24) == [3, 6, 12])
    #expect(StoppingRule(.median, rungs: [2, 5, 9]).rungs(ofTrialWith: 5) == [2])
    #expect(StoppingRule(.patience).rungs(ofTrialWith: 5).isEmpty)
    #expect(StoppingRule(.successiveHalving, reduction: 1000).rungs(ofTrialWith: .max).count == 7)
  }

  @Test func patienceLooksAtATrialsOwnCurve() {
    let rule = StoppingRule(.patience, grace: 2, patience: 2, minDelta: 0.1)
    #expect(!rule.isExhausted([]))
    #expect(!rule.isExhausted([1, 1]), "one epoch without improvement")
    #expect(rule.isExhausted([1, 0.95, 0.91]), "too little to count")
    #expect(!rule.isExhausted([1, 1, 0.8, 0.8]))
    #expect(rule.isExhausted([1, 1, 0.8, 0.8, 0.9]))
    #expect(
      !StoppingRule(.patience, grace: 4, patience: 1).isExhausted([1, 2, 3]), "not before epoch 4")
    #expect(StoppingRule(.patience, figure: .accuracy, patience: 1).isExhausted([0.5, 0.4]))
  }

  /// Thousands of sweeps in random orders, with random numbers of workers, each stopped and
  /// continued at random moments: all of them end as the definition of the rule says.
  @Test func everyOrderOfEventsEndsInTheSameDecisions() {
    var (stopped, restarts) = (0, 0)
    for seed in 0..<3_000 {
      var random = SplitMix(state: UInt64(seed))
      let race = Self.race(&random)
      let expected = race.expected()
      var recorded: [Int: RungJudge.Recorded] = [:]
      for _ in 0..<200 where recorded.count < race.trials.count {
        restarts += 1
        recorded = Self.life(race, recorded, seed, &random)
      }
      let epochs = race.trials.indices.map { recorded[$0]?.curve.count ?? -1 }
      #expect(epochs == expected, "seed \(seed)")
      for (trial, record) in recorded where record.status == .pruned {
        stopped += 1
        let arm = race.arm(trial)
        #expect(
          race.trials.indices.filter { race.arm($0) == arm }.allSatisfy {
            recorded[$0]?.status == .pruned || race.failing.contains($0)
              || race.curves[$0].count < race.epochs
          }, "seed \(seed): an arm stops for all its seeds")
      }
    }
    #expect(stopped > 5_000 && restarts > 4_000, "\(stopped) stops, \(restarts) lives")
  }

  private static func race(_ random: inout SplitMix) -> Race {
    let (arms, seeds) = (
      Int.random(in: 1...7, using: &random), Int.random(in: 1...4, using: &random)
    )
    let epochs = Int.random(in: 1...9, using: &random)
    let kind: StoppingRule.Kind = Bool.random(using: &random) ? .median : .successiveHalving
    let rungs = (1...9).filter { _ in Int.random(in: 0..<3, using: &random) == 0 }
    let rule = StoppingRule(
      kind, rungs: rungs, reduction: Int.random(in: 2...4, using: &random),
      grace: Int.random(in: 1...3, using: &random))
    let curves = (0..<arms * seeds).map { _ in
      // Whole numbers, so that there are ties.
      let curve = (0..<epochs).map { _ in Float(Int.random(in: 0...20, using: &random)) }
      let diverges = Int.random(in: 0..<8, using: &random) == 0
      return Array(curve.prefix(diverges ? Int.random(in: 0..<epochs, using: &random) : epochs))
    }
    var race = Race(rule, arms: arms, seeds: seeds, epochs: epochs, curves: curves)
    race.failing = Set(
      race.trials.indices.filter { _ in Int.random(in: 0..<12, using: &random) == 0 })
    return race
  }

  /// One run of the program: what is in the file when it ends or is killed.
  private static func life(
    _ race: Race, _ before: [Int: RungJudge.Recorded], _ seed: Int, _ random: inout SplitMix
  ) -> [Int: RungJudge.Recorded] {
    var recorded = before
    var machine = SweepMachine(
      order: race.trials.indices.filter { before[$0] == nil },
      workers: Int.random(in: 1...5, using: &random),
      rules: SweepRules(backlog: Int.random(in: 0...9, using: &random)),
      judge: RungJudge(race.rule, trials: race.trials, recorded: before))
    var running: [Int: Int?] = [:]
    var pruned: [Int: Int] = [:]
    var ended: [Int: TrialStatus] = [:]
    var onTheirWay: [Int]?
    func take(_ actions: [SweepMachine.Action]) {
      for action in actions {
        switch action {
        case .start(let trial, _): running[trial] = machine.nextRung(of: trial)
        case .write(let batch): onTheirWay = batch
        case .prune(let trial, let epochs, _): pruned[trial] = epochs
        case .discard, .cancelRunning: Issue.record("seed \(seed): \(action)")
        }
      }
    }
    take(machine.begin())
    // Nothing remembers here what a paused trial had done, so some lives must be long.
    let killed = Int.random(in: 1...(Bool.random(using: &random) ? 20 : 400), using: &random)
    for _ in 0..<killed where !machine.isOver {
      if let batch = onTheirWay, running.isEmpty || Bool.random(using: &random) {
        onTheirWay = nil
        for trial in batch {
          let epochs = pruned[trial] ?? race.curves[trial].count
          let status = pruned[trial] == nil ? ended[trial] ?? .done : .pruned
          recorded[trial] = .init(
            status: status,
            curve: status == .failed ? [] : Array(race.curves[trial].prefix(epochs)))
        }
        take(machine.written())
      } else if let (trial, until) = running.sorted(by: { $0.key < $1.key })
        .randomElement(using: &random)
      {
        running[trial] = nil
        let (ending, curve) = race.end(trial, until: until)
        if case .recorded(let status) = ending { ended[trial] = status }
        take(machine.ended(trial, ending, curve: curve))
      } else {
        Issue.record("seed \(seed): nothing can happen and the sweep is not over")
        return recorded
      }
    }
    return recorded
  }
}
