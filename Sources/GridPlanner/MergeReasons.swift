/// Finds out why another cell's trial stands for a cell; remembers what it found.
struct MergeReasons {
  private let plan: PlannedGrid
  private let named: [Setting]
  private let sited: [Setting]
  /// Dimensions of which every two levels differ in one setting only.
  private let simple: [[Bool]]
  private var known: [[Int]: [MergeRule]] = [:]

  init(_ plan: PlannedGrid) {
    self.plan = plan
    let others = Setting.general + [.seedMask, .seed]
    named = Setting.all.filter { !others.contains($0) }
    sited = plan.grid.subgrids.axes(leaders: false).filter { $0.place != nil }
    simple = plan.grid.subgrids.map { subgrid in
      subgrid.dimensions.map { $0.settings.count == 1 && $0.condition == nil }
    }
  }

  /// Why another cell's trial stands for `cell`; empty where it has its own.
  mutating func rules(_ cell: Int) -> [MergeRule] {
    let first = Int(plan.layout.draft(ofCell: cell).cell)
    guard first != cell else { return [] }
    let (place, other) = (plan.place(cell), plan.place(first))
    guard place.subgrid == other.subgrid else { return find(place, other) }
    let differing = place.levels.indices.filter { place.levels[$0] != other.levels[$0] }
    guard differing.allSatisfy({ simple[place.subgrid][$0] }) else { return find(place, other) }
    let numbers = [plan.planner.dropoutNumber(place), plan.planner.dropoutNumber(other)]
    let key = numbers + [place.subgrid] + differing
    if let rules = known[key] { return rules }
    let rules = find(place, other)
    known[key] = rules
    return rules
  }

  private func find(_ place: CellPlace, _ other: CellPlace) -> [MergeRule] {
    let planner = plan.planner
    func differ(_ settings: [Setting]) -> Bool {
      settings.contains { planner.value($0, place) != planner.value($0, other) }
    }
    let (part, first) = (planner.dropout(place), planner.dropout(other))
    var rules: Set<MergeRule> = []
    if part.written != first.written {
      rules.formUnion(part.rules.union(first.rules))
    } else if part.names != first.names {
      rules.insert(.onePoint)
    } else if differ(Setting.general + sited) {
      rules.insert(part.dropouts.contains(where: \.isPlaced) ? .otherWords : .rateZero)
    }
    if part.isEmpty, differ([.seed, .seedMask]) { rules.insert(.maskSeed) }
    if rules.isEmpty || differ(named) { rules.insert(.otherWords) }
    return MergeRule.allCases.filter(rules.contains)
  }
}
