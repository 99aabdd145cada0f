import TensorReference
import Testing

/// Sequences of updates that were worked out by hand: w = 1, gradients 1, 2, −1, rate 0.1.
struct SGDTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var form: ReferenceSGD.Form
    var momentum = 0.0
    var nesterov = false
    var decay = 0.0
    var weights: [Double]

    var testDescription: String {
      "\(form.rawValue) momentum \(momentum) nesterov \(nesterov) decay \(decay)"
    }
  }

  // With decay 1 the rates are 1/10, 1/20, 1/30.
  static let cases: [Case] =
    ReferenceSGD.Form.allCases.flatMap { form in
      [
        Case(form: form, weights: [0.9, 0.7, 0.8]),
        Case(form: form, nesterov: true, weights: [0.9, 0.7, 0.8]),
        Case(form: form, decay: 1, weights: [0.9, 0.8, 0.8 + 1.0 / 30]),
        // Keras: v = −0.1, −0.29, −0.161; PyTorch: v = 1, 2.9, 1.61.
        Case(form: form, momentum: 0.9, weights: [0.9, 0.61, 0.449]),
        Case(form: form, momentum: 0.9, nesterov: true, weights: [0.81, 0.349, 0.3041]),
      ]
    } + [
      // v = −0.1, −0.19, −0.171 + 1/30.
      Case(
        form: .keras, momentum: 0.9, decay: 1,
        weights: [0.9, 0.71, 0.539 + 1.0 / 30]),
      // w += 0.9 v − rate · g: −0.19, −0.271, 0.9 · (−0.171 + 1/30) + 1/30.
      Case(
        form: .keras, momentum: 0.9, nesterov: true, decay: 1,
        weights: [0.81, 0.539, 0.3851 + 1.9 / 30]),
      // v = 1, 2.9, 1.61: w −= 0.1, 0.145, 1.61 / 30.
      Case(
        form: .pyTorch, momentum: 0.9, decay: 1,
        weights: [0.9, 0.755, 0.755 - 1.61 / 30]),
      // w −= rate · (g + 0.9 v): 0.19, 0.2305, 0.449 / 30.
      Case(
        form: .pyTorch, momentum: 0.9, nesterov: true, decay: 1,
        weights: [0.81, 0.5795, 0.5795 - 0.449 / 30]),
    ]

  @Test(arguments: cases)
  func updatesMatchHandComputedWeights(_ testCase: Case) {
    var optimizer = ReferenceSGD(
      form: testCase.form, learningRate: 0.1, momentum: testCase.momentum,
      nesterov: testCase.nesterov, decay: testCase.decay)
    var parameters = [[1.0], [5, 1]]
    var weights: [Double] = []
    for gradient in [1.0, 2, -1] {
      optimizer.update(&parameters, gradients: [[gradient], [0, gradient]])
      weights.append(parameters[0][0])
      #expect(parameters[1] == [5, parameters[0][0]])
    }
    #expect(relativeError(weights, testCase.weights) < 1e-14)
    #expect(optimizer.updates == 3)
  }

  @Test func trainingLowersTheLoss() {
    var (network, images, labels) = NetworkCase("net", NetworkCase.convolution).make()
    var optimizer = ReferenceSGD(
      form: .keras, learningRate: 0.05, momentum: 0.9, nesterov: true, decay: 1e-6)
    let first = network.loss(images, labels: labels, mode: .evaluation).loss
    for _ in 0..<30 {
      let gradients = network.lossAndGradients(images, labels: labels, mode: .evaluation).gradients
      optimizer.update(&network.parameters, gradients: gradients)
    }
    let last = network.loss(images, labels: labels, mode: .evaluation)
    #expect(last.loss < first / 10 && last.correct == 2)
  }
}
