import ExperimentModel

// Values of settings in a cell.
extension Planner {
  func value(_ setting: Setting, _ cell: CellPlace) -> SettingValue? {
    spaces[cell.subgrid].value(setting, cell.levels)
  }

  /// The level that the file gives for a setting in a cell; nil where it gives none.
  func level(_ setting: Setting, _ cell: CellPlace) -> Level? {
    spaces[cell.subgrid].level(setting, cell.levels)
  }

  func position(_ setting: Setting, _ cell: CellPlace) -> GridPosition {
    level(setting, cell)?.position ?? .start
  }

  /// What a mistake that several settings make together is put down to: `setting`, unless that is
  /// the file's and one of `others` was given on the command line.
  func blamed(
    _ setting: Setting, or others: [Setting], _ cell: CellPlace
  ) -> (setting: Setting, position: GridPosition) {
    let own = setting.place.map { place in
      others.filter { Setting.placed.contains($0) || $0 == .placement }
        .map { Setting.of(place, $0) }
    }
    let chosen = ([setting] + (own ?? []) + others).first {
      level($0, cell)?.position.isCommandLine == true
    }
    return (chosen ?? setting, position(chosen ?? setting, cell))
  }

  func integer64(_ setting: Setting, _ cell: CellPlace) -> Int64 {
    guard case .integer(let value) = value(setting, cell) else {
      preconditionFailure("\(setting.path) is an integer")
    }
    return value
  }

  func integer(_ setting: Setting, _ cell: CellPlace) -> Int { Int(integer64(setting, cell)) }

  func real(_ setting: Setting, _ cell: CellPlace) -> Double {
    guard case .real(let value) = value(setting, cell) else {
      preconditionFailure("\(setting.path) is a number")
    }
    return value
  }

  func word(_ setting: Setting, _ cell: CellPlace) -> String {
    guard case .word(let value) = value(setting, cell) else {
      preconditionFailure("\(setting.path) is a word")
    }
    return value
  }

  /// A word as the enumeration it belongs to.
  func choice<T: RawRepresentable>(_ setting: Setting, _ cell: CellPlace) -> T
  where T.RawValue == String {
    guard let value = T(rawValue: word(setting, cell)) else {
      preconditionFailure("\(setting.path) is a \(T.self)")
    }
    return value
  }

  func seed(_ cell: CellPlace) -> Seed {
    let split = [Setting.seedInit, .seedOrder, .seedMask].contains { level($0, cell) != nil }
    guard split else { return Seed(integer64(.seed, cell)) }
    return Seed(
      initialisation: integer64(.seedInit, cell), order: integer64(.seedOrder, cell),
      mask: integer64(.seedMask, cell))
  }
}
