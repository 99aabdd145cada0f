import ExperimentModel

/// One column of the cells as small numbers, and where it does not apply.
///
/// A cell has the value that the grid wrote. Where the grid wrote none, as for an axis under `when`
/// whose condition does not hold, it has its trial's. Where the trial has none either the setting
/// does not apply, and any value agrees with it.
struct CodedColumn: Sendable {
  static let none: Int32 = -1

  /// In order of appearance.
  let levels: [SettingValue]
  /// One index into `levels` per cell, or `none`.
  let codes: [Int32]
  /// Per cell, whether its trial does not have the setting, whatever was written; empty where all do.
  let isOpen: [Bool]

  /// - Parameters:
  ///   - written: the values as written, one per cell.
  ///   - own: those of the cells' trials; nil where trials have no such column.
  init(written: [SettingValue], own: [SettingValue]?) {
    var levels = Ordered<SettingValue, Int32>()
    var codes: [Int32] = []
    codes.reserveCapacity(written.count)
    var isOpen: [Bool] = []
    for cell in written.indices {
      var value = written[cell]
      if value == .none, let found = own?[cell] { value = Self.like(written, found) }
      if value == .none {
        codes.append(Self.none)
      } else {
        let next = Int32(levels.keys.count)
        let code = levels[value] ?? next
        if code == next { levels[value, default: next] = next }
        codes.append(code)
      }
      if own?[cell] ?? value == .none {
        if isOpen.isEmpty { isOpen = [Bool](repeating: false, count: written.count) }
        isOpen[cell] = true
      }
    }
    self.levels = levels.keys
    self.codes = codes
    self.isOpen = isOpen
  }

  /// `value` as the other values of a column are: columns that do not apply everywhere hold reals.
  private static func like(_ written: [SettingValue], _ value: SettingValue) -> SettingValue {
    guard case .integer(let whole) = value,
      let first = written.first(where: { $0 != .none }), case .real = first
    else { return value }
    return .real(Double(whole))
  }

  func value(of cell: Int) -> SettingValue { level(codes[cell]) }

  func level(_ code: Int32) -> SettingValue { code == Self.none ? .none : levels[Int(code)] }

  /// The codes by size where all levels are numbers, else in order of appearance.
  var order: (codes: [Int32], isNumeric: Bool) {
    let numbers = levels.compactMap(\.number)
    let codes = levels.indices.map { Int32($0) }
    guard numbers.count == levels.count else { return (codes, false) }
    return (codes.sorted { numbers[Int($0)] < numbers[Int($1)] }, true)
  }
}
