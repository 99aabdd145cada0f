/// Ranges of random initial weights.
package enum ReferenceInitializer {
  /// Half the width of the Glorot-uniform interval (−l, l): l = √(6 / (fan in + fan out)).
  ///
  /// Glorot and Bengio 2010. The fans of a convolution's kernel (kh, kw, in, out) are kh·kw·in and
  /// kh·kw·out, those of a dense kernel (in, out) are in and out.
  package static func glorotUniformLimit(kernelShape: [Int]) -> Double {
    precondition(
      kernelShape.count >= 2 && kernelShape.allSatisfy { $0 >= 1 },
      "a kernel's shape ends in (in, out), not \(kernelShape)")
    let window = kernelShape.dropLast(2).reduce(1, *)
    let fans = kernelShape.suffix(2).map { window * $0 }
    return (6 / Double(fans[0] + fans[1])).squareRoot()
  }
}
