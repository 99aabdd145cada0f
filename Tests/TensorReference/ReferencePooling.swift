/// Max or average pooling over size × size windows with stride `size`.
///
/// An input (n, h, w, c) becomes (n, ⌊h / size⌋, ⌊w / size⌋, c); rows and columns that fill no
/// window are dropped. The winner of a max pool is the first largest element in row-major order of
/// the window; the first NaN wins over any number.
package struct ReferencePooling: Sendable {
  package let kind: ReferenceLayer.PoolKind
  package let size: Int

  package init(_ kind: ReferenceLayer.PoolKind, size: Int) {
    self.kind = kind
    self.size = size
  }

  /// The pooled output (n, y, x, c).
  package func forward(_ input: ReferenceTensor) -> ReferenceTensor {
    let layer = ReferenceLayer.pool(kind, size: size)
    var output = ReferenceTensor(batch: input.batch, shape: layer.outputShape(input.shape))
    forEachWindow(output) { n, y, x, c in
      switch kind {
      case .max:
        let (h, w) = winner(input, n, y, x, c)
        output[n, y, x, c] = input[n, h, w, c]
      case .average:
        var sum = 0.0
        forEachPosition(y, x) { h, w in sum += input[n, h, w, c] }
        output[n, y, x, c] = sum / Double(size * size)
      }
    }
    return output
  }

  /// The gradient by the input: to the winner alone, or spread evenly over the window.
  package func backward(
    _ outputGradient: ReferenceTensor, input: ReferenceTensor
  ) -> ReferenceTensor {
    var gradient = ReferenceTensor(batch: input.batch, shape: input.shape)
    forEachWindow(outputGradient) { n, y, x, c in
      switch kind {
      case .max:
        let (h, w) = winner(input, n, y, x, c)
        gradient[n, h, w, c] = outputGradient[n, y, x, c]
      case .average:
        let share = outputGradient[n, y, x, c] / Double(size * size)
        forEachPosition(y, x) { h, w in gradient[n, h, w, c] = share }
      }
    }
    return gradient
  }

  /// Row and column of the input that window (y, x) of channel c picks.
  private func winner(
    _ input: ReferenceTensor, _ n: Int, _ y: Int, _ x: Int, _ c: Int
  ) -> (h: Int, w: Int) {
    var best = (h: y * size, w: x * size)
    forEachPosition(y, x) { h, w in
      let value = input[n, h, w, c]
      let largest = input[n, best.h, best.w, c]
      if value > largest || (value.isNaN && !largest.isNaN) { best = (h, w) }
    }
    return best
  }

  private func forEachWindow(
    _ output: ReferenceTensor, _ body: (_ n: Int, _ y: Int, _ x: Int, _ c: Int) -> Void
  ) {
    for n in 0..<output.batch {
      for y in 0..<output.shape.height {
        for x in 0..<output.shape.width {
          for c in 0..<output.shape.channels { body(n, y, x, c) }
        }
      }
    }
  }

  private func forEachPosition(_ y: Int, _ x: Int, _ body: (_ h: Int, _ w: Int) -> Void) {
    for h in y * size..<(y + 1) * size {
      for w in x * size..<(x + 1) * size { body(h, w) }
    }
  }
}
