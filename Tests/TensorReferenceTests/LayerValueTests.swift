import TensorReference
import Testing

/// Forward and backward values that were worked out by hand.
struct LayerValueTests {
  static func tensor(_ height: Int, _ width: Int, _ values: [Double]) -> ReferenceTensor {
    ReferenceTensor(
      batch: 1, shape: ReferenceShape(height: height, width: width, channels: 1), values: values)
  }

  @Test func validConvolutionIsACrossCorrelation() {
    let layer = ReferenceConvolution(size: 2, filters: 1, padding: .valid)
    let output = layer.forward(
      Self.tensor(2, 3, [1, 2, 3, 4, 5, 6]), kernel: [1, 10, 100, 1000], bias: [0.5])
    #expect(output == Self.tensor(1, 2, [5421.5, 6532.5]))
  }

  @Test func samePaddingOfAnOddKernelIsCentred() {
    let layer = ReferenceConvolution(size: 3, filters: 1, padding: .same)
    // The kernel's centre is 1 and the element on its right 10.
    let output = layer.forward(
      Self.tensor(1, 3, [1, 2, 3]), kernel: [0, 0, 0, 0, 1, 10, 0, 0, 0], bias: [0])
    #expect(output == Self.tensor(1, 3, [21, 32, 3]))
  }

  @Test func samePaddingOfAnEvenKernelPadsAfter() {
    let layer = ReferenceConvolution(size: 2, filters: 1, padding: .same)
    let output = layer.forward(
      Self.tensor(2, 2, [1, 2, 3, 4]), kernel: [1, 10, 100, 1000], bias: [0])
    #expect(output == Self.tensor(2, 2, [4321, 402, 43, 4]))
  }

  @Test func convolutionKernelsAreHWIO() {
    let layer = ReferenceConvolution(size: 1, filters: 3, padding: .valid)
    let input = ReferenceTensor(
      batch: 1, shape: ReferenceShape(height: 1, width: 1, channels: 2), values: [1, 10])
    let output = layer.forward(input, kernel: [1, 2, 3, 4, 5, 6], bias: [0, 0, 100])
    #expect(output.values == [41, 52, 163])
  }

  @Test func denseFlattensInHeightWidthChannelOrder() {
    let shape = ReferenceShape(height: 2, width: 2, channels: 2)
    var input = ReferenceTensor(batch: 1, shape: shape)
    input[0, 1, 0, 1] = 1  // feature (1 · 2 + 0) · 2 + 1 = 5
    let output = ReferenceDense(units: 2)
      .forward(input, kernel: (0..<16).map(Double.init), bias: [0, 100])
    #expect(output.values == [10, 111])
  }

  @Test func maxPoolPicksTheFirstWinnerAndDropsTheRemainder() {
    let pool = ReferencePooling(.max, size: 2)
    let input = Self.tensor(3, 5, [1, 7, 3, 3, 90, 7, 2, 3, 3, 90, 90, 90, 90, 90, 90])
    #expect(pool.forward(input) == Self.tensor(1, 2, [7, 3]))
    let gradient = pool.backward(Self.tensor(1, 2, [5, 6]), input: input)
    #expect(gradient.values == [0, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func averagePoolSpreadsItsGradient() {
    let pool = ReferencePooling(.average, size: 2)
    let input = Self.tensor(2, 3, [1, 2, 90, 3, 6, 90])
    #expect(pool.forward(input) == Self.tensor(1, 1, [3]))
    let gradient = pool.backward(Self.tensor(1, 1, [8]), input: input)
    #expect(gradient.values == [2, 2, 0, 2, 2, 0])
  }

  @Test func maxPoolAndReLUPropagateNaN() {
    for position in 0..<4 {
      var values = [4.0, 3, 2, 9]
      values[position] = .nan
      let input = Self.tensor(2, 2, values)
      let pool = ReferencePooling(.max, size: 2)
      #expect(pool.forward(input).values[0].isNaN)
      #expect(pool.backward(Self.tensor(1, 1, [1]), input: input).values[position] == 1)
    }
    let output = ReferenceReLU.forward(Self.tensor(1, 4, [.nan, -1, -.infinity, .infinity]))
    #expect(output.values[0].isNaN)
    #expect(output.values[1...] == [0, 0, .infinity])
  }

  @Test func reluHasNoGradientAtZero() {
    let gradient = ReferenceReLU.backward(
      Self.tensor(1, 4, [1, 2, 3, 4]), input: Self.tensor(1, 4, [-1, 0, -0.0, 1e-300]))
    #expect(gradient.values == [0, 0, 0, 4])
  }

  @Test func lossOfHandComputedLogits() {
    // Softmax of (0, ln 3) is (1/4, 3/4).
    let shape = ReferenceShape(height: 1, width: 1, channels: 2)
    let logits = ReferenceTensor(
      batch: 2, shape: shape, values: [0, 1.0986122886681098, 0, 1.0986122886681098])
    let (loss, correct, gradient) = ReferenceLoss.evaluate(logits: logits, labels: [0, 1])
    #expect(abs(loss - (1.3862943611198906 + 0.28768207245178096) / 2) < 1e-15)
    #expect(correct == 1)
    #expect(relativeError(gradient.values, [-0.375, 0.375, 0.125, -0.125]) < 1e-15)
  }

  @Test func lossIsStableAndPropagatesNaN() {
    let shape = ReferenceShape(height: 1, width: 1, channels: 2)
    func evaluate(_ values: [Double]) -> (loss: Double, correct: Int) {
      let logits = ReferenceTensor(batch: 1, shape: shape, values: values)
      let result = ReferenceLoss.evaluate(logits: logits, labels: [0])
      return (result.loss, result.correct)
    }
    #expect(evaluate([-1000, 1000]) == (2000, 0))
    #expect(evaluate([1000, -1000]) == (0, 1))
    #expect(evaluate([5, 5]).correct == 1)
    for values in [[Double.nan, 0], [0, .nan], [.nan, .nan]] {
      let result = evaluate(values)
      #expect(result.loss.isNaN && result.correct == 0)
    }
  }

  @Test func smoothedLossOfHandComputedLogits() {
    // Softmax (1/4, 3/4) against the target (0.8, 0.2): ε = 0.4 of two classes.
    let shape = ReferenceShape(height: 1, width: 1, channels: 2)
    let logits = ReferenceTensor(batch: 1, shape: shape, values: [0, 1.0986122886681098])
    let (loss, _, gradient) = ReferenceLoss.evaluate(logits: logits, labels: [0], smoothing: 0.4)
    #expect(abs(loss - (0.8 * 1.3862943611198906 + 0.2 * 0.28768207245178096)) < 1e-15)
    #expect(relativeError(gradient.values, [-0.55, 0.55]) < 1e-15)
  }
}
