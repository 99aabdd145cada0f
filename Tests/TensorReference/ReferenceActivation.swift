import Foundation

/// An element-wise activation: f(x), with its derivative as it is written.
package enum ReferenceActivation: Sendable, Hashable {
  case leakyReLU(slope: Double)
  case elu(alpha: Double)
  case selu
  case gelu
  case tanh
  case sigmoid

  private static let seluScale = 1.0507009873554804934193349852946
  private static let seluAlpha = 1.6732632423543772848170429916717

  /// f(x).
  package func value(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): x > 0 ? x : slope * x
    case .elu(let alpha): x > 0 ? x : alpha * expm1(x)
    case .selu: Self.seluScale * Self.elu(alpha: Self.seluAlpha).value(x)
    case .gelu: x * Self.normalDistribution(x)
    case .tanh: Foundation.tanh(x)
    case .sigmoid: 1 / (1 + exp(-x))
    }
  }

  /// f′(x); at 0 the derivative from the left.
  package func derivative(_ x: Double) -> Double {
    switch self {
    case .leakyReLU(let slope): x > 0 ? 1 : slope
    case .elu(let alpha): x > 0 ? 1 : alpha * exp(x)
    case .selu: Self.seluScale * Self.elu(alpha: Self.seluAlpha).derivative(x)
    case .gelu:
      Self.normalDistribution(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .tanh: 1 - value(x) * value(x)
    case .sigmoid: value(x) * (1 - value(x))
    }
  }

  private static func normalDistribution(_ x: Double) -> Double {
    erfc(-x / 2.0.squareRoot()) / 2
  }
}
