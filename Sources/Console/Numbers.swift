import Foundation

/// Numbers as the progress display writes them.
enum Numbers {
  /// `0:07`, `4:10`, `1:02:03`; dashes where nobody can say.
  static func clock(_ seconds: Double?) -> String {
    guard let seconds, seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "-:--" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    let tail = String(format: "%02d", whole % 60)
    return hours > 0 ? "\(hours):\(String(format: "%02d", minutes)):\(tail)" : "\(minutes):\(tail)"
  }

  /// `2.9 s` below a minute, else `4:10`.
  static func duration(_ seconds: Double) -> String {
    seconds < 59.95 ? "\(String(format: "%.1f", seconds)) s" : clock(seconds)
  }

  /// Five characters where they can say it: `0.853`, `12.34`; else an exponent.
  static func metric(_ value: Float) -> String {
    switch abs(value) {
    case 10_000...: String(format: "%.1e", value)
    case 1_000...: String(format: "%.0f", value)
    case 100...: String(format: "%.1f", value)
    case 10...: String(format: "%.2f", value)
    default: String(format: "%.3f", value)
    }
  }
}
