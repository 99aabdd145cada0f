/// How a trial ended; the raw values are those of `status` in the results file.
///
/// `done`: all epochs of its specification. `censored`: fewer, because its own patience ended it;
/// its last figures stand for training with patience, and are compared. `pruned`: fewer, because
/// its arm was stopped among others; its figures are those of an unfinished training, and are not.
public enum TrialStatus: Int8, Sendable, Hashable, CaseIterable {
  case pending = 0
  case done, failed, diverged, timedOut, pruned, censored

  /// Whether the trial went where its own specification and rule took it: `done` or `censored`.
  public var isComplete: Bool { self == .done || self == .censored }

  /// Whether nothing went wrong: complete, or stopped as the plan says.
  public var isAsPlanned: Bool { isComplete || self == .pruned }

  /// `timed_out`, …: the word in the file's `flag_meanings`.
  public var name: String { self == .timedOut ? "timed_out" : "\(self)" }
}

/// A figure recorded once per epoch; the raw values name the file's datasets.
public enum Metric: String, Sendable, Hashable, CaseIterable {
  case trainLoss = "train_loss"
  case trainAccuracy = "train_accuracy"
  case testLoss = "test_loss"
  case testAccuracy = "test_accuracy"
  /// Expected calibration error (Guo et al. 2017).
  case testECE = "test_ece"
  case validationLoss = "val_loss"
  case validationAccuracy = "val_accuracy"
  case fitLoss = "fit_loss"
  case fitAccuracy = "fit_accuracy"
  case monteCarloLoss = "mc_loss"
  case monteCarloAccuracy = "mc_accuracy"

  /// What it is, for a figure's axis.
  public var longName: String {
    switch self {
    case .trainLoss: "training loss, evaluation mode, at the epoch's end"
    case .trainAccuracy: "training accuracy, evaluation mode, at the epoch's end"
    case .testLoss: "test loss, evaluation mode, at the epoch's end"
    case .testAccuracy: "test accuracy, evaluation mode, at the epoch's end"
    case .testECE: "expected calibration error on the test images, evaluation mode, 15 bins"
    case .validationLoss: "validation loss, evaluation mode, at the epoch's end"
    case .validationAccuracy: "validation accuracy, evaluation mode, at the epoch's end"
    case .fitLoss: "training loss over the epoch's steps, dropout on"
    case .fitAccuracy: "training accuracy over the epoch's steps, dropout on"
    case .monteCarloLoss: "test loss, mean probabilities over masks, at the epoch's end"
    case .monteCarloAccuracy: "test accuracy, mean probabilities over masks, at the epoch's end"
    }
  }
}

/// What one trial left behind.
public struct TrialRecord: Sendable, Hashable {
  public var id: TrialID
  public var status: TrialStatus
  /// Why it did not end as `done`; empty where it did.
  public var message: String
  /// Epochs that were finished.
  public var epochsRun: Int
  /// One value per finished epoch.
  public var metrics: [Metric: [Float]]
  /// The values of each finished epoch, one after the other; empty without diagnostics.
  public var diagnostics: [DiagnosticFigure: [Float]]
  /// Weights, in the order of `ResolvedNetwork.parameters` and in their shapes, each with its
  /// snapshots one after the other; empty where the plan keeps none or the trial is not complete.
  public var weights: [[Float]]
  /// The epochs of the snapshots, ascending; empty for the last epoch's alone.
  public var snapshots: [Int] = []
  /// Seconds since 1970-01-01T00:00:00Z; not a result.
  public var finishedAt: Double
  /// Wall-clock seconds; not a result.
  public var duration: Double

  public init(
    id: TrialID, status: TrialStatus, message: String = "", epochsRun: Int = 0,
    metrics: [Metric: [Float]] = [:], diagnostics: [DiagnosticFigure: [Float]] = [:],
    weights: [[Float]] = [], finishedAt: Double = 0, duration: Double = 0
  ) {
    self.id = id
    self.status = status
    self.message = message
    self.epochsRun = epochsRun
    self.metrics = metrics
    self.diagnostics = diagnostics
    self.weights = weights
    self.finishedAt = finishedAt
    self.duration = duration
  }
}
