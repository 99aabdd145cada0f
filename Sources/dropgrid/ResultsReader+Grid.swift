import ExperimentModel
import GridPlanner
import ResultsStore

extension ResultsReader {
  /// What the file holds, and the settings that its grid gives to every trial; without those where
  /// this version cannot read the grid.
  ///
  /// - Parameter row: the trial that is meant, of which every setting is looked up.
  func completeResults(row: Int? = nil) -> SweepResults {
    var results = results
    results.damaged = tornRows.count
    let grid = try? GridFile.parse(recorded: gridText, name: path)
    results.constants = grid?.constants(beside: results.trialColumns, row: row) ?? []
    return results
  }
}
