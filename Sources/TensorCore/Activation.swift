internal import CKernels

/// An element-wise activation function.
public enum Activation: Sendable, Hashable {
  /// x.
  case linear
  /// max(0, x).
  case relu
  /// x where x > 0, else slope · x. Keras's default slope is 0.3, PyTorch's 0.01.
  case leakyReLU(slope: Double)
  /// x where x > 0, else α (eˣ − 1) (Clevert et al., ICLR 2016); α is 1 by default elsewhere.
  case elu(alpha: Double)
  /// λ · elu(x) with the constants of self-normalising networks (Klambauer et al., NIPS 2017).
  case selu
  /// x · Φ(x), Φ the normal distribution function (Hendrycks and Gimpel 2016): the exact form, not
  /// the approximation by tanh.
  case gelu
  case tanh
  /// 1 / (1 + e⁻ˣ).
  case sigmoid

  /// What the kernels take; nil for `linear`, which is nothing to do.
  var raw: dg_activation? {
    switch self {
    case .linear: nil
    case .relu: dg_activation(kind: dg_relu, parameter: 0)
    case .leakyReLU(let slope): dg_activation(kind: dg_leaky_relu, parameter: Float(slope))
    case .elu(let alpha): dg_activation(kind: dg_elu, parameter: Float(alpha))
    case .selu: dg_activation(kind: dg_selu, parameter: 0)
    case .gelu: dg_activation(kind: dg_gelu, parameter: 0)
    case .tanh: dg_activation(kind: dg_tanh, parameter: 0)
    case .sigmoid: dg_activation(kind: dg_sigmoid, parameter: 0)
    }
  }
}
