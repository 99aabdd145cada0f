/// A figure of a finished trial that arms are compared by; losses and accuracies at the last epoch.
public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable, CodingKeyRepresentable {
  /// The primary outcome: verdicts rest on it alone.
  case testAccuracy = "test_accuracy"
  case testLoss = "test_loss"
  /// Expected calibration error on the test images.
  case calibrationError = "calibration_error"
  /// Training minus test accuracy, both in evaluation mode.
  case gap = "generalisation_gap"
  case trainAccuracy = "train_accuracy"
  /// The first epoch whose training loss is at or below the sweep's target (`SweepTable.lossTarget`).
  case epochsToLoss = "epochs_to_loss"
  /// The first epoch with the lowest test loss: where over-fitting begins. It describes; nothing
  /// was selected by it.
  case bestEpoch = "best_epoch"

  /// What the same pairs are described by, beside test accuracy.
  package static let beside: [Outcome] = [.testLoss, .gap, .calibrationError]

  /// In the heads of tables.
  package var shortName: String {
    switch self {
    case .testAccuracy: "accuracy"
    case .testLoss: "loss"
    case .calibrationError: "ECE"
    case .gap: "gap"
    case .trainAccuracy: "training"
    case .epochsToLoss: "to loss"
    case .bestEpoch: "best"
    }
  }

  /// What tables multiply by: accuracies are shown in percent and their differences in points.
  package var scale: Double {
    switch self {
    case .testAccuracy, .gap, .trainAccuracy, .calibrationError: 100
    case .testLoss, .epochsToLoss, .bestEpoch: 1
    }
  }

  /// What a mean can be at all; nil where there is no bound that matters.
  package var limits: ClosedRange<Double>? {
    switch self {
    case .testAccuracy, .trainAccuracy, .calibrationError: 0...1
    case .gap: -1...1
    case .testLoss, .epochsToLoss, .bestEpoch: nil
    }
  }

  /// What a difference of two means can be at all.
  package var limitsOfDifference: ClosedRange<Double>? {
    limits.map { ($0.lowerBound - $0.upperBound)...($0.upperBound - $0.lowerBound) }
  }

  /// Digits after the decimal point in tables.
  package var digits: Int {
    switch self {
    case .testAccuracy, .gap, .trainAccuracy, .calibrationError: 2
    case .testLoss: 3
    case .epochsToLoss, .bestEpoch: 1
    }
  }
}
