import ExperimentModel
import TensorCore
import Testing
import Training

@Suite struct MemoryTests {
  static let dropouts: [DropoutSpec] = {
    let site = DropoutSite.afterPool(block: 1)
    return [
      DropoutSpec(site: site, kind: .elementWise, rate: 0.5),
      DropoutSpec(site: site, kind: .spatial, rate: 0.5),
      DropoutSpec(site: site, kind: .gaussian, rate: 0.5),
      DropoutSpec(site: site, kind: .alpha, rate: 0.5),
      DropoutSpec(
        site: site, kind: .noiseShape, rate: 0.5,
        noise: NoiseShape(batch: false, height: true, width: true, channels: false)),
      DropoutSpec(
        site: site, kind: .noiseShape, rate: 0.5,
        noise: NoiseShape(batch: true, height: false, width: false, channels: false)),
      DropoutSpec(
        site: site, kind: .dropBlock, rate: 0.5,
        block: DropBlockShape(size: 3, channels: .independent, centres: .valid)),
      DropoutSpec(site: site, kind: .dropConnect, rate: 0.5, inference: .mean),
    ]
  }()

  /// The forecast's rule of slices is the tensor core's.
  @Test(arguments: dropouts.indices, [20, 32, 33, 200])
  func imagesTogetherAreTheTensorCores(index: Int, batch: Int) throws {
    let job = try TrainerTests.job(dropout: [Self.dropouts[index]]) { $0.batch = batch }
    let description = NetworkDescription(job.network, dropout: job.spec.dropout, updates: 1)
    #expect(job.spec.imagesTogether == description.slice(ofBatch: batch))
  }

  @Test func theForecastCountsWhatIsKeptForEachNumberOfImages() throws {
    let job = try TrainerTests.job()
    var spec = job.spec
    func bytes(batch: Int, of images: Int = 6400) -> Int {
      spec.batch = batch
      return job.network.trainingBytes(spec, trainingImages: images)
    }
    #expect(bytes(batch: 16) > 16_000_000)
    #expect(bytes(batch: 32) > bytes(batch: 16))
    // Slices of a larger batch share the memory.
    #expect(bytes(batch: 128) == bytes(batch: 64) && bytes(batch: 64) == bytes(batch: 32))
    // A rest has activations of its own, and so has that of the last batch.
    #expect(bytes(batch: 63, of: 6300) > bytes(batch: 64))
    #expect(bytes(batch: 63, of: 6310) > bytes(batch: 63, of: 6300))
    #expect(bytes(batch: 64, of: 6410) > bytes(batch: 64))
    let plain = bytes(batch: 32)
    spec.optimiser = OptimiserSpec(name: .adam, learningRate: 0.001)
    let weights = job.network.parameters.reduce(0) { $0 + $1.count }
    #expect(bytes(batch: 32) == plain + 4 * weights)
  }
}
