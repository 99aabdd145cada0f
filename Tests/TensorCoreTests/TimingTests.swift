import TensorCore
import Testing

@Suite struct TimingTests {
  /// Every stage is timed, for the images of a slice, and nothing is learned.
  @Test func stagesAreTimedWithoutLearning() throws {
    let input = FeatureShape(height: 8, width: 8, channels: 1)
    let test = TestNetwork(input: input, [.convolution(16), .pool(.max), .dense(6), .dense(3)])
    let images = TestImages(count: 40, shape: input, classes: 3)
    let network = try Network(test.description, batch: 40, initialisationSeed: 1, maskSeed: 1)
    let before = network.exportWeights()
    let order = (0..<40).map(Int32.init)
    let stages = try images.with { try network.timeStages($0, indices: order[...], steps: 3) }
    #expect(
      stages.map(\.label) == ["block1.conv1", "max pool of 8×8", "dense1", "logits"])
    #expect(stages.allSatisfy { $0.forward > 0 && $0.backward > 0 && $0.images == 32 })
    #expect(network.exportWeights() == before)
  }
}
