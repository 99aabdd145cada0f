import TensorReference
import Testing

/// What the dropout layer promises, and what it asks of its mask.
struct DropoutTests {
  static let shape = ReferenceShape(height: 2, width: 3, channels: 4)

  @Test(arguments: ReferenceLayer.DropoutKind.allCases, [0.1, 0.5, 0.75])
  func elementsAreDroppedOrScaled(kind: ReferenceLayer.DropoutKind, rate: Double) {
    let keep = randomKeep(rate: rate)
    let factors = ReferenceDropout(site: "a", kind: kind, rate: rate)
      .factors(batch: 5, shape: Self.shape, keep: keep)
    for n in 0..<5 {
      for h in 0..<2 {
        for w in 0..<3 {
          for c in 0..<4 {
            let keeps = kind == .spatial ? keep("a", n, 0, 0, c) : keep("a", n, h, w, c)
            #expect(factors[n, h, w, c] == (keeps ? 1 / (1 - rate) : 0))
          }
        }
      }
    }
  }

  @Test func spatialAsksOncePerMapAndElementWiseOncePerElement() {
    func questions(_ kind: ReferenceLayer.DropoutKind) -> [[Int]] {
      var asked: [[Int]] = []
      _ = ReferenceDropout(site: "a", kind: kind, rate: 0.5)
        .factors(batch: 2, shape: Self.shape) { _, n, h, w, c in
          asked.append([n, h, w, c])
          return true
        }
      return asked
    }
    let maps = (0..<2).flatMap { n in (0..<4).map { c in [n, 0, 0, c] } }
    #expect(questions(.spatial) == maps)
    let elements = questions(.elementWise)
    #expect(elements.count == 48 && Set(elements).count == 48)
  }

  @Test func rateZeroIsTheIdentityAndAsksNothing() {
    let factors = ReferenceDropout(site: "a", kind: .elementWise, rate: 0)
      .factors(batch: 2, shape: Self.shape) { _, _, _, _, _ in
        Issue.record("asked for a mask at rate 0")
        return false
      }
    #expect(factors.values.allSatisfy { $0 == 1 })
  }

  @Test func evaluationIsTheIdentity() {
    let dropped = NetworkCase.placed(.elementWise, before: true, pool: .max).make()
    let plain = NetworkCase(
      "no dropout",
      NetworkCase.convolution + [
        .pool(.max, size: 2), .convolution(kernel: 2, filters: 4, padding: .valid), .relu,
      ]
    ).make()
    let expected = plain.network.forward(plain.images, count: 2, mode: .evaluation)
    #expect(dropped.network.forward(dropped.images, count: 2, mode: .evaluation) == expected)
    let training = dropped.network.forward(
      dropped.images, count: 2, mode: .training(keep: randomKeep(rate: 0.4)))
    #expect(training != expected)
  }

  @Test func droppedNaNIsZero() {
    let shape = ReferenceShape(height: 1, width: 1, channels: 2)
    let factors = ReferenceTensor(batch: 1, shape: shape, values: [0, 2])
    let input = ReferenceTensor(batch: 1, shape: shape, values: [.nan, 3])
    #expect(ReferenceDropout.apply(factors, to: input).values == [0, 6])
  }

  @Test func aRateOfOneIsRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = ReferenceDropout(site: "a", kind: .spatial, rate: 1)
    }
  }
}
