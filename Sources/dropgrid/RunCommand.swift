import Analysis
import ArgumentParser
import Console
import ExperimentModel
import Foundation
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

  @Argument(help: "The grid file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
  var grid: String?

  @Argument(help: "Settings and axes instead of the file's, as in dropout.rate=0,0.5.")
  var overrides: [String] = []

  @Option(help: "A plan that `plan -o` wrote, instead of a grid file.")
  var plan: String?

  @Option(help: "Train the I-th of N equal parts of the trials.")
  var shard: Shard?

  @Flag(help: "Merge no cells, even if their trainings are known to be the same.")
  var noMerge = false

  @Option(
    name: .shortAndLong, help: "The results file (default: the grid's name, here, with .h5).",
    completion: .file(extensions: ["h5"]))
  var output: String?

  @Option(name: .shortAndLong, help: "Trials at a time; one per core unless given.")
  var jobs: Jobs = Jobs(count: AvailableCores.count())

  @Flag(help: "Stop at the first trial that fails or diverges.")
  var failFast = false

  func validate() throws {
    guard (grid == nil) != (plan == nil) else {
      throw ValidationError("Name a grid file, or a plan with --plan; one of them.")
    }
    guard plan == nil || !noMerge else {
      throw ValidationError("A plan says itself what it merges: give --no-merge to `plan -o`.")
    }
  }

  func run() async throws {
    let sweep = try await PlannedSweep(
      GridSource(grid: grid, overrides: overrides, plan: plan, merging: noMerge ? false : nil))
    let name = URL(filePath: grid ?? plan ?? "").deletingPathExtension().lastPathComponent
    let part = shard.map { "-\($0.number)-of-\($0.count)" } ?? ""
    let path = output ?? name + part + ".h5"
    print(try await sweep.report(jobs: jobs.count).text(rows: 0))

    let plan = sweep.planned.plan
    let writer = try openWriter(path, plan: plan)
    let mine = shard.map { sweep.planned.shard($0.number, of: $0.count) }
    let order = (mine ?? Array(plan.trials.indices)).filter { !writer.finished.contains($0) }
    if let shard, let mine {
      print(
        "Shard \(shard.number) of \(shard.count): \(mine.count) of \(plan.trials.count) trials\n")
    }
    if !writer.finished.isEmpty {
      print("\(path): \(writer.finished.count) trials are there, \(order.count) to go\n")
    }
    fflush(nil)
    let outcome = try await train(order, of: plan, in: sweep, into: writer)
    try await writer.finish()

    let results = try ResultsReader.read(path: path)
    print(
      try Summary(results).text(styled: ProgressDisplay.style(file: STDOUT_FILENO).colour))
    print("Results: \(path)")
    print("  every trial      dropgrid show \(path) --all")
    print("  this text        dropgrid show \(path) --answer")
    print("  in Python        xarray.open_dataset(\"\(path)\", engine=\"h5netcdf\")")
    if let code = outcome.exitCode {
      print(
        "Stopped: \(order.count - outcome.recorded) trials are not trained; the same command continues."
      )
      throw ExitCode(code)
    }
    let bad = results.status.count { $0 != .done && $0 != .pending }
    if bad > 0 { throw ExitCode(UserError.Code.trialsFailed.rawValue) }
  }

  private func openWriter(_ path: String, plan: Plan) throws(UserError) -> ResultsWriter {
    let session = SessionInfo.current
    return FileManager.default.fileExists(atPath: path)
      ? try ResultsWriter.open(
        path: path, plan: plan, engine: Engine.description, session: session)
      : try ResultsWriter.create(
        path: path, plan: plan, engine: Engine.description, session: session)
  }

  private func train(
    _ order: [Int], of plan: Plan, in sweep: PlannedSweep, into writer: ResultsWriter
  ) async throws -> (exitCode: Int32?, recorded: Int) {
    // Prepared before the first trial starts, so that trials share the arrays and never wait.
    var trainers: [Int: Trainer] = [:]
    for index in order {
      trainers[index] = try await sweep.trainer(
        plan.trials[index], keepsWeights: plan.weights == .final)
    }
    let ready = trainers

    let stop = StopRequest()
    let display = ProgressDisplay(
      ProgressView(
        title: plan.title, items: ProgressItem.items(of: plan),
        // What is recorded, and what other shards train.
        recorded: Set(plan.trials.indices).subtracting(order),
        jobs: jobs.count, style: ProgressDisplay.style()))
    let signals = try SignalWatcher(stop: stop) { _ in
      display.message("stopping: finished trials are recorded; again to leave at once")
    }
    defer { signals.end() }
    let pool = try WorkerPool(count: jobs.count)
    let outcome: Result<SweepSummary, any Error>
    do {
      let summary = try await SweepScheduler(pool: pool, failFast: failFast).run(
        order, of: plan.trials, stop: stop, events: { display.receive($0) },
        trial: { task in
          guard let trainer = ready[task.index] else { preconditionFailure("not in the order") }
          return try trainer.run(
            onEpoch: { task.report(epoch: $0, metrics: $1) }, isCancelled: { task.isCancelled })
        },
        sink: { finished in
          try await writer.append(finished.map { (row: $0.index, record: $0.record) })
        })
      outcome = .success(summary)
    } catch {
      outcome = .failure(error)
    }
    await display.finish()
    await pool.shutdown()
    let summary = try outcome.get()
    return (signals.exitCode, order.count - summary.notRun)
  }
}
