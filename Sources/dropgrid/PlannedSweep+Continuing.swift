import ExperimentModel
import GridPlanner
import ResultsStore
import TensorCore

/// How a grid and a results file go together.
enum Continuation {
  /// The file has the grid's plan.
  case same
  /// The file has every trial of the grid, and goes on with its own plan: the file's sweep, and the
  /// rows of the grid's trials.
  case contained(PlannedSweep, rows: [Int])
  /// It has not, or records something else of them; why.
  case other(String)
}

extension PlannedSweep {
  /// How the sweep goes on in a results file.
  ///
  /// - Parameters:
  ///   - plan: this sweep's.
  ///   - extending: whether the grid may add to the file: the file then counts as having all of the
  ///     grid only where it has its cells too, and more than those.
  ///   - merging: what the file's grids are laid out with; nil for what they say.
  func continuation(
    of plan: Plan, in reader: ResultsReader, extending: Bool = false, merging: Bool?
  ) async throws -> Continuation {
    let engine = Engine.description
    guard let difference = reader.difference(from: plan, engine: engine) else { return .same }
    let own = Set(plan.trials.map(\.id))
    let rows = reader.results.trialIDs.indices.filter { own.contains(reader.results.trialIDs[$0]) }
    guard rows.count == own.count,
      let sweep = try? await Self.recordedSweep(of: reader, merging: merging)
    else { return .other(difference) }
    // The file's plan, recording and judging what the grid asks for.
    var wanted = sweep.planned.plan
    wanted.margin = plan.margin
    wanted.claim = plan.claim
    wanted.stopping = plan.stopping
    wanted.diagnostics = plan.diagnostics
    wanted.weights = planned.namedWeights ?? wanted.weights
    if let difference = reader.difference(from: wanted, engine: engine) {
      return .other(difference)
    }
    let isWhole = rows.count == reader.results.trialIDs.count
    let isDone = rows.allSatisfy { reader.results.status[$0] != .pending }
    guard isWhole || isDone || plan.stopping?.comparesArms != true else {
      return .other(
        "its stopping rule compares all arms with each other, and the grid has only some of them")
    }
    if extending {
      guard plan.cells.count < reader.results.cells.count, reader.results.hasCells(of: plan) else {
        return .other(difference)
      }
    }
    return .contained(sweep, rows: rows)
  }
}

extension PlannedGrid {
  /// The settings that differ from those of a results file, behind a refusal: a line each; empty
  /// where none does, or where the file cannot be read.
  func differences(from path: String) -> String {
    guard let reader = try? ResultsReader(path: path),
      let there = try? GridFile.parse(recorded: reader.gridText, name: path)
    else { return "" }
    let lines = grid.differences(from: there)
    guard !lines.isEmpty else { return "" }
    return "\nThe settings differ (there: in the file; here: in the grid):"
      + lines.map { "\n  \($0)" }.joined()
  }
}

extension SweepResults {
  /// Whether every cell of a plan is here: the same values as written, and the same trial.
  fileprivate func hasCells(of plan: Plan) -> Bool {
    let columns = plan.cellColumns.compactMap { column in
      cellColumns.first { $0.name == column.name }
    }
    guard columns.count == plan.cellColumns.count else { return false }
    let known = Set(
      cells.enumerated().map { row, cell in
        ["\(trialIDs[cell.trial])"] + columns.map { $0.text(at: row) }
      })
    return plan.cells.enumerated().allSatisfy { row, cell in
      known.contains(
        ["\(plan.trials[cell.trial].id)"] + plan.cellColumns.map { $0.text(at: row) })
    }
  }
}
