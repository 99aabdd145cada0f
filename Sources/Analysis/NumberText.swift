import Foundation

/// Numbers as tables and sentences show them, in no locale.
package enum NumberText {
  /// `digits` after the point; an exponent from a million on, where a diverging loss would have 38
  /// digits before it.
  package static func fixed(_ value: Double, digits: Int) -> String {
    if value.isFinite, abs(value) >= 1e6 { return String(format: "%.\(digits)e", value) }
    let text = String(format: "%.\(digits)f", value)
    // A small negative number rounds to "-0.00".
    return text.hasPrefix("-") && !text.contains { ("1"..."9").contains($0) }
      ? String(text.dropFirst()) : text
  }

  package static func signed(_ value: Double, digits: Int) -> String {
    let text = fixed(value, digits: digits)
    return text.hasPrefix("-") || !text.contains { ("1"..."9").contains($0) } ? text : "+" + text
  }

  /// A p value: three digits, `<0.001` below.
  package static func p(_ value: Double) -> String {
    value < 0.001 ? "<0.001" : fixed(value, digits: 3)
  }

  /// `84.12 ±0.35`; `-` where there is no estimate.
  package static func estimate(
    _ estimate: Estimate?, of outcome: Outcome, isDifference: Bool = false
  )
    -> String
  {
    guard let estimate else { return "-" }
    let (scale, digits) = (outcome.scale, outcome.digits)
    let mean = estimate.mean * scale
    let text = isDifference ? signed(mean, digits: digits) : fixed(mean, digits: digits)
    return estimate.halfWidth.map { text + " ±" + fixed($0 * scale, digits: digits) } ?? text
  }

  package static func seeds(_ count: Int) -> String { count == 1 ? "1 seed" : "\(count) seeds" }
}
