public import ExperimentModel

extension GridFile {
  /// Seconds that the trials of the grid's sample may take; nil where it has a count of arms, or
  /// is no sample.
  public var timeBudget: Double? { subgrids.lazy.compactMap { $0.sample?.seconds }.first }

  /// The grid with a count of arms instead of a budget in time.
  public func choosing(arms: Int) -> GridFile {
    var grid = self
    grid.sample(arms: arms)
    return grid
  }

  /// The most arms whose trials take no longer than the budget, at the slow end of the forecast,
  /// which takes `machine`, measured before, for granted.
  ///
  /// - Throws: where not even one arm fits, or the grid makes no sense.
  /// - Complexity: about 2 log n times that of laying out n arms.
  /// - Returns: no more than there are.
  public func armsWithinBudget(
    cards: [String: DatasetCard], numericsVersion: Int, merging: Bool? = nil,
    machine: MachineProfile
  ) throws(GridError) -> Int {
    guard let budget = timeBudget else { preconditionFailure("the grid has no budget") }
    func look(_ arms: Int) throws(GridError) -> (cells: Int, seconds: Double) {
      let planned = try choosing(arms: arms).layOut(
        cards: cards, numericsVersion: numericsVersion, merging: merging)
      return (planned.cellCount, Forecast(planned, machine: machine).seconds.upperBound)
    }
    var (fits, last) = (1, try look(1))
    guard last.seconds <= budget else {
      let position = subgrids.first { $0.sample != nil }?.sample?.position ?? .start
      throw GridError(issues: [
        GridIssue(
          file: name, position: position, path: "sample",
          message: "one arm alone, with all its seeds, takes \(Int(last.seconds.rounded(.up))) "
            + "seconds, and the budget is \(Int(budget)): raise it, or give fewer seeds")
      ])
    }
    // Double until it is too much or the grid has no more, then halve the gap.
    var tooMany = 2
    while tooMany <= Self.mostCells {
      let found = try look(tooMany)
      if found.seconds > budget { break }
      if found.cells == last.cells { return min(fits, choosing(arms: fits).arms ?? fits) }
      (fits, last) = (tooMany, found)
      tooMany *= 2
    }
    tooMany = min(tooMany, Self.mostCells + 1)
    while tooMany - fits > 1 {
      let middle = (fits + tooMany) / 2
      if try look(middle).seconds <= budget { fits = middle } else { tooMany = middle }
    }
    return min(fits, choosing(arms: fits).arms ?? fits)
  }

  /// How many arms the grid has, chosen or not; nil where that is not known exactly.
  private var arms: Int? {
    let all = subgrids.lazy.compactMap { GridSpace($0, number: 0).sampling?.all }.first
    return all?.isExact == true ? all?.integer : nil
  }

  /// Refuses to lay out a sample whose size is not known yet.
  func checkBudget() throws(GridError) {
    guard let sample = subgrids.lazy.compactMap(\.sample).first(where: { $0.seconds != nil })
    else { return }
    throw GridError(issues: [
      GridIssue(
        file: name, position: sample.position, path: "sample",
        message: "has a budget in time, and how many arms fit into it is measured once, before "
          + "the run: `dropgrid plan \(name.shellWord) -o plan.json`, then `dropgrid run --plan plan.json`; "
          + "or give sample.count=N")
    ])
  }
}
