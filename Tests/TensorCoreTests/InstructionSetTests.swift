import CKernels
import Foundation
import TensorCore
import TensorReference
import Testing

/// Every instruction set is held to the reference, and our own kernels to each other's bits.
@Suite struct InstructionSetTests {
  /// A process of its own for each set, because the choice holds for a process.
  @Test(arguments: InstructionSet.allCases.filter(\.isAvailable))
  func agreesWithTheReference(set: InstructionSet) async {
    await #expect(processExitsWith: .success) { [name = set.rawValue as String] in
      let set = try #require(InstructionSet(rawValue: name))
      try Engine.select(set)
      #expect(Engine.instructionSet == set)
      try Engine.select(set)
      for index in stride(from: 0, to: ReferenceAgreementTests.cases.count, by: 3) {
        try ReferenceAgreementTests().gradientsAgree(index: index)
      }
    }
  }

  @Test func theChoiceHoldsForTheProcess() {
    let used = Engine.instructionSet
    for set in InstructionSet.allCases where set != used {
      #expect(throws: TensorError.self) { try Engine.select(set) }
    }
    #expect(Engine.instructionSet == used)
  }

  static let count = 1 << 12

  /// Numbers from −12 to 12, the ends of the exponential's range, and what is not finite.
  static let values: [Float] =
    (0..<count).map { Float($0) / Float(count) * 24 - 12 }
    + [0, -0.0, -100, 100, -88, 88, 1e30, -1e30, .infinity, -.infinity, 1e-20]

  static let activations: [(dg_activation, Activation)] = [
    (dg_activation(kind: dg_relu, parameter: 0), .relu),
    (dg_activation(kind: dg_leaky_relu, parameter: 0.3), .leakyReLU(slope: Double(Float(0.3)))),
    (dg_activation(kind: dg_elu, parameter: 1.5), .elu(alpha: 1.5)),
    (dg_activation(kind: dg_selu, parameter: 0), .selu),
    (dg_activation(kind: dg_gelu, parameter: 0), .gelu),
    (dg_activation(kind: dg_tanh, parameter: 0), .tanh),
    (dg_activation(kind: dg_sigmoid, parameter: 0), .sigmoid),
  ]

  @Test(arguments: activations.indices)
  func activationsAreAccurateAndTheSameEverywhere(index: Int) {
    let (raw, activation) = Self.activations[index]
    let reference = ReferenceActivation(activation)
    let x = Self.values
    var results: [[UInt32]] = []
    for table in RandomnessTests.tables {
      var y = x, slope = x
      table.activation_forward(raw, x, &y, x.count)
      table.activation_backward(
        raw, x, y, [Float](repeating: 1, count: x.count), &slope, x.count)
      results.append((y + slope).map(\.bitPattern))
      for i in x.indices where abs(x[i]) <= 100 {
        let value = reference.value(Double(x[i])), derivative = reference.derivative(Double(x[i]))
        #expect(abs(Double(y[i]) - value) < 6e-7 * max(1, abs(value)))
        #expect(abs(Double(slope[i]) - derivative) < 2e-6)
      }
      var nan: [Float] = [.nan]
      table.activation_forward(raw, nan, &nan, 1)
      #expect(nan[0].isNaN)
    }
    for result in results { #expect(result == results[0]) }
  }

  /// Maps in blocks of 16 channels, and back.
  static func blocked(_ values: [Float], _ tensor: dg_tensor) -> [Float] {
    let padded = (tensor.channels + 15) / 16 * 16
    var out = [Float](
      repeating: 0, count: Int(tensor.batch * tensor.height * tensor.width * padded))
    dg_gather(
      values, (0..<tensor.batch).map { $0 }, tensor.batch, tensor.batch, tensor.height,
      tensor.width, tensor.channels, dg_layout_blocked, &out)
    return out
  }

  static func plain(_ values: [Float], _ tensor: dg_tensor) -> [Float] {
    let pixels = Int(tensor.height * tensor.width), b = 16
    let blocks = (Int(tensor.channels) + b - 1) / b
    var out: [Float] = []
    for n in 0..<Int(tensor.batch) {
      for pixel in 0..<pixels {
        for c in 0..<Int(tensor.channels) {
          out.append(values[((n * blocks + c / b) * pixels + pixel) * b + c % b])
        }
      }
    }
    return out
  }

  /// Normalisation and dropout of 20 channels, which fill no whole number of blocks.
  @Test func normalisationAndDropoutAreTheSameEverywhere() {
    let shape = FeatureShape(height: 5, width: 3, channels: 20)
    var tensor = dg_tensor(
      layout: dg_layout_blocked, batch: 3, height: 5, width: 3, channels: 20)
    let x = TestImages(count: 3, shape: shape, classes: 2).pixels
    let g = TestImages(count: 3, shape: shape, classes: 2, seed: 4).pixels
    let bits = DropoutStatisticsTests.bits(0.3, words: 3 * 15 * 2)
    var results: [[Float]] = []
    for table in RandomnessTests.tables {
      let width = 32
      var mean = [Double](repeating: 0, count: width), variance = mean
      let input = Self.blocked(x, tensor)
      table.moments(&tensor, input, &mean, &variance)
      let centre = mean.map(Float.init)
      let inverse = variance.map { Float(1 / ($0 + 1e-3).squareRoot()) }
      var output = input, gradient = input
      var gamma = [Float](repeating: 0, count: width), beta = gamma
      table.normalise(&tensor, input, centre, inverse, centre, &output)
      table.normalise_backward(
        &tensor, input, centre, inverse, inverse, Self.blocked(g, tensor), &gradient, &gamma,
        &beta)
      let normalised = Self.plain(output, tensor) + Self.plain(gradient, tensor)
      bits.withUnsafeBufferPointer { bits in
        var dropout = dg_dropout()
        dropout.tensor = tensor
        dropout.bits = bits.baseAddress
        dropout.scale = 1 / 0.7
        table.dropout(&dropout, input, &output)
      }
      results.append(
        normalised + gamma.prefix(20) + beta.prefix(20) + Self.plain(output, tensor))
    }
    for result in results { #expect(result == results[0]) }
    #expect(results[0].contains { $0 != 0 })
  }
}
