/// A number of the normal distribution for a site and a position (n, h, w, c).
package typealias ReferenceNormal = (
  _ site: String, _ n: Int, _ h: Int, _ w: Int, _ c: Int
) -> Double

/// Dropout as y = x · factor + offset, where both depend on the position and on chance.
package struct ReferenceNoise: Sendable {
  package enum Kind: Sendable, Hashable {
    /// Keras's `noise_shape`: one decision along every axis that is true, asked for at index 0.
    case shared(batch: Bool, height: Bool, width: Bool, channels: Bool)
    /// factor 1 + √(p / (1 − p)) · z, z of N(0, 1).
    case gaussian
    /// Klambauer et al. 2017, section "alpha dropout".
    case alpha
    /// Ghiasi et al. 2018, algorithm 1. A position that is not kept is a block's seed: its upper left
    /// corner where `valid`, else its pixel ((s − 1) / 2, (s − 1) / 2).
    case dropBlock(size: Int, sharedChannels: Bool, valid: Bool)
  }

  package let site: String
  package let kind: Kind
  package let rate: Double

  package init(site: String, kind: Kind, rate: Double) {
    self.site = site
    self.kind = kind
    self.rate = rate
  }

  /// Factors and offsets of a batch.
  package func draw(
    batch: Int, shape: ReferenceShape, keep: ReferenceKeep, normal: ReferenceNormal
  ) -> (factors: ReferenceTensor, offsets: ReferenceTensor) {
    var factors = ReferenceTensor(batch: batch, shape: shape)
    var offsets = factors
    func forEach(_ body: (Int, Int, Int, Int) -> Void) {
      for n in 0..<batch {
        for h in 0..<shape.height {
          for w in 0..<shape.width {
            for c in 0..<shape.channels { body(n, h, w, c) }
          }
        }
      }
    }
    switch kind {
    case .shared(let batch, let height, let width, let channels):
      forEach { n, h, w, c in
        let keeps = keep(
          site, batch ? 0 : n, height ? 0 : h, width ? 0 : w, channels ? 0 : c)
        factors[n, h, w, c] = keeps ? 1 / (1 - rate) : 0
      }
    case .gaussian:
      forEach { n, h, w, c in
        factors[n, h, w, c] = 1 + (rate / (1 - rate)).squareRoot() * normal(site, n, h, w, c)
      }
    case .alpha:
      // x is kept or replaced by α′; then the affine map restores mean and variance.
      let alpha = -1.7580993408473766, q = 1 - rate
      let a = 1 / (q + alpha * alpha * q * (1 - q)).squareRoot()
      let b = -a * (1 - q) * alpha
      forEach { n, h, w, c in
        let keeps = keep(site, n, h, w, c)
        factors[n, h, w, c] = keeps ? a : 0
        offsets[n, h, w, c] = keeps ? b : a * alpha + b
      }
    case .dropBlock(let size, let sharedChannels, let valid):
      let size = min(size, shape.height, shape.width)
      let back = valid ? 0 : (size - 1) / 2
      factors.values = factors.values.map { _ in 1 }
      forEach { n, h, w, c in
        guard !keep(site, n, h, w, sharedChannels ? 0 : c),
          !valid || (h + size <= shape.height && w + size <= shape.width)
        else { return }
        for y in h - back..<h - back + size where (0..<shape.height).contains(y) {
          for x in w - back..<w - back + size where (0..<shape.width).contains(x) {
            factors[n, y, x, c] = 0
          }
        }
      }
      let kept = factors.values.reduce(0, +)
      let scale = kept == 0 ? 0 : Double(factors.values.count) / kept
      factors.values = factors.values.map { $0 * scale }
    }
    return (factors, offsets)
  }
}
