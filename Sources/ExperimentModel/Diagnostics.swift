/// A group of figures about what happens inside a network: a word of a grid's `diagnostics`.
public enum Diagnostic: String, Sendable, Hashable, CaseIterable {
  /// Zeros, mean and variance of what passes a site.
  case activations
  /// Gradients that are exactly 0.
  case gradients
  /// Correlation of neighbouring pixels.
  case neighbours
  /// Connected zeros.
  case holes
  /// Correlation between features.
  case features
  /// Accuracy with one feature removed.
  case removal
  /// Accuracy on shifted images.
  case shifts
  /// Accuracy on images with a patch covered.
  case occlusion

  public var figures: [DiagnosticFigure] {
    switch self {
    case .activations:
      [
        .zeroShareTraining, .zeroShareEvaluation, .meanTraining, .meanEvaluation,
        .varianceTraining, .varianceEvaluation,
      ]
    case .gradients: [.zeroGradientShare]
    case .neighbours: [.neighbourCorrelation]
    case .holes: [.holeSizeTraining, .holeSizeEvaluation, .holeSizes]
    case .features: [.featureCorrelation]
    case .removal: [.removalDrop, .largestRemovalDrop]
    case .shifts: [.shiftedAccuracy]
    case .occlusion: [.occludedAccuracy]
    }
  }
}

/// A figure that `diagnostics` records for every epoch; the raw values name the file's datasets.
///
/// At a site stands what the layer behind it reads, behind the site's dropout; gradients are those
/// with respect to what arrives there, in front of its dropout.
public enum DiagnosticFigure: String, Sendable, Hashable, CaseIterable {
  case zeroShareTraining = "zero_share_train"
  case zeroShareEvaluation = "zero_share_eval"
  case meanTraining = "mean_train"
  case meanEvaluation = "mean_eval"
  case varianceTraining = "variance_train"
  case varianceEvaluation = "variance_eval"
  case zeroGradientShare = "zero_gradient_share"
  case neighbourCorrelation = "neighbour_correlation"
  case holeSizeTraining = "hole_size_train"
  case holeSizeEvaluation = "hole_size_eval"
  case holeSizes = "hole_sizes_train"
  case featureCorrelation = "feature_correlation"
  case removalDrop = "removal_drop"
  case largestRemovalDrop = "removal_drop_largest"
  case shiftedAccuracy = "shifted_accuracy"
  case occludedAccuracy = "occluded_accuracy"

  /// What a figure has a value for, besides the trial and the epoch.
  public enum Axis: String, Sendable, Hashable, CaseIterable {
    case site
    /// Smallest size of a class of holes, in elements.
    case hole
    /// Pixels.
    case shift
    /// Side of a square, in pixels.
    case patch

    /// Its values; those of `site` are the plan's.
    public var values: [Int] {
      switch self {
      case .site: []
      case .hole: [1, 2, 3, 5, 9, 17, 33, 65]
      case .shift: [1, 2, 3]
      case .patch: [2, 4, 8, 12]
      }
    }

    public var longName: String {
      switch self {
      case .site: "place in the network"
      case .hole: "smallest size of a class of holes, in elements"
      case .shift: "shift of the image, in pixels"
      case .patch: "side of the covered square, in pixels"
      }
    }
  }

  public var axes: [Axis] {
    switch self {
    case .holeSizes: [.site, .hole]
    case .shiftedAccuracy: [.shift]
    case .occludedAccuracy: [.patch]
    default: [.site]
    }
  }

  /// What it is, for a figure's axis.
  public var longName: String {
    switch self {
    case .zeroShareTraining: "share of exact zeros, training mode"
    case .zeroShareEvaluation: "share of exact zeros, evaluation mode"
    case .meanTraining: "mean, training mode"
    case .meanEvaluation: "mean, evaluation mode"
    case .varianceTraining: "variance, training mode"
    case .varianceEvaluation: "variance, evaluation mode"
    case .zeroGradientShare: "share of gradients that are exactly 0, training mode"
    case .neighbourCorrelation: "correlation of neighbouring pixels of a map, evaluation mode"
    case .holeSizeTraining: "mean size of connected zeros of a map, training mode"
    case .holeSizeEvaluation: "mean size of connected zeros of a map, evaluation mode"
    case .holeSizes: "share of the connected zeros that have a size, training mode"
    case .featureCorrelation: "mean absolute correlation between features, evaluation mode"
    case .removalDrop: "mean drop in test accuracy when one feature is removed"
    case .largestRemovalDrop: "largest drop in test accuracy when one feature is removed"
    case .shiftedAccuracy: "test accuracy on shifted images, mean of four directions"
    case .occludedAccuracy: "test accuracy with a covered square, mean of five positions"
    }
  }
}

/// Which diagnostics a sweep records, and where.
public struct DiagnosticsPlan: Sendable, Hashable {
  /// Images that sites are looked at with.
  public static let images = 64

  /// A place that every network of the sweep that has it is looked at.
  public struct Site: Sendable, Hashable {
    /// `block1.before-pool` and so on: the first name of a `DropoutPoint`.
    public var name: String
    /// Elements of the window of the pool that reads the site or made it; 0 where there is none,
    /// or where networks differ.
    public var window: Int

    public init(name: String, window: Int) {
      self.name = name
      self.window = window
    }
  }

  /// In the order of the manual.
  public let words: [Diagnostic]
  public let sites: [Site]

  public init(words: some Sequence<Diagnostic>, sites: [Site]) {
    let words = Set(words)
    self.words = Diagnostic.allCases.filter(words.contains)
    self.sites = sites
  }

  /// What is recorded: figures of sites only where there are sites.
  public var figures: [DiagnosticFigure] {
    words.flatMap(\.figures).filter { length(of: $0) > 0 }
  }

  public func lengths(of figure: DiagnosticFigure) -> [Int] {
    figure.axes.map { $0 == .site ? sites.count : $0.values.count }
  }

  /// Values of one epoch, the last axis fastest.
  public func length(of figure: DiagnosticFigure) -> Int { lengths(of: figure).reduce(1, *) }
}

/// The diagnostics of a sweep's trials.
public struct DiagnosticResults: Sendable, Hashable {
  public var plan: DiagnosticsPlan
  /// For each figure one row per trial: `plan.length(of:)` values for each epoch that was run.
  public var values: [DiagnosticFigure: [[Float]]]

  public init(plan: DiagnosticsPlan, values: [DiagnosticFigure: [[Float]]]) {
    self.plan = plan
    self.values = values
  }

  /// The values of a trial's last epoch; empty where it has none.
  public func last(_ figure: DiagnosticFigure, of trial: Int) -> [Float] {
    guard let row = values[figure]?[trial] else { return [] }
    return Array(row.suffix(plan.length(of: figure)))
  }
}
