import TensorReference
import Testing

/// Sequences of updates that were worked out apart from the reference: w = 1, gradients 1, 2, −1,
/// rate 0.1, β₁ = 0.9, β₂ = 0.99 and a large ε, 1, so that its place shows.
struct AdamTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var form: ReferenceAdam.Form
    var weightDecay = 0.0
    var weights: [Double]

    var testDescription: String { "\(form.rawValue) decay \(weightDecay)" }
  }

  // First update: √(1 − β₂) = 0.1, so Keras's is 0.1 · 0.1 / (0.1 + 1), PyTorch's 0.1 · 1 / (1 + 1).
  static let cases = [
    Case(form: .keras, weights: [0.9909090909090909, 0.9733092611970017, 0.9650770143547313]),
    Case(
      form: .keras, weightDecay: 0.5,
      weights: [0.9409090909090908, 0.8762638066515471, 0.8242183694766994]),
    Case(form: .pyTorch, weights: [0.95, 0.8909210922269337, 0.866312711280352]),
    Case(form: .pyTorch, weightDecay: 0.5, weights: [0.9, 0.7959210922269336, 0.7315166566690052]),
  ]

  @Test(arguments: cases)
  func updatesMatchHandComputedWeights(_ testCase: Case) {
    var optimizer = ReferenceAdam(
      form: testCase.form, beta2: 0.99, epsilon: 1, weightDecay: testCase.weightDecay)
    var parameters = [[1.0], [0, 1]]
    var weights: [Double] = []
    for gradient in [1.0, 2, -1] {
      optimizer.update(&parameters, gradients: [[gradient], [0, gradient]], learningRate: 0.1)
      weights.append(parameters[0][0])
      #expect(parameters[1] == [0, parameters[0][0]])
    }
    #expect(relativeError(weights, testCase.weights) < 1e-14)
    #expect(optimizer.updates == 3)
  }

  /// With ε = 0 the first update is the learning rate in either form, whatever the gradient's size.
  @Test(arguments: ReferenceAdam.Form.allCases)
  func theFirstUpdateIsTheLearningRate(form: ReferenceAdam.Form) {
    var optimizer = ReferenceAdam(form: form, epsilon: 0)
    var parameters = [[0.0, 0.0]]
    optimizer.update(&parameters, gradients: [[1e-6, -50]], learningRate: 0.25)
    #expect(relativeError(parameters[0], [-0.25, 0.25]) < 1e-12)
  }

  @Test func schedules() {
    #expect(ReferenceSchedule.timeBased(0.1, decay: 0.5, t: 2) == 0.05)
    #expect(
      (0..<5).map { ReferenceSchedule.step(8, every: 2, factor: 0.5, t: $0) } == [8, 8, 4, 4, 2])
    #expect(ReferenceSchedule.cosine(2, total: 4, t: 0) == 2)
    #expect(abs(ReferenceSchedule.cosine(2, total: 4, t: 2) - 1) < 1e-15)
    #expect(ReferenceSchedule.cosine(2, total: 4, t: 9) == 0)
    // Of 20 updates number 5 has the peak and number 19 the lowest rate.
    let rates = (0..<25).map { ReferenceSchedule.oneCycle(1, total: 20, t: $0) }
    #expect(abs(rates[0] - 0.04) < 1e-15)
    #expect(rates[5] == 1)
    #expect(abs(rates[12] - (1 + 4e-6) / 2) < 1e-12)
    #expect(abs(rates[19] - 4e-6) < 1e-15 && rates[24] == rates[19])
  }

  @Test func initializers() {
    let kernel = [3, 3, 32, 64]
    #expect(
      abs(ReferenceInitializer.glorotUniform.weight(uniform: 1, kernelShape: kernel) - 1 / 12)
        < 1e-15)
    #expect(ReferenceInitializer.heNormal.variance(kernelShape: kernel) == 2.0 / 288)
    // Two standard deviations of the normal distribution whose cut form has the variance 1.
    let end = ReferenceInitializer.heNormal.weight(uniform: 1, kernelShape: [2, 7])
    #expect(abs(end - 2 / 0.87962566103423978) < 1e-12)
    // Quartiles and the 97.5% point from tables.
    #expect(abs(ReferenceInitializer.normalQuantile(0.75) - 0.6744897501960817) < 1e-14)
    #expect(abs(ReferenceInitializer.normalQuantile(0.025) + 1.959963984540054) < 1e-14)
    #expect(abs(ReferenceInitializer.normalQuantile(0.5)) < 1e-15)
    // Mean 0 and the named variance over a fine grid of uniforms.
    for initializer in ReferenceInitializer.allCases {
      let weights = (0..<2000).map {
        initializer.weight(uniform: (Double($0) + 0.5) / 2000, kernelShape: [20, 30])
      }
      let square = weights.reduce(0) { $0 + $1 * $1 } / 2000
      #expect(abs(weights.reduce(0, +)) < 1e-9)
      #expect(abs(square / initializer.variance(kernelShape: [20, 30]) - 1) < 1e-5)
    }
  }
}
