import ArgumentParser
import Console
import ExperimentModel
import Foundation
import GridPlanner
import ResultsStore
import TensorCore
import Training

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check every byte of a results file, and train some of its trials again.",
    discussion: """
      Compares the structure with its seal, every figure and weight with its checksum, and \
      figures with each other. With --retrain, trials are trained anew from the grid and the \
      data, and must end in the same bits.
      """)

  @Argument(help: "The results file (HDF5).", completion: .file(extensions: ["h5"]))
  var file: String

  @Option(help: "Finished trials to train anew, spread over the file.")
  var retrain = 0

  @Flag(help: "Seal a sound file again whose structure another program has changed.")
  var seal = false

  @OptionGroup var engine: EngineOptions

  func validate() throws {
    guard retrain >= 0 else { throw ValidationError("--retrain takes 0 or more") }
  }

  func run() async throws {
    try engine.apply()
    if seal { try ResultsReader.seal(file) }
    let reader = try ResultsReader(path: file)
    let verification = try reader.verify()
    guard verification.problems.isEmpty else {
      let isATrial = verification.problems.contains { $0.hasPrefix("trial") }
      let shown = verification.problems.prefix(20).joined(separator: "\n  ")
      let more = verification.problems.count - 20
      let count = verification.problems.count
      throw UserError(
        .badFile,
        "\(file): \(count == 1 ? "1 thing is" : "\(count) things are") wrong:\n  \(shown)"
          + (more > 0 ? "\n  and \(more) more" : "")
          + (isATrial
            ? "\nrun the sweep again to train damaged trials anew"
            : "\nno trial is damaged; restore a copy for what is known of that run"))
    }
    guard verification.isSealed || reader.formatVersion < 3 else {
      throw UserError(
        .badFile,
        "\(file): every figure is sound, and the seal over the structure is gone: another program "
          + "has changed the file; if you know which, `dropgrid verify --seal` seals it again")
    }
    let structure =
      verification.isSealed
      ? "the structure is sealed" : "no seal: another program has changed the file's structure"
    StandardOutput.line(
      "\(file): sound; \(verification.finished) of \(verification.trials) trials are finished, "
        + "\(structure)")
    if let session = verification.cutOffSession {
      StandardOutput.line(
        "  session \(session) is half written: its run was killed as it began, or it is damaged")
    }
    if !verification.recovered.isEmpty {
      let rows = verification.recovered.map(String.init).joined(separator: ", ")
      StandardOutput.line(
        "  the status of these says nothing and their checksum says that they are finished; the next "
          + "run writes it: \(rows)")
    }
    StandardOutput.flush()
    if retrain > 0 { try await trainAgain(reader) }
  }

  private func trainAgain(_ reader: ResultsReader) async throws {
    guard reader.engine == Engine.description else {
      throw UserError(
        .mismatch,
        "\(file): its engine is '\(reader.engine)' and this one is '\(Engine.description)', whose "
          + "bits differ; verify it with the program that made it, which provenance/sessions names")
    }
    let (sweep, planned) = try await PlannedSweep.recorded(reader)
    let rows = reader.rowsToRetrain(retrain)
    for row in rows {
      let id = reader.results.trialIDs[row]
      guard let trial = planned[id] else {
        let data = reader.datasets.map { "\($0.name) \($0.fingerprint.prefix(16))" }
        throw UserError(
          .mismatch,
          "\(file): trial \(row) is not what its grid plans with the data that is here; it was "
            + "trained on \(data.joined(separator: ", "))")
      }
      let trainer = try await sweep.trainer(
        trial, weights: reader.weightsPolicy, stopping: sweep.planned.stopping,
        diagnostics: sweep.planned.diagnostics)
      let isPruned = reader.results.status[row] == .pruned
      var record = try trainer.run(until: isPruned ? reader.results.epochsRun[row] : nil)
      if isPruned {
        // That it stops there was decided among all arms; what it did until then is its own.
        record.status = .pruned
        record.message = reader.results.messages[row]
      }
      guard try reader.matches(record, row: row) else {
        throw UserError(
          .badFile,
          "\(file): trial \(row) (\(id)) ends in other bits when it is trained anew: the file "
            + "does not hold what this program computes, or this machine computes wrongly")
      }
    }
    StandardOutput.line(
      "  \(rows.count) \(rows.count == 1 ? "trial" : "trials") trained anew ended in the same bits"
        + (rows.count < retrain ? "; \(retrain) were asked for, and there are no more" : ""))
  }
}
