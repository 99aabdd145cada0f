import ExperimentModel

/// A value that a setting can have.
enum SettingValue: Sendable, Hashable {
  case integer(Int64)
  case real(Double)
  case word(String)
  case flag(Bool)
  case widths([Int])
  case blocks([BlockSpec])

  /// How tables show it.
  var text: String {
    switch self {
    case .integer(let value): "\(value)"
    case .real(let value): Column.text(value)
    case .word(let value): value
    case .flag(let value): "\(value)"
    case .widths(let widths):
      widths.isEmpty ? "none" : widths.map(String.init).joined(separator: "-")
    case .blocks(let blocks):
      blocks.isEmpty ? "none" : blocks.map(Self.text).joined(separator: " ")
    }
  }

  /// `2×conv3x3x16,same,max2`: everything in which blocks can differ.
  private static func text(_ block: BlockSpec) -> String {
    let pool = block.pool.map { ",\($0.rawValue)\(block.poolSize)" } ?? ""
    let times = block.convolutions == 1 ? "" : "\(block.convolutions)×"
    let stride = block.stride == 1 ? "" : ",stride\(block.stride)"
    let norm = block.normalisation.map { ",\($0.rawValue)" } ?? ""
    let activation = block.activation == .relu ? "" : ",\(block.activation.rawValue)"
    return "\(times)conv\(block.kernel)x\(block.kernel)x\(block.filters),\(block.padding.rawValue)"
      + stride + norm + activation + pool
  }
}

/// One value of a setting and where it was written.
struct Level: Sendable {
  var value: SettingValue
  var position: GridPosition
  /// The places of a list's elements.
  var parts: [GridPosition] = []
}

/// What the file says about a setting.
struct Choice: Sendable {
  var setting: Setting
  /// Not empty; more than one only for an axis.
  var levels: [Level]
  /// Whether it was written as a list or a span.
  var isAxis: Bool
  var position: GridPosition
}
