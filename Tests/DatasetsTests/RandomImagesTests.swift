import Datasets
import Testing

@Suite struct RandomImagesTests {
  private func load(_ name: String) throws -> ImageSet { try DatasetSource(name: name).load() }

  /// The same numbers on every machine: recorded once, and computed anew with Python.
  @Test func bytesAreKnown() throws {
    let set = try load("random:2x3x2,classes=7,train=5,test=2,seed=-3")
    #expect(sizes(set).prefix(4) == [2, 3, 2, 7])
    #expect(
      set.fingerprint == "6442ec0ac556644eb83ed82356ec060b7fe7e8e7fe1191f8825ca022dd4c7e31")
  }

  @Test func partsMayBeLeftOut() throws {
    let set = try load("random")
    #expect(
      sizes(set)
        == [28, 28, 1, 10, 1000, 1000])
    #expect(try load("random:").fingerprint == set.fingerprint)
    #expect(try load("random:seed=0").fingerprint == set.fingerprint)
    #expect(try load("random:seed=1").fingerprint != set.fingerprint)
  }

  @Test func largerSetsBeginWithSmallerOnes() throws {
    let small = try load("random:5x5x1,train=3,test=3")
    let large = try load("random:5x5x1,train=9,test=3")
    #expect(Array(large.trainImages.prefix(75)) == small.trainImages)
    #expect(Array(large.trainLabels.prefix(3)) == small.trainLabels)
    #expect(large.testImages == small.testImages)
    #expect(Array(large.trainImages.prefix(75)) != large.testImages)
  }

  @Test func bytesAndLabelsAreUniform() throws {
    let set = try load("random:32x32x1,classes=5,train=5000,test=1")
    var counts = [Int](repeating: 0, count: 256)
    for byte in set.trainImages.prefix(256_000) { counts[Int(byte)] += 1 }
    // 255 degrees of freedom: 99.99% of the time below 347.
    let chiSquared = counts.reduce(0) { $0 + Double(($1 - 1000) * ($1 - 1000)) / 1000 }
    #expect(chiSquared > 170 && chiSquared < 347)
    var labels = [Int](repeating: 0, count: 5)
    for label in set.trainLabels { labels[Int(label)] += 1 }
    #expect(labels.allSatisfy { abs($0 - 1000) < 130 })
  }

  @Test(arguments: [
    ("random:28x28", "is not a shape"),
    ("random:28x28x1x", "is not a shape"),
    ("random:axbxc", "is not a shape"),
    ("random:classes=10,", "is not a shape"),
    ("random:0x28x1", "height is 0"),
    ("random:-1x28x1", "height is -1"),
    ("random:65537x1x1", "height is 65537"),
    ("random:99999999999999999999x1x1", "is not a shape"),
    ("random:classes=1", "classes is 1"),
    ("random:classes=300", "classes is 300"),
    ("random:classes=ten", "no whole number"),
    ("random:train=0", "training images is 0"),
    ("random:test=-5", "test images is -5"),
    ("random:train=2,train=3", "has “train” twice"),
    ("random:2x2x1,3x3x1", "has “shape” twice"),
    ("random:colour=1", "has no key “colour”"),
    ("random:65536x65536x2,train=1", "more than 4294967296 bytes"),
    ("random:65536x65536x65536,train=4294967296", "more than 4294967296 bytes"),
  ])
  func badParameters(name: String, what: String) throws {
    let error = try #require(
      datasetError { () throws(DatasetError) in _ = try DatasetSource(name: name) })
    #expect(error.what.contains(what), "\(error)")
    #expect(error.file == name)
    #expect(error.remedy.contains("random:HxWxC"))
  }

  @Test func whatDoesNotFitIntoMemoryIsAnErrorBeforeAnyIsTaken() throws {
    let large = try DatasetSource(name: "random:1x1x1,train=4294967296")
    let error = try #require(
      datasetError { () throws(DatasetError) in _ = try large.load(memory: 1 << 30) })
    #expect(error.what.contains("take 135168 MiB of memory, and 1024 MiB are free"), "\(error)")
    #expect(try DatasetSource(name: "random").load(memory: 1 << 30).trainCount == 1000)
    let packed = smallFiles.map { (name: $0.name + ".gz", bytes: gzip($0.bytes)) }
    let directory = try directory(of: packed)
    let set = try DatasetSource(name: "idx:\(directory.path)")
    let idx = try #require(
      datasetError { () throws(DatasetError) in _ = try set.load(memory: 256) })
    #expect(idx.what.contains("its 7 images take"), "\(idx)")
    #expect(try set.load(memory: 1 << 20).trainCount == 7)
  }
}
