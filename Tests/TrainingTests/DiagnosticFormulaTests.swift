import Testing
import Training

/// Every figure against a case computed by hand.
@Suite struct DiagnosticFormulaTests {
  /// One image and one map.
  private func map(_ rows: [[Float]]) -> FeatureValues {
    FeatureValues(
      count: 1, height: rows.count, width: rows[0].count, channels: 1, values: rows.flatMap { $0 })
  }

  @Test func zerosMeanAndVariance() {
    let values = FeatureValues(
      count: 2, height: 1, width: 2, channels: 2, values: [0, 1, -0.0, 3, 4, 0, 0, 0])
    #expect(values.zeroShare == 5.0 / 8)
    #expect(values.mean == 1)
    // Squares of distances to 1: 1 0 1 4 9 1 1 1.
    #expect(values.variance == 18.0 / 8)
  }

  @Test func neighboursOfStripesAndOfAChessboard() {
    // Mean 0.5; horizontal pairs are alike, vertical ones opposite: products 1/4·2 and −1/4·2.
    #expect(map([[0, 0], [1, 1]]).neighbourCorrelation == 0)
    #expect(map([[0, 1, 0], [1, 0, 1]]).neighbourCorrelation < -0.9)
    // 0 0 1 1: mean 0.5, pairs 1/4, −1/4, 1/4 over a variance of 1/4.
    #expect(abs(map([[0, 0, 1, 1]]).neighbourCorrelation - 1.0 / 3) < 1e-12)
    #expect(map([[2, 2], [2, 2]]).neighbourCorrelation.isNaN, "a constant map has none")
    #expect(
      FeatureValues(count: 3, height: 1, width: 1, channels: 2, values: [1, 2, 3, 4, 5, 6])
        .neighbourCorrelation.isNaN, "a row has no neighbours")
  }

  @Test func constantMapsCountInNoMean() {
    // The first channel is 0 0 1 1, the second constant.
    let values = FeatureValues(
      count: 1, height: 1, width: 4, channels: 2, values: [0, 5, 0, 5, 1, 5, 1, 5])
    #expect(abs(values.neighbourCorrelation - 1.0 / 3) < 1e-12)
  }

  @Test func correlationBetweenFeatures() {
    // Channels 1 2 3 · 2 4 6 · 3 2 1 · 7 7 7: |r| is 1 for the three pairs that vary.
    let values = FeatureValues(
      count: 3, height: 1, width: 1, channels: 4, values: [1, 2, 3, 7, 2, 4, 2, 7, 3, 6, 1, 7])
    #expect(abs(values.featureCorrelation(most: 64) - 1) < 1e-12)
    // −1 0 1 and 1 −2 1 are orthogonal.
    let others = FeatureValues(
      count: 3, height: 1, width: 1, channels: 2, values: [-1, 1, 0, -2, 1, 1])
    #expect(abs(others.featureCorrelation(most: 2)) < 1e-12)
    #expect(others.featureCorrelation(most: 1).isNaN)
  }

  @Test func holesHangTogetherBySidesWithinAMap() {
    let holes = map([
      [0, 1, 0, 0],
      [0, 1, 1, 0],
      [1, 0, 1, 1],
      [0, 0, 0, 1],
    ]).holes
    #expect(holes == [2, 3, 4])
    #expect(HoleSizes.mean(holes) == 3)
    let third = 1.0 / 3
    #expect(HoleSizes.shares(holes, classes: [1, 3, 4]) == [third, third, third])
    #expect(HoleSizes.mean([]).isNaN)
    // Zeros of two maps, and of two images, are apart; so are the ends of two rows.
    let two = FeatureValues(
      count: 2, height: 1, width: 2, channels: 2, values: [0, 0, 0, 0, 1, 1, 0, 1])
    #expect(two.holes == [2, 2, 1])
    #expect(map([[1, 0], [0, 1]]).holes == [1, 1])
    #expect(
      FeatureValues(count: 1, height: 1, width: 1, channels: 3, values: [0, 0, 1]).holes.isEmpty,
      "rows have no holes")
  }

  @Test func shiftsRepeatTheBorder() {
    let images = ChangedImages(
      count: 1, height: 2, width: 3, channels: 1, values: [1, 2, 3, 4, 5, 6])
    #expect(images.shifted(down: 0, right: 1) == [1, 1, 2, 4, 4, 5])
    #expect(images.shifted(down: -1, right: 0) == [4, 5, 6, 4, 5, 6])
    #expect(images.shifted(down: 2, right: -2) == [3, 3, 3, 3, 3, 3])
  }

  @Test func patchesAreGreyAndInsideTheImage() {
    let images = ChangedImages(
      count: 1, height: 2, width: 2, channels: 2, values: [0, 10, 2, 20, 4, 30, 6, 40])
    // Means 3 and 25.
    #expect(images.occluded(side: 1, top: 0, left: 1) == [0, 10, 3, 25, 4, 30, 6, 40])
    let large = ChangedImages(
      count: 1, height: 28, width: 28, channels: 1, values: Array(repeating: 0, count: 784))
    for side in [1, 4, 12, 28] {
      let patches = large.patches(side: side)
      #expect(patches.count == 5)
      #expect(patches[0].top == (28 - side) / 2)
      #expect(
        patches.allSatisfy {
          $0.top >= 0 && $0.left >= 0 && $0.top + side <= 28 && $0.left + side <= 28
        })
    }
    #expect(large.patches(side: 29).isEmpty)
  }
}
