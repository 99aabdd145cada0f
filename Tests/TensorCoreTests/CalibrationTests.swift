import TensorCore
import Testing

@Suite struct CalibrationTests {
  @Test func isTheGapBetweenConfidenceAndAccuracyInEachBin() {
    var calibration = Calibration()
    // Bin (14/15, 1]: two images, one right. Bin (7/15, 8/15]: two images, both right.
    calibration.add(confidence: 0.95, isHit: true)
    calibration.add(confidence: 0.97, isHit: false)
    calibration.add(confidence: 0.5, isHit: true)
    calibration.add(confidence: 0.52, isHit: true)
    let expected = 2.0 / 4 * abs(0.5 - 0.96) + 2.0 / 4 * abs(1 - 0.51)
    #expect(abs(calibration.error - expected) < 1e-12)
  }

  @Test func aBinIncludesItsUpperEnd() {
    // 1/3 = 5/15 belongs to the fifth bin with 0.3, not to the sixth with 0.35.
    var calibration = Calibration()
    calibration.add(confidence: 5.0 / 15, isHit: true)
    calibration.add(confidence: 0.3, isHit: false)
    let together = abs(1 - (5.0 / 15 + 0.3)) / 2
    #expect(abs(calibration.error - together) < 1e-12)
    calibration.add(confidence: 0, isHit: false)
    calibration.add(confidence: 1, isHit: true)
    #expect(abs(calibration.error - together * 2 / 4) < 1e-12)
  }

  @Test func nothingCountedIsNoNumber() { #expect(Calibration().error.isNaN) }

  @Test func evaluationCountsEveryImageAndChangesNoFigure() throws {
    let input = FeatureShape(height: 6, width: 6, channels: 1)
    let network = TestNetwork(input: input, [.convolution(4), .pool(.max), .dense(3)])
    let model = try Network(
      network.description, batch: 4, initialisationSeed: 1, maskSeed: 1)
    let count = 37
    let pixels = (0..<count * 36).map { Float(($0 * 7919) % 101) / 50 - 1 }
    let labels = (0..<count).map { Int32($0 % 3) }
    try pixels.withUnsafeBufferPointer { pixels in
      try labels.withUnsafeBufferPointer { labels in
        let images = Network.Images(
          pixels: try #require(pixels.baseAddress), labels: try #require(labels.baseAddress))
        var calibration = Calibration()
        let plain = try model.evaluate(images, count: count)
        #expect(try model.evaluate(images, count: count, calibration: &calibration) == plain)
        // By hand from the logits.
        var counts = [Double](repeating: 0, count: 15)
        for (row, logits) in try model.logits(images, indices: (0..<Int32(count)).map { $0 })
          .enumerated()
        {
          let exponentials = logits.map { expSeries(Double($0)) }
          let confidence = (exponentials.max() ?? 0) / exponentials.reduce(0, +)
          let isHit = logits.firstIndex(of: logits.max() ?? 0) == row % 3
          counts[Int((confidence * 15).rounded(.up)) - 1] += (isHit ? 1 : 0) - confidence
        }
        let expected = counts.reduce(0) { $0 + abs($1) } / Double(count)
        #expect(abs(calibration.error - expected) < 1e-9)
      }
    }
  }

  /// eˣ by its series, for small x.
  private func expSeries(_ x: Double) -> Double {
    var (sum, term) = (1.0, 1.0)
    for i in 1..<60 {
      term *= x / Double(i)
      sum += term
    }
    return sum
  }
}
