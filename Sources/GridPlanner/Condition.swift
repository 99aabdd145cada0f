/// What is asked of a cell: `dropout.rate > 0 and not pool == max`.
indirect enum Condition: Sendable {
  case test(Setting, ValueTest)
  case not(Condition)
  /// True where there is none.
  case all([Condition])
  /// False where there is none.
  case any([Condition])

  /// Every setting that it asks for.
  var settings: Set<Setting> {
    switch self {
    case .test(let setting, _): [setting]
    case .not(let condition): condition.settings
    case .all(let conditions), .any(let conditions):
      conditions.reduce(into: []) { $0.formUnion($1.settings) }
    }
  }

  /// - Parameter value: the value of a setting; nil where it has none.
  func holds(_ value: (Setting) -> SettingValue?) -> Bool {
    switch self {
    case .test(let setting, let test): value(setting).map(test.holds) ?? false
    case .not(let condition): !condition.holds(value)
    case .all(let conditions): conditions.allSatisfy { $0.holds(value) }
    case .any(let conditions): conditions.contains { $0.holds(value) }
    }
  }
}

/// What is asked of one value.
enum ValueTest: Sendable {
  enum Order: String, Sendable, CaseIterable {
    case less = "<"
    case atMost = "<="
    case more = ">"
    case atLeast = ">="
  }

  case oneOf(Set<SettingValue>)
  /// Of numbers.
  case order(Order, SettingValue)

  func holds(_ value: SettingValue) -> Bool {
    switch self {
    case .oneOf(let values): values.contains(value)
    case .order(let order, .integer(let bound)):
      if case .integer(let value) = value { Self.holds(order, value, bound) } else { false }
    case .order(let order, .real(let bound)):
      if case .real(let value) = value { Self.holds(order, value, bound) } else { false }
    case .order: false
    }
  }

  private static func holds<T: Comparable>(_ order: Order, _ a: T, _ b: T) -> Bool {
    switch order {
    case .less: a < b
    case .atMost: a <= b
    case .more: a > b
    case .atLeast: a >= b
    }
  }
}
