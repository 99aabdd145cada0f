import Foundation
import TensorReference
import Testing

/// Pools that draw, strides and DropConnect's normal distribution, against values by hand.
struct SamplingTests {
  @Test func stochasticPoolingTakesByShare() {
    let window = [1.0, 0, -2, 3]
    for (uniform, output, winner) in [
      (0.0, 1.0, 0), (0.24, 1, 0), (0.25, 3, 3), (0.99, 3, 3),
    ] {
      let result = ReferenceSampling.stochastic(window, uniform: uniform)
      #expect(result.output == output)
      #expect(result.gradient == (0..<4).map { $0 == winner ? 1 : 0 })
    }
    #expect(ReferenceSampling.stochastic([0, -1], uniform: 0.5).output == 0)
    // 1/4 · 1 + 3/4 · 3.
    #expect(ReferenceSampling.stochasticMean(window).output == 2.5)
    #expect(ReferenceSampling.stochasticMean([0, 0]).output == 0)
  }

  /// Wu and Gu's equation: p[i] = rate^(larger ones) · (1 − rate).
  @Test func maxPoolingDropout() {
    let window = [2.0, 8, 1, 4]
    let mean = ReferenceSampling.maxPoolingDropoutMean(window, rate: 0.25).output
    let expected = 0.75 * (8 + 0.25 * (4 + 0.25 * (2 + 0.25 * 1)))
    #expect(abs(mean - expected) < 1e-14)
    let keeps = [true, false, true, false]
    #expect(ReferenceSampling.maxPoolingDropout(window, keeps: keeps).output == 2)
    let none = ReferenceSampling.maxPoolingDropout(window, keeps: window.map { _ in false })
    #expect(none.output == 0 && none.gradient == [0, 0, 0, 0])
  }

  /// TensorFlow's examples: of 1…5 with kernel 3 and stride 2, `same` pads one zero on each side; of
  /// 1…4 only one, behind.
  @Test func stridesPadAsTensorFlowDoes() {
    func sums(_ values: [Double], _ padding: ReferenceLayer.Padding) -> [Double] {
      let row = ReferenceTensor(
        batch: 1, shape: ReferenceShape(height: 1, width: values.count, channels: 1),
        values: values)
      let same = ReferenceConvolution(size: 3, filters: 1, padding: padding, stride: 2)
      // The middle row of the kernel alone, so that the height's padding adds nothing.
      return same.forward(row, kernel: [0, 0, 0, 1, 1, 1, 0, 0, 0], bias: [0]).values
    }
    #expect(sums([1, 2, 3, 4, 5], .same) == [3, 9, 9])
    #expect(sums([1, 2, 3, 4], .same) == [6, 7])
  }

  /// E max(0, u) = μ Φ(μ/σ) + σ φ(μ/σ).
  @Test func gaussianMeanOfReLU() {
    let connect = ReferenceDropConnect(site: "s", rate: 0.2)
    let terms = [0.3, -1, 2, -0.8]
    let mean = 0.5
    let deviation = (0.25 * (0.09 + 1 + 4 + 0.64)).squareRoot()
    let share = ReferenceInitializer.normalShare(below: mean / deviation)
    let density = exp(-mean * mean / (2 * deviation * deviation)) / (2 * Double.pi).squareRoot()
    let result = connect.gaussianMean(of: terms) { max($0, 0) }
    #expect(abs(result - (mean * share + deviation * density)) < 1e-5)
    #expect(abs(connect.gaussianMean(of: terms) { $0 } - mean) < 1e-12)
    #expect(
      abs(connect.gaussianMean(of: terms) { ($0 - mean) * ($0 - mean) } - deviation * deviation)
        < 1e-10)
  }
}
