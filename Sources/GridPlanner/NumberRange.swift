import ExperimentModel

/// An interval of real numbers that says in words what it holds.
struct NumberRange: Sendable {
  let lower: Double
  let upper: Double
  let hasLower: Bool
  let hasUpper: Bool

  init(from lower: Double, below upper: Double) {
    (self.lower, self.upper, hasLower, hasUpper) = (lower, upper, true, false)
  }

  init(from lower: Double, to upper: Double) {
    (self.lower, self.upper, hasLower, hasUpper) = (lower, upper, true, true)
  }

  init(above lower: Double, to upper: Double) {
    (self.lower, self.upper, hasLower, hasUpper) = (lower, upper, false, true)
  }

  func contains(_ value: Double) -> Bool {
    (hasLower ? value >= lower : value > lower) && (hasUpper ? value <= upper : value < upper)
  }

  /// `at least 0 and below 1`.
  var inWords: String {
    "\(hasLower ? "at least" : "above") \(Column.text(lower)) and "
      + "\(hasUpper ? "at most" : "below") \(Column.text(upper))"
  }
}

extension Column {
  /// A real number as columns show it.
  static func text(_ value: Double) -> String {
    Column(name: "", path: "", values: .real([value])).text(at: 0)
  }
}
