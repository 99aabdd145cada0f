import TensorCore

/// Images and labels that look random: SplitMix64 (Steele et al., OOPSLA 2014).
struct TestImages {
  var pixels: [Float]
  var labels: [Int32]

  init(count: Int, shape: FeatureShape, classes: Int, seed: UInt64 = 1) {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    pixels = (0..<count * shape.count).map { _ in Float(next() >> 40) * 0x1p-24 * 2 - 1 }
    labels = (0..<count).map { _ in Int32(next() % UInt64(classes)) }
  }

  func with<Result>(_ body: (Network.Images) throws -> Result) rethrows -> Result {
    try pixels.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        guard let pixels = pixels.baseAddress, let labels = labels.baseAddress else {
          preconditionFailure("no images")
        }
        return try body(Network.Images(pixels: pixels, labels: labels))
      }
    }
  }
}

/// Largest difference relative to the largest value of the whole tensor, or to 1e-2 where all are
/// smaller: the bias in front of a batch normalisation has a gradient of 0.
func relativeError(_ values: [Float], _ expected: [Double]) -> Double {
  guard values.count == expected.count else { return .infinity }
  let scale = max(expected.map(abs).max() ?? 0, 1e-2)
  let errors = zip(values, expected).map { abs(Double($0) - $1) }
  return errors.contains { !$0.isFinite } ? .infinity : (errors.max() ?? 0) / scale
}
