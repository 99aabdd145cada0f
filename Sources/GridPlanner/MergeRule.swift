/// Why two cells are the same training, though they are written differently.
///
/// A rule may only be used to merge if it holds to the bit in this implementation: `dropgrid
/// audit` and the tests train both sides as written and compare every recorded number.
enum MergeRule: String, Sendable, Hashable, CaseIterable {
  case rateZero = "rate-0"
  case maskSeed = "mask-seed"
  case spatialMax = "spatial-max"
  case spatialAverage = "spatial-average"
  case onePixel = "one-pixel"
  case relu
  case leakyReLU = "leaky-relu"
  case noiseShape = "noise-shape"
  case row
  case onePoint = "one-point"
  case otherWords = "same-words"

  /// The rules that a grid can turn off. The others merge what is one specification.
  static let switchable: [MergeRule] = [
    .maskSeed, .spatialMax, .spatialAverage, .onePixel, .relu, .leakyReLU, .noiseShape, .row,
  ]

  /// One line, as plans and results files give it.
  var text: String {
    switch self {
    case .rateZero: "rate 0: placement and kind do not matter"
    case .maskSeed: "no dropout: the mask seed does not matter"
    case .spatialMax: "spatial dropout before a max pool is the same after it"
    case .spatialAverage:
      "spatial dropout before an average pool is the same after it at this rate"
    case .onePixel: "on maps of one pixel element-wise dropout is spatial"
    case .relu: "dropout before a ReLU is the same after it"
    case .leakyReLU: "dropout before a leaky ReLU is the same after it at this rate"
    case .noiseShape: "this noise shape is element-wise or spatial dropout"
    case .row: "on rows spatial dropout is element-wise"
    case .onePoint: "two names of one place"
    case .otherWords: "the same trial in other words"
    }
  }

  /// When it holds and why.
  var proof: String {
    switch self {
    case .rateZero: "Nothing is dropped: the network has no dropout layer in either cell."
    case .maskSeed: "Without dropout no mask is drawn, so nothing reads that seed."
    case .spatialMax:
      "A mask drops a map or scales it by 1/(1-p) > 0, which keeps the order of its values, so "
        + "that the pool has the same winners. They are picked before scaling, at both sites, and "
        + "the masks have one key. Only where nothing else is dropped at that pool."
    case .spatialAverage:
      "The mean of a scaled map is the scaled mean. Rounding spoils that, except where 1/(1-p) is "
        + "a power of two, which only changes exponents (rates 0.5, 0.75, 0.875, ...; no figure "
        + "may leave the normal range of float32). Only where nothing else is dropped there."
    case .onePixel: "A map of 1x1 is one element: dropping the one is dropping the other."
    case .relu:
      "A mask sets an element to 0 or scales it by 1/(1-p) >= 1, and max(0, x) commutes with both: "
        + "an element is positive before scaling if it is after. The gradient is scaled or 0 on "
        + "either side. Only element-wise and spatial dropout, with the masks' key the same, where "
        + "nothing else is dropped behind the ReLU; a normalisation between two places breaks it. "
        + "Spatial dropout in front of a max pool only at rates where 1/(1-p) is a power of two: "
        + "there a pool picks its winners before maps are scaled, which rounding could make equal."
    case .leakyReLU:
      "As for a ReLU, but what is negative is multiplied twice, and only a power of two (rates 0.5, "
        + "0.75, 0.875, ...) leaves the rounding of the other factor alone."
    case .noiseShape:
      "n11c draws one decision for each image and map, as spatial dropout does, and nhwc one for "
        + "each element; rows have no height and width to share. The numbers are drawn alike."
    case .row: "A row is a map of 1x1 for each unit: dropping the one is dropping the other."
    case .onePoint:
      "Nothing is computed between the places (behind a block's last activation and before its "
        + "pool, for example), so that they are one point with one name in the trial."
    case .otherWords:
      "Names and spellings differ; data, network, dropout, training and seeds agree."
    }
  }
}

/// Which rules merge cells.
struct Merging: Sendable, Hashable {
  var rules: Set<MergeRule>

  static let all = Merging(rules: Set(MergeRule.allCases))
  static let none = Merging(rules: [])

  func allows(_ rule: MergeRule) -> Bool { rules.contains(rule) }
}
