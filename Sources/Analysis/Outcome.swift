/// A figure of a finished trial that arms are compared by, taken at the last epoch.
public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
  /// The primary outcome: verdicts rest on it alone.
  case testAccuracy = "test_accuracy"
  case testLoss = "test_loss"
  /// Training minus test accuracy, both in evaluation mode.
  case gap = "generalisation_gap"
  case trainAccuracy = "train_accuracy"

  /// What tables multiply by: accuracies are shown in percent and their differences in points.
  var scale: Double { self == .testLoss ? 1 : 100 }
  /// Digits after the decimal point in tables.
  var digits: Int { self == .testLoss ? 3 : 2 }
}
