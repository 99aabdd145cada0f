/// Quantities in words, the same in every locale.
enum Quantity {
  /// Three significant digits at most, without exponent: `6.48`, `107`, `0.05`.
  static func short(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let decimals = abs(value) < 9.995 ? 2 : abs(value) < 99.95 ? 1 : 0
    let scale = [1.0, 10, 100][decimals]
    let scaled = Int((abs(value) * scale).rounded())
    let whole = Wording.grouped(scaled / Int(scale))
    var fraction = decimals == 0 ? "" : String(scaled % Int(scale) + Int(scale)).dropFirst()
    while fraction.last == "0" { fraction.removeLast() }
    return (value < 0 && scaled != 0 ? "-" : "") + whole + (fraction.isEmpty ? "" : ".\(fraction)")
  }

  /// `3.2 MB`, in powers of 1000.
  static func bytes(_ value: Double) -> String {
    scaled(value, "B", ["", "k", "M", "G", "T", "P"])
  }

  /// `6.48 MFLOP`.
  static func flops(_ value: Double) -> String {
    scaled(value, "FLOP", ["", "k", "M", "G", "T", "P", "E"])
  }

  private static func scaled(_ value: Double, _ unit: String, _ prefixes: [String]) -> String {
    var value = value
    var index = 0
    while value >= 999.5, index < prefixes.count - 1 {
      value /= 1000
      index += 1
    }
    return "\(short(value)) \(prefixes[index])\(unit)"
  }

  /// `40 s`, `4.5 min`, `3.2 h`, `2.5 days`.
  static func time(_ seconds: Double) -> String {
    switch seconds {
    case ..<1: "under 1 s"
    case ..<90: "\(short(seconds.rounded())) s"
    case ..<5400: "\(short(rounded(seconds / 60))) min"
    case ..<172_800: "\(short(rounded(seconds / 3600))) h"
    default: "\(short(rounded(seconds / 86400))) days"
    }
  }

  private static func rounded(_ value: Double) -> Double {
    value < 10 ? (value * 10).rounded() / 10 : value.rounded()
  }

  /// `3.4 min to 8.6 min`.
  static func time(_ range: ClosedRange<Double>) -> String {
    let (low, high) = (time(range.lowerBound), time(range.upperBound))
    return low == high ? low : "\(low) to \(high)"
  }
}
