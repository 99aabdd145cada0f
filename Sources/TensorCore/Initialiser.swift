internal import CKernels

/// The distribution of a kernel's initial weights; biases start at 0.
///
/// A convolution's fans are kernel area × channels. The normal distributions are cut off at two
/// standard deviations and then have the variance that is named, as in Keras.
public enum Initialiser: Sendable, Hashable, CaseIterable {
  /// Uniform in ±√(6 / (fan in + fan out)) (Glorot and Bengio, AISTATS 2010).
  case glorotUniform
  /// Variance 2 / (fan in + fan out).
  case glorotNormal
  /// Uniform in ±√(6 / fan in) (He et al., ICCV 2015).
  case heUniform
  /// Variance 2 / fan in.
  case heNormal

  /// `count` weights; number i is a function of the key's random word i alone.
  func weights(_ key: RandomKey, count: Int, fanIn: Int, fanOut: Int) -> [Float] {
    let fans = Double(isGlorot ? fanIn + fanOut : fanIn)
    var weights = [Float](repeating: 0, count: count)
    switch self {
    case .glorotUniform, .heUniform:
      weights.withUnsafeMutableBufferPointer { values in
        guard let start = values.baseAddress else { return }
        Engine.kernels.random_uniform(key.raw, start, values.count)
      }
      let limit = Float((6 / fans).squareRoot())
      for index in weights.indices { weights[index] = (2 * weights[index] - 1) * limit }
    case .glorotNormal, .heNormal:
      let deviation = (2 / fans).squareRoot() / Self.cutDeviation
      for index in weights.indices {
        let uniform = (Double(key.word(UInt64(index))) + 0.5) * 0x1p-32
        let quantile = dg_normal_quantile(Self.tail + uniform * (1 - 2 * Self.tail))
        weights[index] = Float(deviation * quantile)
      }
    }
    return weights
  }

  private var isGlorot: Bool { self == .glorotUniform || self == .glorotNormal }

  /// The standard normal distribution's share below −2.
  private static let tail = 0.022750131948179209

  /// Standard deviation of a standard normal number between −2 and 2.
  private static let cutDeviation = 0.87962566103423978
}
