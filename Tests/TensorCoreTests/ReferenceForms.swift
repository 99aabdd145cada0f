import TensorCore
import TensorReference

extension Dropout {
  /// The probability that a decision is "dropped".
  func decisionRate(_ shape: FeatureShape) -> Double {
    guard case .dropBlock(let size, _, let centres) = kind else { return rate }
    let side = Double(min(size, shape.height, shape.width))
    let height = Double(shape.height), width = Double(shape.width)
    let correction =
      centres == .full ? 1 : height * width / ((height - side + 1) * (width - side + 1))
    return rate / (side * side) * correction
  }

  func reference(site: String) -> ReferenceLayer {
    switch kind {
    case .elementWise: .dropout(site: site, kind: .elementWise, rate: rate)
    case .spatial: .dropout(site: site, kind: .spatial, rate: rate)
    case .shared(let batch, let height, let width, let channels):
      .noise(
        site: site,
        kind: .shared(batch: batch, height: height, width: width, channels: channels), rate: rate)
    case .gaussian: .noise(site: site, kind: .gaussian, rate: rate)
    case .alpha: .noise(site: site, kind: .alpha, rate: rate)
    case .dropBlock(let size, let channels, let centres):
      .noise(
        site: site,
        kind: .dropBlock(
          size: size, sharedChannels: channels == .shared, valid: centres == .valid), rate: rate)
    }
  }
}

extension ReferenceActivation {
  init(_ activation: Activation) {
    self =
      switch activation {
      case .linear: .leakyReLU(slope: 1)
      case .relu: .leakyReLU(slope: 0)
      case .leakyReLU(let slope): .leakyReLU(slope: slope)
      case .elu(let alpha): .elu(alpha: alpha)
      case .selu: .selu
      case .gelu: .gelu
      case .tanh: .tanh
      case .sigmoid: .sigmoid
      }
  }
}
