public import ExperimentModel

/// What the terminal shows of a sweep: a value that events change and that renders itself.
///
/// It knows no clock, no terminal and no thread: times are seconds since the sweep began, given by
/// the caller. `ProgressDisplay` connects it to the world.
public struct ProgressView: Sendable {
  struct Running {
    var trial: Int
    /// Epochs so far, a fraction included.
    var epochs = 0.0
    var metrics: [Metric: Float] = [:]
  }

  let title: String
  let items: [ProgressItem]
  let jobs: Int
  let recordedBefore: Int
  let style: ProgressStyle
  /// Cells of the longest label, so that the columns stand still.
  let labelWidth: Int
  /// By worker.
  private(set) var running: [Int: Running] = [:]
  private(set) var ended: Int
  private(set) var bad = 0
  private(set) var meter: WorkMeter
  /// Whether a plain display has said when the sweep will end.
  private var hasForecast = false

  /// - Parameters:
  ///   - title: the sweep's name.
  ///   - items: one for each trial of the plan, in its order.
  ///   - recorded: trials that an earlier run finished; they count as done.
  ///   - jobs: trials at a time.
  ///   - style: what the terminal can show.
  public init(
    title: String, items: [ProgressItem], recorded: Set<Int> = [], jobs: Int, style: ProgressStyle
  ) {
    let recorded = recorded.filter(items.indices.contains)
    self.title = PlainText.line(title)
    self.items = items.map {
      var item = $0
      item.label = PlainText.line(item.label)
      return item
    }
    labelWidth = self.items.reduce(0) { max($0, DisplayWidth.of($1.label)) }
    self.jobs = jobs
    self.style = style
    recordedBefore = recorded.count
    ended = recorded.count
    meter = WorkMeter(
      flops: items.map(\.flops), epochs: items.map(\.epochs), recorded: recorded, jobs: jobs)
  }

  /// Takes an event in; events of trials that are not in the plan are ignored.
  ///
  /// - Returns: a line that should stay on the terminal, if the event deserves one: every finished
  ///   trial where lines are only added, and one that went wrong also above a live display.
  public mutating func receive(_ event: SweepEvent, at time: Double) -> String? {
    switch event {
    case .started(let trial, let worker):
      guard items.indices.contains(trial) else { return nil }
      // The worker's last trial has ended even if its record is still on its way to the disk.
      running[worker] = Running(trial: trial)
      meter.started(trial, at: time)
    case .progress(let trial, let worker, let epochs):
      guard items.indices.contains(trial), running[worker]?.trial == trial else { return nil }
      running[worker]?.epochs = epochs
      meter.reached(epochs, of: trial, at: time)
      return forecastLine(at: time)?.rendered(style)
    case .epoch(let trial, let worker, let epoch, let metrics):
      guard items.indices.contains(trial), running[worker]?.trial == trial else { return nil }
      running[worker]?.epochs = Double(epoch)
      running[worker]?.metrics = metrics
      meter.reached(Double(epoch), of: trial, at: time)
    case .paused(let trial, let worker):
      guard items.indices.contains(trial) else { return nil }
      if running[worker]?.trial == trial { running[worker] = nil }
      meter.paused(trial)
    case .finished(let trial, let worker, let record):
      guard items.indices.contains(trial) else { return nil }
      if running[worker]?.trial == trial { running[worker] = nil }
      let wentWrong = [.failed, .diverged, .timedOut].contains(record.status)
      ended += 1
      bad += wentWrong ? 1 : 0
      meter.finished(trial, isWhole: record.status == .done, at: time)
      if wentWrong || !style.isLive {
        return finishedLine(items[trial].label, record, at: time).rendered(style)
      }
    }
    return nil
  }

  /// What a plain display says of the end before the first trial has ended: once, when a few
  /// seconds of training have shown the speed.
  private mutating func forecastLine(at time: Double) -> StyledLine? {
    guard !style.isLive, !hasForecast, time >= 3, ended == recordedBefore,
      let remaining = meter.remaining(at: time), remaining >= 10
    else { return nil }
    hasForecast = true
    return StyledLine(
      "\(items.count - ended == 1 ? "1 trial" : "\(items.count - ended) trials"), \(jobs) at a time: ETA \(Numbers.clock(remaining))"
    )
  }
}
