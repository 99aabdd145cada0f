import ExperimentModel
import ResultsStore
import Synchronization
import TensorCore
import Training

/// What a run does with the files beside its results: checkpoints, and notes of its own deaths.
final class SweepFolder: Sendable {
  let checkpoints: CheckpointFolder
  private let writer: ResultsWriter
  private let ids: [TrialID]
  private let hasComplained = Atomic<Bool>(false)

  init(writer: ResultsWriter, plan: Plan) {
    checkpoints = CheckpointFolder(results: writer.path)
    self.writer = writer
    ids = plan.trials.map(\.id)
  }

  /// Clears what is out of date, and records those of `rows` that keep bringing the process down.
  ///
  /// - Parameter anew: whether the user asks for these trials again, so that their past is over.
  /// - Returns: the rows that are recorded as failed.
  func begin(_ rows: [Int], anew: Bool) async throws(UserError) -> Set<Int> {
    let chosen = Set(rows)
    let ended = writer.finished.union(anew ? chosen : [])
    checkpoints.remove(ended.map { ids[$0] })
    let open = ids.indices.filter { !ended.contains($0) }
    let notes = checkpoints.faultNotes()
    var condemned: [(row: Int, record: TrialRecord)] = []
    for row in open where chosen.contains(row) {
      if let signals = notes[ids[row]],
        let record = CheckpointFolder.verdict(on: ids[row], signals)
      {
        condemned.append((row, record))
      }
    }
    try await writer.append(condemned)
    self.ended(condemned.map(\.row))
    let recorded = Set(condemned.map(\.row))
    try checkpoints.keepFaultNotes(of: Set(open.filter { !recorded.contains($0) }.map { ids[$0] }))
    return recorded
  }

  /// Where a trial keeps its state; `complain` is told the first time that this fails.
  func checkpoints(
    of row: Int, every interval: Double, onResume: @escaping (Double) -> Void,
    complain: @escaping @Sendable (String) -> Void
  ) -> Checkpoints {
    Checkpoints(
      interval: interval, last: checkpoints.load(ids[row], engine: Engine.description),
      onResume: onResume
    ) { [self] state in
      do throws(UserError) {
        try checkpoints.save(state, of: ids[row], engine: Engine.description)
      } catch {
        guard !hasComplained.exchange(true, ordering: .relaxed) else { return }
        complain("no checkpoint could be kept, and the sweep goes on: \(error)")
      }
    }
  }

  /// These rows are on the disk.
  func ended(_ rows: [Int]) { checkpoints.remove(rows.map { ids[$0] }) }

  /// Removes what nobody needs after the run.
  func end(_ results: SweepResults) {
    let pending = zip(results.trialIDs, results.status).filter { $1 == .pending }.map(\.0)
    // Notes that stay behind are read again by the next run.
    try? checkpoints.keepFaultNotes(of: Set(pending))
    checkpoints.removeIfEmpty()
  }
}
