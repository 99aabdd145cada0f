import Analysis
import ArgumentParser
import Console
import ExperimentModel
import Foundation
import GridPlanner
import ResultsStore
import Scheduling
import TensorCore
import Training

struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Train the trials of a grid file and answer its question.",
    discussion: """
      Every finished trial is in the results file at once. Ctrl-C, a crash or a full disk loses \
      only the trials that were running; the same command continues.
      """)

  @Argument(
    help: "The grid file (YAML); - is standard input.",
    completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @Argument(help: "Settings and axes instead of the file's, as in dropout.rate=0,0.5.")
  var overrides: [String] = []

  @Option(help: "A plan that `plan -o` wrote, instead of a grid file.")
  var plan: String?

  @Option(
    help: "Train the I-th of N equal parts of the trials: 1/4; put together with merge.",
    transform: Shard.init(argument:))
  var shard: Shard?

  @Flag(help: "Merge no cells, even if their trainings are known to be the same.")
  var noMerge = false

  @Option(
    name: .shortAndLong, help: "The results file (default: the grid's name, here, with .h5).",
    completion: .file(extensions: ["h5"]))
  var output: String?

  @Option(
    name: .shortAndLong, help: "Trials at a time; one per core unless given.",
    transform: Jobs.init(argument:))
  var jobs = Jobs(count: AvailableCores.count())

  @Flag(help: "Add the grid's trials to a results file of another grid; what is there stays.")
  var extend = false

  @Flag(help: "Stop at the first trial that fails or diverges.")
  var failFast = false

  @Option(
    help: "Train these only, and anew: 'failed', 'diverged', or a trial's id or row; repeatable.")
  var only: [String] = []

  @Option(
    help: "Try a trial that failed this many times more, after all others (default: 0).",
    transform: Count.init(argument:))
  var retries = Count(value: 0)

  @Option(
    help: """
      Stop a trial that has run for so long, interruptions not counted, and record it as timed \
      out: 90, 90s, 10m, 2h.
      """, transform: Time.init(argument:))
  var trialTimeout: Time?

  @Option(
    help: "End the sweep after this time; what runs keeps its checkpoint.",
    transform: Time.init(argument:))
  var maxTime: Time?

  @Option(
    help: """
      Keep the state of running trials this often; 0s keeps it after every step (default: 60s).
      """, transform: Time.init(argument:))
  var checkpointEvery = Time(seconds: 60)

  @Option(
    help: "Add every event to this file, one JSON object a line.", completion: .file())
  var log: String?

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    guard (grid == nil) != (plan == nil) else {
      throw ValidationError("Name a grid file, or a plan with --plan; one of them.")
    }
    guard (grid ?? plan) != "-" || output != nil else {
      throw ValidationError("What comes from standard input has no name: give one with -o.")
    }
    guard plan == nil || !noMerge else {
      throw ValidationError("A plan says itself what it merges: give --no-merge to `plan -o`.")
    }
    guard !extend || shard == nil else {
      throw ValidationError(
        "--extend changes the plan that shards are parts of: merge their files, then extend that.")
    }
  }

  func run() async throws {
    StandardOutput.outliveReader()
    let messages = RunMessages()
    let signals = try RunSignals(messages)
    defer { signals.end() }
    try engine.apply()
    let name = URL(filePath: grid ?? plan ?? "").deletingPathExtension().lastPathComponent
    let part = shard.map { "-\($0.number)-of-\($0.count)" } ?? ""
    let path = output ?? name + part + ".h5"
    let exists = FileManager.default.fileExists(atPath: path)
    let source = try GridSource(
      grid: grid, overrides: overrides, plan: self.plan, merging: noMerge ? false : nil)
    let (sweep, plan, rows) = try await sweep(source, in: exists ? path : nil)
    let mine = shard.map { sweep.planned.shard($0.number, of: $0.count) } ?? rows
    guard shard == nil || plan.stopping?.comparesArms != true else {
      throw UserError(
        .badInput,
        "the rule \(plan.stopping?.kind.rawValue ?? "") compares all arms with each other, and a "
          + "shard has only some: run the grid in one piece, or without stopping")
    }
    // Before there is a file: a name that fits no trial must not leave one behind.
    if !only.isEmpty { _ = try Selection(only, within: mine, of: known(path, plan), finished: []) }
    try checkLog(besides: path)
    try sweep.checkMemory(plan.trials.lazy.map(\.spec.data))
    let writer = try openWriter(path, plan: plan, of: sweep)
    // Now that the results file is there: a log that is the same file is seen to be none.
    let log = try log.map { try EventLog(path: $0, plan: plan) { messages.say($0) } }
    if !writer.isSpaceReserved {
      messages.say(
        "\(path): its file system reserves no space; if the disk fills up, the sweep ends with "
          + "everything finished in the file, and the same command continues")
    }
    // No forecast of the time: measuring it would keep the first trial waiting.
    StandardOutput.line(sweep.report().text(rows: 0))
    let beside = SweepFolder(writer: writer, plan: plan)
    let opened = try ResultsReader(path: path)
    for line in [writer.damage, opened.missingSeal] {
      if let line { messages.say(line) }
    }
    let before = opened.results
    let selection = try Selection(only, within: mine, of: before, finished: writer.finished)
    await writer.allowAgain(selection.rows)
    let condemned = try await beside.begin(selection.rows, anew: !only.isEmpty)
    let order = selection.rows.filter { !condemned.contains($0) }
    if let shard, let mine {
      StandardOutput.line(
        "Shard \(shard.number) of \(shard.count): \(mine.count) of \(plan.trials.count) trials\n")
    }
    if rows != nil, !extend {
      StandardOutput.line("\(path) has every trial of this grid and goes on with its own plan.")
    }
    if !writer.finished.isEmpty || !condemned.isEmpty || !only.isEmpty {
      let count = writer.finished.count
      StandardOutput.line(
        "\(path): \(count == 1 ? "1 trial is" : "\(count) trials are") there, \(order.count) to go\n"
      )
    }
    StandardOutput.flush()
    let recorded = before.records(besides: Set(order))
    log?.begin(
      title: plan.title, results: path, recorded: writer.finished.count,
      toTrain: order.count, jobs: jobs.count)
    signals.beginTraining()
    let stopCode = try await train(
      order, of: sweep, into: writer, beside: beside, recorded: recorded, signals: signals,
      messages: messages, log: log)
    try await writer.finish()
    for notice in await writer.takeNotices() { messages.say(notice) }
    signals.endTraining(path)

    let results = try ResultsReader(path: path).completeResults()
    beside.end(results)
    let bad = results.status.count { !$0.isAsPlanned && $0 != .pending }
    let code = stopCode ?? (bad > 0 ? UserError.Code.trialsFailed.rawValue : 0)
    log?.end(status: results.status, exitCode: code)
    // Who stops a sweep does not wait for an answer that is not whole.
    if stopCode == nil {
      StandardOutput.line(
        try Summary(results).text(styled: ProgressDisplay.style(file: STDOUT_FILENO).colour))
    }
    StandardOutput.line("Results: \(path)")
    let word = path.shellWord
    StandardOutput.line("  every trial      dropgrid show \(word) --all")
    StandardOutput.line("  the answer       dropgrid show \(word) --answer")
    StandardOutput.line("  as a page        dropgrid report \(word)")
    StandardOutput.line(
      "  in Python        xarray.open_dataset(\(JSONValue.text(path).text), engine=\"h5netcdf\")")
    if let mine, shard == nil {
      let left = Set(results.status.indices.filter { results.status[$0] == .pending })
        .subtracting(mine).count
      if left > 0 {
        StandardOutput.line(
          "\(left) \(left == 1 ? "trial of earlier grids is" : "trials of earlier grids are") not "
            + "trained, because this grid does not ask for them.")
      }
    }
    let missing = results.status.count { $0 == .pending }
    if stopCode != nil {
      StandardOutput.line(
        "Stopped: \(missing == 1 ? "1 trial is" : "\(missing) trials are") not trained; the same "
          + "command continues.")
    } else if plan.stopping?.comparesArms == true, missing > 0 {
      StandardOutput.line(
        "\(missing == 1 ? "1 trial is" : "\(missing) trials are") not trained or wait for others: "
          + "run without --only for the rest.")
    }
    if code != 0 { throw ExitCode(code) }
  }

  /// The sweep that is run, its plan, and its rows that the grid asks for; nil for all.
  ///
  /// A file that has everything of the grid goes on with its own plan and is not changed.
  private func sweep(
    _ source: GridSource, in path: String?
  ) async throws -> (PlannedSweep, Plan, rows: [Int]?) {
    let own = try await PlannedSweep(source)
    let plan = own.planned.plan
    // What is wrong with the file, its writer says.
    guard shard == nil, let path, let reader = try? ResultsReader(path: path) else {
      return (own, plan, nil)
    }
    let continuation = try await own.continuation(
      of: plan, in: reader, extending: extend, merging: source.merging)
    if case .contained(let sweep, let rows) = continuation {
      return (sweep, sweep.planned.plan, rows)
    }
    guard extend else { return (own, plan, nil) }
    // The extended file has one.
    if let line = reader.missingSeal { StandardError.write("dropgrid: \(line)") }
    let union = try await PlannedSweep(source, extending: reader)
    return (union, union.planned.plan, union.planned.ownTrials)
  }

  /// What is at `path`, or what would be.
  private func known(_ path: String, _ plan: Plan) throws(UserError) -> SweepResults {
    if FileManager.default.fileExists(atPath: path) { return try ResultsReader.read(path: path) }
    return SweepResults(
      title: plan.title, question: "", trialIDs: plan.trials.map(\.id), trialColumns: [],
      status: plan.trials.map { _ in .pending }, messages: [], epochsRun: [], durations: [],
      metrics: [:], cells: [], cellColumns: [], comparisons: [])
  }

  /// Before there is a file: a log that cannot be must not leave one behind.
  private func checkLog(besides results: String) throws(UserError) {
    guard let log else { return }
    func place(_ path: String) -> String {
      URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
    guard
      !["", ".dropgrid-tmp", ".dropgrid-lock"].map({ place(results + $0) }).contains(place(log))
    else {
      throw UserError(
        .badInput, "\(log): is the results file or belongs to it; choose another name for --log")
    }
    try EventLog.check(log)
  }

  private func openWriter(
    _ path: String, plan: Plan, of sweep: PlannedSweep
  ) throws(UserError) -> ResultsWriter {
    let session = SessionInfo.current
    let engine = Engine.description
    guard FileManager.default.fileExists(atPath: path) else {
      return try ResultsWriter.create(path: path, plan: plan, engine: engine, session: session)
    }
    do {
      return extend
        ? try ResultsWriter.extend(path: path, plan: plan, engine: engine, session: session)
        : try ResultsWriter.open(path: path, plan: plan, engine: engine, session: session)
    } catch {
      guard error.code == .mismatch else { throw error }
      throw UserError(.mismatch, error.message + sweep.planned.differences(from: path))
    }
  }

  private func train(
    _ order: [Int], of sweep: PlannedSweep, into writer: ResultsWriter, beside: SweepFolder,
    recorded: [Int: TrialRecord], signals: RunSignals,
    messages: RunMessages, log: EventLog?
  ) async throws -> Int32? {
    let plan = sweep.planned.plan
    let trainers = try await TrainerSet(order, of: sweep, plan: plan)

    let display = ProgressDisplay(
      ProgressView(
        title: plan.title, items: ProgressItem.items(of: plan),
        // What is recorded, and what other shards train.
        recorded: Set(plan.trials.indices).subtracting(order), jobs: jobs.count,
        style: ProgressDisplay.style()))
    messages.show(on: display)
    let faults = try FaultWatch(directory: beside.checkpoints.path)
    defer { faults.end() }
    let pool = try WorkerPool(count: jobs.count)
    let rules = SweepRules(
      failFast: failFast, retries: retries.value, trialTimeout: trialTimeout?.seconds,
      maxTime: maxTime?.seconds, memory: AvailableMemory.bytes() / 10 * 9,
      backlog: plan.recordsThatWait)
    let interval = checkpointEvery.seconds
    let outcome: Result<SweepSummary, any Error>
    do {
      let summary = try await SweepScheduler(pool: pool, rules: rules).run(
        order, of: plan.trials, needs: trainers.needs, stopping: plan.stopping, recorded: recorded,
        stop: signals.stop,
        events: {
          display.receive($0)
          log?.receive($0)
        },
        trial: { task in
          try trainers[task.index].run(
            until: task.pausesAfter,
            checkpoints: beside.checkpoints(
              of: task.index, every: interval, onResume: { task.ranBefore(seconds: $0) },
              complain: { display.message($0) }),
            onProgress: { task.report(progress: $0) },
            onEpoch: { task.report(epoch: $0, metrics: $1) }, isCancelled: { task.isCancelled })
        },
        sink: { finished in
          try await writer.append(finished.map { (row: $0.index, record: $0.record) })
          for notice in await writer.takeNotices() { messages.say(notice) }
          beside.ended(finished.map(\.index))
        })
      outcome = .success(summary)
    } catch {
      outcome = .failure(error)
    }
    messages.show(on: nil)
    await display.finish()
    await pool.shutdown()
    let summary = try outcome.get()
    let budget = summary.outOfTime ? UserError.Code.budgetSpent.rawValue : nil
    return signals.exitCode ?? budget
  }
}

extension Plan {
  /// Finished trials that may wait for the disk: 64, or fewer where their weights are large.
  fileprivate var recordsThatWait: Int {
    let copies = trials.map { weights.copies(epochs: $0.spec.epochs) }.max() ?? 0
    let largest = architectures.map { $0.parameters.reduce(0) { $0 + 4 * $1.count } }.max() ?? 0
    return min(64, (64 << 20) / max(1, largest * copies))
  }
}

extension SweepResults {
  /// What the file has of the trials that are not in `rows`, without weights.
  fileprivate func records(besides rows: Set<Int>) -> [Int: TrialRecord] {
    var records: [Int: TrialRecord] = [:]
    for row in status.indices where status[row] != .pending && !rows.contains(row) {
      records[row] = TrialRecord(
        id: trialIDs[row], status: status[row], message: messages[row], epochsRun: epochsRun[row],
        metrics: metrics.mapValues { $0[row] })
    }
    return records
  }
}
