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
  var grid: String

  @Option(
    name: .shortAndLong, help: "The results file (default: the grid's name, here, with .h5).",
    completion: .file(extensions: ["h5"]))
  var output: String?

  @Option(name: .shortAndLong, help: "Trials at a time; one per core unless given.")
  var jobs: Jobs = Jobs(count: AvailableCores.count())

  @Flag(help: "Stop at the first trial that fails or diverges.")
  var failFast = false

  func run() async throws {
    let sweep = try await PlannedSweep(path: grid)
    let path = output ?? URL(filePath: grid).deletingPathExtension().lastPathComponent + ".h5"
    print(try await sweep.report(jobs: jobs.count).text(rows: 0))

    let writer = try openWriter(path, plan: sweep.plan)
    let order = sweep.plan.trials.indices.filter { !writer.finished.contains($0) }
    if !writer.finished.isEmpty {
      print("\(path): \(writer.finished.count) trials are there, \(order.count) to go\n")
    }
    fflush(nil)
    let outcome = try await train(order, of: sweep, into: writer)
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
    _ order: [Int], of sweep: PlannedSweep, into writer: ResultsWriter
  ) async throws -> (exitCode: Int32?, recorded: Int) {
    let plan = sweep.plan
    // Prepared before the first trial starts, so that trials share the arrays and never wait.
    var trainers: [Int: Trainer] = [:]
    for index in order {
      let trial = plan.trials[index]
      trainers[index] = Trainer(
        trial: trial, network: try sweep.network(of: trial.spec),
        data: try await sweep.data(of: trial.spec), keepsWeights: plan.weights == .final)
    }
    let ready = trainers

    let stop = StopRequest()
    let display = ProgressDisplay(
      ProgressView(
        title: plan.title, items: ProgressItem.items(of: plan), recorded: writer.finished,
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
