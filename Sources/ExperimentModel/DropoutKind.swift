/// What a dropout layer drops, and what becomes of the rest.
///
/// `Catalogue.dropoutKinds` has formulas and papers.
public enum DropoutKind: String, Sendable, Hashable, CaseIterable {
  /// Every element on its own (Srivastava et al. 2014).
  case elementWise = "element-wise"
  /// Whole feature maps (Tompson et al. 2015, "SpatialDropout").
  case spatial
  /// One decision for whole axes, as Keras's `noise_shape` says.
  case noiseShape = "noise-shape"
  /// Multiplication by a normal number (Srivastava et al. 2014, section 10).
  case gaussian
  /// Keeps the mean and the variance of SELU's outputs (Klambauer et al. 2017).
  case alpha
  /// Squares of neighbouring elements (Ghiasi et al. 2018).
  case dropBlock = "drop-block"
  /// The weights of the layer that reads the place (Wan et al. 2013).
  case dropConnect = "drop-connect"
  /// Elements of a max pool's windows (Wu and Gu 2015).
  case maxPooling = "max-pooling"
}

/// Which axes of a batch of maps share one decision: Keras's `noise_shape`.
public struct NoiseShape: Sendable, Hashable {
  /// One decision for all images of the batch.
  public var sharesBatch: Bool
  public var sharesHeight: Bool
  public var sharesWidth: Bool
  public var sharesChannels: Bool

  public init(batch: Bool, height: Bool, width: Bool, channels: Bool) {
    sharesBatch = batch
    sharesHeight = height
    sharesWidth = width
    sharesChannels = channels
  }

  /// Reads `nhwc`, `n11c` and so on: four letters, each its axis's or `1` where that is shared.
  public init?(rawValue: String) {
    guard let shape = Self.all.first(where: { $0.rawValue == rawValue }) else { return nil }
    self = shape
  }

  /// `n11c`.
  public var rawValue: String {
    (sharesBatch ? "1" : "n") + (sharesHeight ? "1" : "h") + (sharesWidth ? "1" : "w")
      + (sharesChannels ? "1" : "c")
  }

  /// All sixteen, `nhwc` first.
  public static let all: [NoiseShape] = (0..<16).map { bits in
    NoiseShape(
      batch: bits & 8 != 0, height: bits & 4 != 0, width: bits & 2 != 0, channels: bits & 1 != 0)
  }

  public static let elementWise = NoiseShape(
    batch: false, height: false, width: false, channels: false)
  public static let spatial = NoiseShape(batch: false, height: true, width: true, channels: false)
}

/// How DropBlock lays out its squares; published implementations differ.
public struct DropBlockShape: Sendable, Hashable {
  public enum Channels: String, Sendable, Hashable, CaseIterable {
    /// One pattern for all maps of an image.
    case shared
    /// A pattern for each map.
    case independent
  }

  public enum Centres: String, Sendable, Hashable, CaseIterable {
    /// Only where the whole square lies on the map, as in the paper.
    case valid
    /// Anywhere; squares are cut off at the border.
    case full
  }

  /// Side of the square.
  public var size: Int
  public var channels: Channels
  public var centres: Centres

  public init(size: Int, channels: Channels = .independent, centres: Centres = .valid) {
    self.size = size
    self.channels = channels
    self.centres = centres
  }
}

/// How a network with DropConnect is evaluated.
public enum DropConnectInference: Sendable, Hashable {
  /// With every weight: the mean of what training sees before the activation.
  case mean
  /// The mean activation over draws of a normal with the mean and variance of what training sees
  /// before it (Wan et al. 2013, section 3.2).
  case gaussian(samples: Int)
}
