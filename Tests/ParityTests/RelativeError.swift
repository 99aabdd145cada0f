/// How far a whole tensor is from what is expected: the larger of two relative errors, that of the
/// largest value and that of the norm.
///
/// - Parameter floor: the size below which a tensor counts as being of this size: a gradient that
///   is zero in real arithmetic is rounding in both programs.
func relativeError(
  _ values: some Collection<Float>, _ expected: some Collection<Float>, floor: Double = 0
) -> Double {
  guard values.count == expected.count else { return .infinity }
  var largest = 0.0, squares = 0.0, difference = 0.0, differenceSquares = 0.0
  for (value, expectation) in zip(values, expected) {
    let value = Double(value), expectation = Double(expectation)
    guard value.isFinite else { return .infinity }
    largest = max(largest, abs(expectation))
    squares += expectation * expectation
    difference = max(difference, abs(value - expectation))
    differenceSquares += (value - expectation) * (value - expectation)
  }
  guard difference > 0 else { return 0 }
  return max(
    difference / max(largest, floor), (differenceSquares / max(squares, floor * floor)).squareRoot()
  )
}
