/// Rectified linear unit: x where x > 0, else 0; NaN stays NaN.
package enum ReferenceReLU {
  /// max(0, x) of every element.
  package static func forward(_ input: ReferenceTensor) -> ReferenceTensor {
    var output = input
    // `x <= 0` is false for NaN, which therefore passes.
    for e in output.values.indices where input.values[e] <= 0 { output.values[e] = 0 }
    return output
  }

  /// The gradient by the input: the output's where x > 0 (or NaN), 0 elsewhere, x = 0 included.
  package static func backward(
    _ outputGradient: ReferenceTensor, input: ReferenceTensor
  ) -> ReferenceTensor {
    var gradient = outputGradient
    for e in gradient.values.indices where input.values[e] <= 0 { gradient.values[e] = 0 }
    return gradient
  }
}
