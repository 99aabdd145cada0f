public import ExperimentModel

/// What the progress display knows of a planned trial.
public struct ProgressItem: Sendable, Hashable {
  /// The settings that vary, as the user reads them: `rate=0.25 pool=max`.
  public var label: String
  public var epochs: Int
  /// Floating-point operations of the whole trial.
  public var flops: Double

  public init(label: String, epochs: Int, flops: Double) {
    self.label = label
    self.epochs = epochs
    self.flops = flops
  }

  /// One for each trial of a plan; the label has the columns whose values differ.
  public static func items(of plan: Plan) -> [ProgressItem] {
    let varying = plan.trialColumns.filter { column in
      guard column.count > 1 else { return false }
      let first = column.text(at: 0)
      return (1..<column.count).contains { column.text(at: $0) != first }
    }
    return plan.trials.enumerated().map { row, trial in
      let settings = varying.compactMap { column in
        let text = column.text(at: row)
        return text.isEmpty ? nil : "\(column.name)=\(text)"
      }
      return ProgressItem(
        label: settings.joined(separator: " "), epochs: trial.spec.epochs, flops: trial.flops)
    }
  }
}
