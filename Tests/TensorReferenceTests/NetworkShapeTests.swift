import TensorReference
import Testing

/// Shapes and order of the parameters, and what the network refuses.
struct NetworkShapeTests {
  /// The well-known VGG-like example: valid 3×3 convolutions on 100×100×3 images.
  static let vggLike = ReferenceNetwork(
    input: ReferenceShape(height: 100, width: 100, channels: 3),
    layers: [32, 64].flatMap { filters -> [ReferenceLayer] in
      [
        .convolution(kernel: 3, filters: filters, padding: .valid), .relu,
        .convolution(kernel: 3, filters: filters, padding: .valid), .relu,
        .pool(.max, size: 2), .dropout(site: "block", kind: .elementWise, rate: 0.25),
      ]
    } + [.dense(units: 256), .relu, .dense(units: 10)])

  @Test func parametersStandInLayerOrder() {
    #expect(
      Self.vggLike.parameterShapes == [
        [3, 3, 3, 32], [32], [3, 3, 32, 32], [32], [3, 3, 32, 64], [64], [3, 3, 64, 64], [64],
        [30976, 256], [256], [256, 10], [10],
      ])
    #expect(Self.vggLike.parameters.reduce(0) { $0 + $1.count } == 7_998_250)
  }

  @Test func oddSizesLoseTheirBorderInAPool() {
    let shapes = Self.vggLike.outputShapes.map { [$0.height, $0.width, $0.channels] }
    #expect(shapes[4] == [48, 48, 32])
    #expect(shapes[10] == [22, 22, 64])
    #expect(shapes.last == [1, 1, 10])
  }

  @Test func zeroWeightsGiveTheLossOfGuessing() {
    let network = ReferenceNetwork(
      input: ReferenceShape(height: 2, width: 2, channels: 1), layers: [.dense(units: 4)])
    let result = network.lossAndGradients(
      Array(repeating: 1, count: 8), labels: [0, 3], mode: .evaluation)
    #expect(abs(result.loss - 1.3862943611198906) < 1e-15)
    #expect(result.correct == 1)
    #expect(result.gradients[1] == [-0.25, 0.25, 0.25, -0.25])
  }

  @Test func wrongInputIsRefused() async {
    await #expect(processExitsWith: .failure) {
      let network = ReferenceNetwork(
        input: ReferenceShape(height: 2, width: 2, channels: 1), layers: [.dense(units: 4)])
      _ = network.loss([1, 2, 3, 4], labels: [4], mode: .evaluation)
    }
    await #expect(processExitsWith: .failure) {
      let network = ReferenceNetwork(
        input: ReferenceShape(height: 2, width: 2, channels: 1), layers: [.dense(units: 4)])
      _ = network.forward([1, 2, 3], count: 1, mode: .evaluation)
    }
    await #expect(processExitsWith: .failure) {
      _ = ReferenceNetwork(
        input: ReferenceShape(height: 2, width: 2, channels: 1), layers: [.pool(.max, size: 3)])
    }
  }
}
