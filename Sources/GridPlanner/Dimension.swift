/// Settings that vary together: an axis, several axes in step (`zip`) or a group.
struct Dimension: Sendable {
  /// Where it is written.
  var position: GridPosition
  /// What it sets; the first one names it.
  var settings: [Setting]
  /// For each setting its values, one for each level; nil where a group leaves a setting alone.
  var columns: [[Level?]]
  /// Where it varies; elsewhere its settings have the values that are fixed.
  var condition: Condition?

  init(_ choice: Choice, condition: Condition? = nil) {
    position = choice.position
    settings = [choice.setting]
    columns = [choice.levels]
    self.condition = condition
  }

  init(position: GridPosition, settings: [Setting], columns: [[Level?]]) {
    self.position = position
    self.settings = settings
    self.columns = columns
  }

  /// How many levels it has.
  var count: Int { columns.first?.count ?? 0 }

  /// Numbers for its levels: one more than those where it does not always vary.
  var radix: Int { count + (condition == nil ? 0 : 1) }

  /// `pool`, or `dropout.rate + optimiser.momentum` for axes in step.
  var name: String { settings.map(\.path).joined(separator: " + ") }
}

/// A part of a grid: every combination of its dimensions, less those that are filtered out.
struct SubGrid: Sendable {
  /// What the file fixes; other settings have their fallback.
  var fixed: [Setting: Level] = [:]
  /// The last one varies fastest; those with a condition come last.
  var dimensions: [Dimension] = []
  /// A cell that matches any of them is left out.
  var exclusions: [Condition] = []
  var sample: Sample?
  var position: GridPosition = .start

  /// Its combinations before anything is left out.
  var combinations: GridCount {
    dimensions.reduce(GridCount(exactly: 1)) { $0 * GridCount(exactly: $1.count) }
  }

  /// Every setting that varies, in order.
  var varying: [Setting] { dimensions.flatMap(\.settings) }
}

/// A number of cells, which may be too large for an integer.
public struct GridCount: Sendable, Hashable {
  /// Rounded where it is 2^63 or more.
  public var value: Double
  /// nil where it is 2^63 or more.
  public var integer: Int?
  /// Whether there are exactly as many; else there are at most as many.
  public var isExact: Bool

  init(exactly integer: Int) {
    value = Double(integer)
    self.integer = integer
    isExact = true
  }

  static func * (left: Self, right: Self) -> Self {
    combined(left, right, left.value * right.value) { $0.multipliedReportingOverflow(by: $1) }
  }

  static func + (left: Self, right: Self) -> Self {
    combined(left, right, left.value + right.value) { $0.addingReportingOverflow($1) }
  }

  private static func combined(
    _ left: Self, _ right: Self, _ value: Double,
    _ exact: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Self {
    var result = Self(exactly: 0)
    result.value = value
    result.integer = nil
    result.isExact = left.isExact && right.isExact
    if let left = left.integer, let right = right.integer {
      let (integer, overflow) = exact(left, right)
      if !overflow { (result.integer, result.value) = (integer, Double(integer)) }
    }
    return result
  }
}

extension GridCount: CustomStringConvertible {
  /// `1,000`, `about 3.9e+27`, and `at most` before either where it is a bound.
  public var description: String {
    let number = integer.map(Wording.grouped) ?? "about \(value)"
    return isExact ? number : "at most \(number)"
  }
}

extension SubGrid {
  /// Every value that the file gives for a setting here.
  func levels(of setting: Setting) -> [Level] {
    var levels = [fixed[setting]].compactMap(\.self)
    for dimension in dimensions {
      guard let column = dimension.settings.firstIndex(of: setting) else { continue }
      levels += dimension.columns[column].compactMap(\.self)
    }
    return levels
  }

  /// Whether the file gives the setting a value in every cell.
  func always(sets setting: Setting) -> Bool {
    fixed[setting] != nil
      || dimensions.contains { dimension in
        guard dimension.condition == nil,
          let column = dimension.settings.firstIndex(of: setting)
        else { return false }
        return dimension.columns[column].allSatisfy { $0 != nil }
      }
  }
}
