public import ExperimentModel

extension PlannedGrid {
  /// The trials of the cells for which a condition holds, in the order of training.
  ///
  /// - Parameter condition: as in a grid's `only`: `dropout.rate > 0 and pool == max`.
  /// - Throws: `GridError` where it is no condition over this grid's axes.
  public func trials(where condition: String) throws(GridError) -> [Int] {
    let found: Condition
    let context = "--where"
    func mistake(_ message: String) -> GridError {
      GridError(issues: [
        GridIssue(file: grid.name, position: .commandLine(0), path: context, message: message)
      ])
    }
    var reader = GridReader(file: grid.name)
    reader.groups = grid.groups
    do throws(ConditionError) {
      var parser = try ConditionParser(condition, find: reader.find)
      found = try parser.parse()
    } catch {
      throw mistake("at character \(error.offset + 1): \(error.message)")
    }
    let axes = grid.subgrids.axes(leaders: false)
    for setting in found.settings.sorted(by: { $0.path < $1.path }) where !axes.contains(setting) {
      throw mistake("`\(setting.path)` is no axis of this grid, so that no cell differs in it")
    }
    var rows: Set<Int> = []
    for cell in 0..<cellCount {
      let place = place(cell)
      if found.holds({ planner.value($0, place) }) { rows.insert(layout.row(ofCell: cell)) }
    }
    return rows.sorted()
  }

  /// The trials of one of `count` shards, in the order of training.
  ///
  /// Trials go one by one, in the order of training (block by block, the longest first), to the
  /// shard with the fewest operations so far, the first of those with equally few: the split is
  /// even, each shard has its part of every block, and it depends on nothing but the plan.
  ///
  /// - Parameters:
  ///   - number: from 1 to `count`.
  ///   - count: of shards, at least 1.
  public func shard(_ number: Int, of count: Int) -> [Int] {
    precondition(count >= 1 && (1...count).contains(number))
    var load = Array(repeating: 0.0, count: count)
    var rows: [Int] = []
    for row in 0..<trialCount {
      var least = 0
      for shard in 1..<max(count, 1) where load[shard] < load[least] { least = shard }
      load[least] += layout.flops(ofRow: row)
      if least == number - 1 { rows.append(row) }
    }
    return rows
  }

  /// Two cells that are one trial though their trainings, as written, differ.
  public struct MergedPair: Sendable {
    /// Numbers of the cells.
    public var cells: (Int, Int)
    public var rules: String
    /// Each side as it is written: nothing is rewritten.
    public var trials: (PlannedTrial, PlannedTrial)
  }

  /// Some of the merged pairs, spread over the grid and over the rules.
  ///
  /// Pairs whose trainings are one specification in other words are left out: there is nothing to
  /// compare.
  public func mergedPairs(atMost count: Int) -> [MergedPair] {
    var reasons = MergeReasons(self)
    var byRule: [[MergeRule]: [Int]] = [:]
    for cell in 0..<cellCount {
      let rules = reasons.rules(cell)
      if rules.contains(where: MergeRule.switchable.contains) {
        byRule[rules, default: []].append(cell)
      }
    }
    let groups = byRule.sorted { $0.value[0] < $1.value[0] }
    guard !groups.isEmpty else { return [] }
    let (share, rest) = count.quotientAndRemainder(dividingBy: groups.count)
    return groups.enumerated().flatMap { number, group in
      let wanted = min(share + (number < rest ? 1 : 0), group.value.count)
      return (0..<wanted).map { index in
        let cell = group.value[index * group.value.count / wanted]
        let first = Int(layout.draft(ofCell: cell).cell)
        return MergedPair(
          cells: (first, cell), rules: group.key.map(\.text).joined(separator: "; "),
          trials: (asWritten(first), asWritten(cell)))
      }
    }
  }

  private func asWritten(_ cell: Int) -> PlannedTrial {
    let (spec, data) = planner.specAsWritten(place(cell))
    let row = layout.row(ofCell: cell)
    return PlannedTrial(
      id: planner.id(spec, data: data), spec: spec,
      architecture: planner.networks[Int(layout.draft(ofRow: row).network)].architecture,
      flops: layout.flops(ofRow: row))
  }
}
