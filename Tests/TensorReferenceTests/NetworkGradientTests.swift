import TensorReference
import Testing

/// A small network with a name for the test report.
struct NetworkCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var layers: [ReferenceLayer]

  static let input = ReferenceShape(height: 5, width: 6, channels: 2)

  init(_ name: String, _ layers: [ReferenceLayer]) {
    testDescription = name
    self.layers = layers + [.dense(units: 3)]
  }

  /// A network with random weights and a batch of two random images for it.
  func make() -> (network: ReferenceNetwork, images: [Double], labels: [Int]) {
    var network = ReferenceNetwork(input: Self.input, layers: layers)
    for p in network.parameters.indices {
      network.parameters[p] = randomValues(
        network.parameters[p].count, stream: UInt32(100 + p)
      ).map { $0 * 0.5 }
    }
    return (network, randomValues(2 * Self.input.count, stream: 99), [2, 0])
  }

  static func dropout(
    _ kind: ReferenceLayer.DropoutKind, site: String = "block1"
  ) -> ReferenceLayer {
    .dropout(site: site, kind: kind, rate: 0.4)
  }

  static let convolution: [ReferenceLayer] = [
    .convolution(kernel: 3, filters: 3, padding: .same), .relu,
  ]

  /// [convolution, ReLU], dropout before or after a pool, [valid convolution, ReLU].
  static func placed(
    _ kind: ReferenceLayer.DropoutKind, before: Bool, pool: ReferenceLayer.PoolKind
  ) -> NetworkCase {
    let pair: [ReferenceLayer] = [dropout(kind), .pool(pool, size: 2)]
    return NetworkCase(
      "\(kind.rawValue) dropout \(before ? "before" : "after") \(pool.rawValue) pool",
      convolution + (before ? pair : pair.reversed()) + [
        .convolution(kernel: 2, filters: 4, padding: .valid), .relu,
      ])
  }

  static let all: [NetworkCase] =
    [
      NetworkCase("logits alone", []),
      NetworkCase("dense", [.dense(units: 5), .relu]),
      NetworkCase("same convolution", convolution),
      NetworkCase("valid convolution", [.convolution(kernel: 3, filters: 3, padding: .valid)]),
      NetworkCase("max pool of size 3", convolution + [.pool(.max, size: 3)]),
      NetworkCase("average pool of size 3", convolution + [.pool(.average, size: 3)]),
      NetworkCase(
        "dense dropout",
        [.dense(units: 8), .relu, dropout(.elementWise), .dense(units: 8), dropout(.spatial)]),
      NetworkCase("dropout on the images", [dropout(.elementWise)] + convolution),
      NetworkCase(
        "strided convolutions",
        [
          .convolution(kernel: 3, filters: 3, padding: .same, stride: 2), .relu,
          .convolution(kernel: 2, filters: 3, padding: .valid, stride: 2),
        ]),
      NetworkCase(
        "stochastic pool", convolution + [.stochasticPool(site: "pool", size: 2)]),
      NetworkCase(
        "max-pooling dropout",
        [
          .convolution(kernel: 3, filters: 3, padding: .same), .activation(.tanh),
          .maxPoolingDropout(site: "pool", size: 2, rate: 0.4),
        ]),
      NetworkCase("global average", convolution + [.globalAverage]),
      NetworkCase(
        "DropConnect",
        [.dropConnect(site: "conv", rate: 0.4)] + convolution
          + [.dropConnect(site: "dense", rate: 0.4), .dense(units: 5), .relu]),
      NetworkCase(
        "two blocks",
        convolution + convolution + [
          dropout(.spatial), .pool(.max, size: 2),
          .convolution(kernel: 3, filters: 4, padding: .same), .relu, .pool(.average, size: 2),
          dropout(.elementWise, site: "block2"), .dense(units: 6), .relu,
          dropout(.elementWise, site: "dense1"),
        ]),
    ]
    + ReferenceLayer.DropoutKind.allCases.flatMap { kind in
      ReferenceLayer.PoolKind.allCases.flatMap { pool in
        [true, false].map { placed(kind, before: $0, pool: pool) }
      }
    }
}

/// Gradients of whole networks against central differences of the loss.
struct NetworkGradientTests {
  @Test(arguments: NetworkCase.all)
  func gradientsMatchFiniteDifferences(_ testCase: NetworkCase) {
    let (network, images, labels) = testCase.make()
    let keep = randomKeep(rate: 0.4)
    for mode in [
      ReferenceNetwork.Mode.training(keep: keep, uniform: randomUniform), .evaluation,
    ] {
      let result = network.lossAndGradients(images, labels: labels, mode: mode)
      #expect(result.gradients.count == network.parameters.count)
      let plain = network.loss(images, labels: labels, mode: mode)
      #expect(plain.loss == result.loss && plain.correct == result.correct)
      for p in network.parameters.indices {
        let numerical = numericalGradient(at: network.parameters[p]) { values in
          var changed = network
          changed.parameters[p] = values
          return changed.loss(images, labels: labels, mode: mode).loss
        }
        #expect(numerical.contains { abs($0) > 1e-4 }, "parameter \(p) has no influence")
        #expect(relativeError(result.gradients[p], numerical) < 1e-7, "parameter \(p)")
      }
    }
  }

  @Test(arguments: ReferenceLayer.PoolKind.allCases)
  func spatialDropoutCommutesWithPooling(pool: ReferenceLayer.PoolKind) {
    let (before, after) = bothWays(.spatial, pool: pool)
    #expect(abs(before.loss - after.loss) < 1e-12)
    for (a, b) in zip(before.gradients, after.gradients) { #expect(relativeError(a, b) < 1e-12) }
  }

  @Test(arguments: ReferenceLayer.PoolKind.allCases)
  func elementWiseDropoutDoesNotCommuteWithPooling(pool: ReferenceLayer.PoolKind) {
    let (before, after) = bothWays(.elementWise, pool: pool)
    #expect(abs(before.loss - after.loss) > 1e-3)
  }

  private typealias Result = (loss: Double, correct: Int, gradients: [[Double]])

  private func bothWays(
    _ kind: ReferenceLayer.DropoutKind, pool: ReferenceLayer.PoolKind
  ) -> (before: Result, after: Result) {
    func result(before: Bool) -> Result {
      let (network, images, labels) = NetworkCase.placed(kind, before: before, pool: pool).make()
      return network.lossAndGradients(
        images, labels: labels, mode: .training(keep: randomKeep(rate: 0.4)))
    }
    return (result(before: true), result(before: false))
  }
}
