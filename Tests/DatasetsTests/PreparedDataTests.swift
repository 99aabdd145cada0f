import Datasets
import Testing

@Suite struct PreparedDataTests {
  /// 1×1×2 images; image i of the training split has bytes (i, 100 + 2i).
  private func set(_ labels: [UInt8], test: [UInt8] = [0, 1]) throws -> ImageSet {
    try ImageSet(
      name: "s", height: 1, width: 1, channels: 2, classes: 4,
      trainImages: labels.indices.flatMap { [UInt8($0), UInt8(100 + 2 * $0)] },
      trainLabels: labels,
      testImages: test.indices.flatMap { [UInt8(200 + $0), UInt8(10 + $0)] }, testLabels: test)
  }

  /// Which images `split` holds, by the first byte.
  private func indices(_ split: PreparedData.Split?) -> [Int]? {
    split.map { split in
      stride(from: 0, to: split.images.count, by: 2).map { Int((split.images[$0] * 255).rounded()) }
    }
  }

  @Test func classesComeInTurnUntilTheyRunOut() {
    #expect(ClassOrder.roundRobin([2, 2, 0, 2, 1, 0, 2]) == [2, 4, 0, 5, 1, 3, 6])
    #expect(ClassOrder.roundRobin([]) == [])
    #expect(ClassOrder.roundRobin([255, 0, 255]) == [1, 0, 2])
  }

  @Test func subsetsNestAndAreBalanced() throws {
    let set = try DatasetSource(name: "random:2x1x1,classes=4,train=400,test=40").load()
    let whole = try PreparedData(set, SplitOptions(standardisation: .none))
    for count in [1, 4, 6, 40, 200, 399] {
      let part = try PreparedData(set, SplitOptions(train: count, test: 7, standardisation: .none))
      #expect(part.train.count == count)
      #expect(part.train.labels == Array(whole.train.labels.prefix(count)))
      #expect(part.train.images == Array(whole.train.images.prefix(count * 2)))
      #expect(part.test.labels == Array(whole.test.labels.prefix(7)))
      let perClass = (0..<4).map { k in part.train.labels.filter { $0 == k }.count }
      if count <= 200 {
        #expect(perClass.reduce(0, max) - perClass.reduce(count, min) <= 1, "\(count): \(perClass)")
      }
    }
  }

  @Test func validationFollowsTraining() throws {
    let set = try set([0, 0, 1, 1, 2, 2, 3, 3, 0])
    let options = SplitOptions(train: 4, validation: 3, standardisation: .none)
    let data = try PreparedData(set, options)
    #expect(indices(data.train) == [0, 2, 4, 6])
    #expect(indices(data.validation) == [1, 3, 5])
    #expect(data.validation?.labels == [0, 1, 2])
    let rest = try PreparedData(set, SplitOptions(validation: 3, standardisation: .none))
    #expect(indices(rest.train) == [0, 2, 4, 6, 1, 3])
    #expect(indices(rest.validation) == [5, 7, 8])
    #expect(try PreparedData(set, SplitOptions()).validation == nil)
  }

  @Test func noneDividesBy255() throws {
    let data = try PreparedData(set([0, 1, 2]), SplitOptions(standardisation: .none))
    #expect(data.train.images == [0, 100, 1, 102, 2, 104].map { Float(Double($0) / 255) })
    #expect(data.mean == [0, 0])
    #expect(data.deviation == [1, 1])
  }

  @Test func perChannelUsesEachChannelOfTheTrainingSplit() throws {
    // Training images 0, 1, 2: bytes 0, 1, 2 and 100, 102, 104.
    let data = try PreparedData(
      set([0, 1, 2, 0, 1]), SplitOptions(train: 3, validation: 2, standardisation: .perChannel))
    #expect(data.mean == [1.0 / 255, 102.0 / 255])
    #expect(abs(data.deviation[0] - (2.0 / 3).squareRoot() / 255) < 1e-17)
    #expect(abs(data.deviation[1] - (8.0 / 3).squareRoot() / 255) < 1e-17)
    let unit = Float((1.5).squareRoot())
    for (value, expected) in zip(data.train.images, [-unit, -unit, 0, 0, unit, unit]) {
      #expect(abs(value - expected) < 1e-5)
    }
    // Validation image 3 (bytes 3, 106) on the training split's scale.
    #expect(abs((data.validation?.images[0] ?? 0) - 2 * unit) < 1e-5)
    // Test image 0: byte 200.
    #expect(abs(data.test.images[0] - 199 * unit) < 1e-3)
  }

  @Test(arguments: [SplitOptions.Standardisation.global, .perChannel])
  func trainingSplitHasMeanZeroAndDeviationOne(_ kind: SplitOptions.Standardisation) throws {
    let set = try DatasetSource(name: "random:6x5x3,train=300,test=10,seed=4").load()
    let data = try PreparedData(set, SplitOptions(train: 250, standardisation: kind))
    #expect(data.mean.count == 3 && data.deviation.count == 3)
    #expect((Set(data.mean).count == 1) == (kind == .global))
    let groups =
      kind == .global
      ? [data.train.images]
      : (0..<3).map { c in
        stride(from: c, to: data.train.images.count, by: 3).map { data.train.images[$0] }
      }
    for values in groups {
      let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
      let square = values.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(values.count)
      #expect(abs(mean) < 1e-7)
      #expect(abs(square - mean * mean - 1) < 1e-6)
    }
  }

  @Test(arguments: [SplitOptions.Standardisation.global, .perChannel])
  func constantImagesBecomeZeros(_ kind: SplitOptions.Standardisation) throws {
    let set = try ImageSet(
      name: "constant", height: 2, width: 2, channels: 1, classes: 2,
      trainImages: [UInt8](repeating: 77, count: 12), trainLabels: [0, 1, 0],
      testImages: [77, 78, 0, 255], testLabels: [1])
    let data = try PreparedData(set, SplitOptions(standardisation: kind))
    #expect(data.train.images == [Float](repeating: 0, count: 12))
    #expect(data.test.images.allSatisfy { $0.isFinite })
    #expect(data.deviation == [1])
  }

  /// Computed from the definition with Python; debug and release must both give it.
  @Test func bitsAreKnown() throws {
    let set = try DatasetSource(name: "fashion-mnist-mini").load()
    let data = try PreparedData(set, SplitOptions(train: 500, test: 100, validation: 20))
    var digest: UInt64 = 0
    for value in data.train.images + data.test.images + (data.validation?.images ?? []) {
      digest = (digest &* 0x100_0000_01b3) ^ UInt64(value.bitPattern)
    }
    #expect(digest == 15290533299605021055)
  }

  @Test(arguments: [
    (SplitOptions(train: 0), "0 training images"),
    (SplitOptions(train: -1), "-1 training images"),
    (SplitOptions(train: 10), "10 training and 0 validation images are asked for, and it has 9"),
    (SplitOptions(train: 5, validation: 5), "5 training and 5 validation images"),
    (SplitOptions(train: .max, validation: 5), "and it has 9 to share"),
    (SplitOptions(validation: 9), "9 validation images leave none of its 9"),
    (SplitOptions(validation: -1), "-1 validation images"),
    (SplitOptions(test: 0), "0 test images"),
    (SplitOptions(test: 3), "3 test images are asked for, and it has 2"),
  ])
  func impossibleSplits(options: SplitOptions, what: String) throws {
    let set = try set([0, 0, 1, 1, 2, 2, 3, 3, 0])
    let error = try #require(
      datasetError { () throws(DatasetError) in _ = try PreparedData(set, options) })
    #expect(error.file == "s")
    #expect(error.what.contains(what), "\(error)")
  }
}
