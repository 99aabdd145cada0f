/// Measures the sweep's speed in floating-point operations and forecasts its end.
///
/// Trials differ in cost, so progress and the forecast count operations. The speed is that of one
/// worker: operations over the seconds they took. What runs is credited with what it should have done
/// since it last told of its progress, an epoch at most, so that the forecast counts down evenly.
struct WorkMeter {
  private struct Running {
    /// When it last told of its progress; at first when it started.
    var since: Double
    var epochs = 0.0
  }

  private let work: [Double]
  private let epochs: [Double]
  private let jobs: Int
  private let total: Double
  private var waiting: Double
  private var done: Double
  private var running: [Int: Running] = [:]
  /// Trials that wait at a rung; what they still have to do is in `waiting`.
  private var resting: [Int: Running] = [:]
  private var measuredWork = 0.0
  private var measuredSeconds = 0.0

  /// - Parameters:
  ///   - flops: of each planned trial; where any is not positive, all count the same.
  ///   - recorded: trials that an earlier run finished.
  ///   - jobs: trials at a time.
  init(flops: [Double], epochs: [Int], recorded: Set<Int>, jobs: Int) {
    let isUsable = flops.allSatisfy { $0 > 0 && $0.isFinite }
    work = isUsable ? flops : flops.map { _ in 1 }
    self.epochs = epochs.map { Double(max($0, 1)) }
    self.jobs = max(jobs, 1)
    total = work.reduce(0, +)
    done = recorded.reduce(0) { [work] in $0 + work[$1] }
    waiting = total - done
  }

  /// Finished operations over all operations, those of running trials included.
  var fraction: Double {
    guard total > 0 else { return 1 }
    let partial = [running, resting].joined().reduce(0) { $0 + finishedWork($1.key, $1.value) }
    return min((done + partial) / total, 1)
  }

  mutating func started(_ trial: Int, at time: Double) {
    let rest = resting.removeValue(forKey: trial)
    let state = Running(since: time, epochs: rest?.epochs ?? 0)
    waiting = max(waiting - work[trial] + finishedWork(trial, state), 0)
    running[trial] = state
  }

  mutating func paused(_ trial: Int) {
    guard let state = running.removeValue(forKey: trial) else { return }
    waiting += work[trial] - finishedWork(trial, state)
    resting[trial] = state
  }

  /// A running trial has trained for `count` epochs so far, a fraction included.
  mutating func reached(_ count: Double, of trial: Int, at time: Double) {
    guard var state = running[trial], count > state.epochs else { return }
    measure(work[trial] * (count - state.epochs) / epochs[trial], time - state.since)
    state.epochs = min(count, epochs[trial])
    state.since = time
    running[trial] = state
  }

  /// - Parameter isWhole: whether it did all its work; a trial that failed says nothing of speed.
  mutating func finished(_ trial: Int, isWhole: Bool, at time: Double) {
    if let state = resting.removeValue(forKey: trial) {
      waiting = max(waiting - work[trial] + finishedWork(trial, state), 0)
      done += work[trial]
    }
    guard let state = running.removeValue(forKey: trial) else { return }
    let rest = work[trial] - finishedWork(trial, state)
    if isWhole && state.epochs < epochs[trial] { measure(rest, time - state.since) }
    done += work[trial]
  }

  /// Seconds until the last trial ends; nil before anything was measured.
  func remaining(at time: Double) -> Double? {
    guard measuredSeconds > 0, measuredWork > 0 else { return nil }
    let speed = measuredWork / measuredSeconds
    let rests = running.map { trial, state in
      let rest = work[trial] - finishedWork(trial, state)
      let step = state.epochs < epochs[trial] ? work[trial] / epochs[trial] : 0
      return rest - min(speed * max(time - state.since, 0), step)
    }
    // Nobody is done before the longest that runs; all workers share the rest.
    let shared = (waiting + rests.reduce(0, +)) / Double(jobs)
    return max(shared, rests.max() ?? 0, 0) / speed
  }

  private mutating func measure(_ work: Double, _ seconds: Double) {
    measuredWork += work
    measuredSeconds += max(seconds, 0)
  }

  private func finishedWork(_ trial: Int, _ state: Running) -> Double {
    work[trial] * state.epochs / epochs[trial]
  }
}
