/// Decides whether an element stays: a pure function of the site and the position (n, h, w, c).
///
/// n is the position in the batch. Spatial dropout asks once for each (n, c), with h = w = 0; a
/// dense layer's output has h = w = 0 and c counts its units.
package typealias ReferenceKeep = (
  _ site: String, _ n: Int, _ h: Int, _ w: Int, _ c: Int
) -> Bool

/// Inverted dropout: y = x · m / (1 − p) with m ∈ {0, 1}, for a rate 0 ≤ p < 1.
///
/// Element-wise (Srivastava et al. 2014) m depends on (n, h, w, c), spatial (Tompson et al. 2015)
/// on (n, c). At evaluation the layer is the identity and does not appear here.
package struct ReferenceDropout: Sendable {
  package let site: String
  package let kind: ReferenceLayer.DropoutKind
  package let rate: Double

  package init(site: String, kind: ReferenceLayer.DropoutKind, rate: Double) {
    precondition(rate >= 0 && rate < 1, "a dropout rate lies in [0, 1), not \(rate)")
    self.site = site
    self.kind = kind
    self.rate = rate
  }

  /// What every element (n, h, w, c) is multiplied by, forward and backward: 0 or 1/(1 − p).
  ///
  /// At rate 0 all factors are 1 and `keep` is not asked.
  package func factors(
    batch: Int, shape: ReferenceShape, keep: ReferenceKeep
  ) -> ReferenceTensor {
    var factors = ReferenceTensor(batch: batch, shape: shape)
    guard rate > 0 else {
      return ReferenceTensor(
        batch: batch, shape: shape, values: factors.values.map { _ in 1 })
    }
    for n in 0..<batch {
      for c in 0..<shape.channels {
        let keepsMap = kind == .spatial && keep(site, n, 0, 0, c)
        for h in 0..<shape.height {
          for w in 0..<shape.width {
            let keeps = kind == .spatial ? keepsMap : keep(site, n, h, w, c)
            factors[n, h, w, c] = keeps ? 1 / (1 - rate) : 0
          }
        }
      }
    }
    return factors
  }

  /// The output, or the gradient by the input: every element times its factor.
  ///
  /// A dropped NaN or infinity becomes 0, as where a mask selects instead of multiplying.
  package static func apply(
    _ factors: ReferenceTensor, to tensor: ReferenceTensor
  ) -> ReferenceTensor {
    var output = tensor
    for e in output.values.indices {
      output.values[e] = factors.values[e] == 0 ? 0 : tensor.values[e] * factors.values[e]
    }
    return output
  }
}
