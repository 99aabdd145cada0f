import Datasets
import Testing

@Suite struct CIFAR10Tests {
  /// Pixel (h, w) of channel c in image n.
  private func value(_ n: Int, _ h: Int, _ w: Int, _ c: Int) -> UInt8 {
    UInt8(truncatingIfNeeded: n * 101 + h * 3 + w * 7 + c * 61)
  }

  private func record(_ n: Int, label: UInt8) -> [UInt8] {
    var bytes = [label]
    for c in 0..<3 { for h in 0..<32 { for w in 0..<32 { bytes.append(value(n, h, w, c)) } } }
    return bytes
  }

  /// Five training files of two images each and three test images.
  private func written() throws -> TemporaryDirectory {
    let directory = try TemporaryDirectory()
    for batch in 1...5 {
      let n = batch * 2 - 2
      try directory.write(
        "data_batch_\(batch).bin", record(n, label: UInt8(n)) + record(n + 1, label: UInt8(n + 1)))
    }
    try directory.write(
      "test_batch.bin", [0, 4, 9].flatMap { record(20 + $0, label: UInt8($0)) })
    return directory
  }

  private func load(_ directory: TemporaryDirectory) throws(DatasetError) -> ImageSet {
    try DatasetSource(name: "cifar10:\(directory.path)").load()
  }

  @Test func planesBecomeInterleavedChannels() throws {
    let set = try load(written())
    #expect(sizes(set).prefix(4) == [32, 32, 3, 10])
    #expect(set.trainLabels == (0..<10).map { UInt8($0) })
    #expect(set.testLabels == [0, 4, 9])
    var expected: [UInt8] = []
    for n in 0..<10 {
      for h in 0..<32 { for w in 0..<32 { for c in 0..<3 { expected.append(value(n, h, w, c)) } } }
    }
    #expect(set.trainImages == expected)
    #expect(set.testImages[3072 * 2 + 32 * 3 * 5 + 3 * 6 + 1] == value(29, 5, 6, 1))
  }

  @Test func badFilesAreClearErrors() throws {
    let good = record(0, label: 0) + record(1, label: 1)
    let cases: [(String, [UInt8]?, String)] = [
      ("data_batch_3.bin", nil, "cannot be opened"),
      ("data_batch_1.bin", [], "is empty"),
      ("data_batch_2.bin", Array(good.dropLast()), "its 6145 bytes are not a whole number"),
      ("data_batch_4.bin", Array(good.prefix(3073)), "has 1 images, and data_batch_1.bin has 2"),
      ("test_batch.bin", record(0, label: 3) + record(1, label: 10), "label 10 of image 1"),
    ]
    for (file, bytes, what) in cases {
      let directory = try written()
      if let bytes { try directory.write(file, bytes) } else { try directory.remove(file) }
      let error = try #require(
        datasetError { () throws(DatasetError) in _ = try self.load(directory) })
      #expect(error.file == "\(directory.path)/\(file)")
      #expect(error.what.contains(what), "\(error)")
      #expect(error.remedy.contains("cifar-10-binary.tar.gz"))
    }
  }
}
