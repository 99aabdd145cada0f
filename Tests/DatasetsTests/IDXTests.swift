import Datasets
import Foundation
import Testing

@Suite struct IDXTests {
  private func load(_ directory: TemporaryDirectory) throws(DatasetError) -> ImageSet {
    try DatasetSource(name: "idx:\(directory.path)").load()
  }

  @Test func plainFiles() throws {
    let set = try load(directory(of: smallFiles))
    #expect(sizes(set).prefix(4) == [3, 2, 1, 3])
    #expect(set.trainImages == pixels(7))
    #expect(set.trainLabels == [2, 0, 0, 1, 2, 0, 1])
    #expect(set.testImages == pixels(4))
    #expect(set.testLabels == [0, 1, 2, 0])
  }

  @Test func gzipAndOtherNamesAreTheSame() throws {
    let plain = try load(directory(of: smallFiles)).fingerprint
    let dotted = smallFiles.map {
      (name: $0.name.replacingOccurrences(of: "-idx", with: ".idx"), bytes: $0.bytes)
    }
    let packed = smallFiles.map { (name: $0.name + ".gz", bytes: gzip($0.bytes)) }
    let both = dotted.map { (name: $0.name + ".gz", bytes: gzip($0.bytes)) }
    for files in [dotted, packed, both, [smallFiles[0]] + packed[1...]] {
      #expect(try load(directory(of: files)).fingerprint == plain)
    }
  }

  /// What `cat a.gz b.gz` and parallel compressors write.
  @Test func gzipOfSeveralMembersIsReadWhole() throws {
    let plain = try load(directory(of: smallFiles)).fingerprint
    for cuts in [[20], [16, 30], [3, 3, 57]] {
      let packed = smallFiles.map { file in
        let ends = cuts.map { min($0, file.bytes.count) } + [file.bytes.count]
        let members = zip([0] + ends, ends).map { gzip(Array(file.bytes[$0..<$1])) }
        return (name: file.name + ".gz", bytes: members.flatMap { $0 })
      }
      #expect(try load(directory(of: packed)).fingerprint == plain)
    }
  }

  @Test func aDirectoryWithAFilesNameIsPassedOver() throws {
    let directory = try directory(of: smallFiles)
    try directory.remove("train-images-idx3-ubyte")
    try directory.write("train-images.idx3-ubyte", smallFiles[0].bytes)
    try FileManager.default.createDirectory(
      atPath: directory.path + "/train-images-idx3-ubyte", withIntermediateDirectories: false)
    #expect(try load(directory).trainCount == 7)
  }

  /// A small set with one file replaced, and what the error must say of it.
  struct BadFile: Sendable, CustomTestStringConvertible {
    var file: String
    var bytes: [UInt8]
    var what: String
    var testDescription: String { "\(file): \(what)" }

    init(_ file: String, _ bytes: [UInt8], _ what: String) {
      (self.file, self.bytes, self.what) = (file, bytes, what)
    }
  }

  private static let trainImages = "train-images-idx3-ubyte"
  private static let trainLabels = "train-labels-idx1-ubyte"
  private static let testImages = "t10k-images-idx3-ubyte"
  private static let testLabels = "t10k-labels-idx1-ubyte"
  private static let good = smallFiles[0].bytes
  private static let goodGzip = gzip(good)

  private static func changed(_ bytes: [UInt8], at index: Int, by mask: UInt8 = 1) -> [UInt8] {
    var bytes = bytes
    bytes[index] ^= mask
    return bytes
  }

  static let badFiles: [BadFile] = [
    BadFile(trainImages, [], "is empty"),
    BadFile(trainImages, Array(good.prefix(3)), "ends in its header"),
    BadFile(trainImages, Array(good.prefix(15)), "ends in its header"),
    BadFile(trainImages, Array(good.prefix(16)), "promises 7×3×2 bytes, and the whole file has 16"),
    BadFile(trainImages, Array(good.dropLast()), "promises 7×3×2 bytes, and the whole file has 57"),
    BadFile(trainImages, good + [0], "goes on after the end"),
    BadFile(trainImages, smallFiles[1].bytes, "magic number is 0x00000801, not 0x00000803"),
    BadFile(trainLabels, smallFiles[0].bytes, "magic number is 0x00000803, not 0x00000801"),
    BadFile(trainImages, goodGzip, "magic number is 0x1f8b0800"),
    BadFile(
      trainImages, Array("<html><body>404</body></html>".utf8), "is not an IDX file of images"),
    BadFile(trainImages, idx([0, 3, 2], []), "size of 0"),
    BadFile(trainImages, idx([7, 0, 2], []), "size of 0"),
    BadFile(
      trainImages, idx([0xffff_ffff, 0xffff_ffff, 0xffff_ffff], []), "at most 4294967296 are read"),
    BadFile(trainImages, idx([65535, 255, 255], pixels(1)), "is truncated: its header promises"),
    BadFile(trainLabels, idx([6], [2, 0, 0, 1, 2, 0]), "6 labels for the 7 images of"),
    BadFile(trainLabels, idx([7], [2, 0, 0, 2, 2, 0, 2]), "go up to 2, but none is 1"),
    BadFile(trainLabels, idx([7], [0, 1, 2, 0, 1, 2, 200]), "go up to 200, but none is 3"),
    BadFile(trainLabels, idx([7], [4, 4, 4, 4, 4, 4, 4]), "all its labels are 4"),
    BadFile(
      trainLabels, idx([7], [2, 1, 1, 2, 2, 3, 2]), "from 1 to 3, and class 0 would have no image"),
    BadFile(testLabels, idx([4], [0, 1, 3, 0]), "label 3 of image 2"),
    BadFile(testImages, idx([4, 2, 3], pixels(4)), "its images are 2×3, and the training images"),
    BadFile(trainImages + ".gz", good, "is not a gzip file"),
    BadFile(trainImages + ".gz", [], "is empty"),
    BadFile(trainImages + ".gz", Array(goodGzip.prefix(5)), "gzip data has no end"),
    BadFile(trainImages + ".gz", Array(goodGzip.dropLast(20)), "gzip data has no end"),
    BadFile(trainImages + ".gz", Array(goodGzip.dropLast()), "gzip data has no end"),
    BadFile(trainImages + ".gz", goodGzip + [0, 0], "2 more bytes after the end"),
    BadFile(
      trainImages + ".gz", gzip(Array(good.prefix(20))) + gzip(Array(good[20...])).dropLast(),
      "gzip data has no end"),
    BadFile(trainImages + ".gz", goodGzip + gzip([1]), "goes on after the end"),
    BadFile(trainImages + ".gz", changed(goodGzip, at: 40), "incorrect data check"),
    BadFile(trainImages + ".gz", changed(goodGzip, at: goodGzip.count - 8), "incorrect data check"),
    BadFile(
      trainImages + ".gz", changed(goodGzip, at: goodGzip.count - 4), "incorrect length check"),
    BadFile(trainImages + ".gz", changed(goodGzip, at: 10, by: 6), "is damaged gzip data"),
    BadFile(trainImages + ".gz", gzip(good + [0]), "goes on after the end"),
    BadFile(trainImages + ".gz", gzip(Array(good.dropLast())), "promises 7×3×2 bytes, and 41"),
    BadFile(trainImages + ".gz", gzip(Array(good.prefix(10))), "ends in its header"),
    BadFile(
      trainImages + ".gz", gzip(idx([65535, 255, 255], pixels(1))), "and the whole file has"),
  ]

  @Test(arguments: badFiles) func badFileIsOneClearError(_ bad: BadFile) throws {
    let directory = try directory(of: smallFiles)
    if bad.file.hasSuffix(".gz") { try directory.remove(String(bad.file.dropLast(3))) }
    try directory.write(bad.file, bad.bytes)
    let error = try #require(
      datasetError { () throws(DatasetError) in _ = try self.load(directory) })
    #expect(error.file == "\(directory.path)/\(bad.file)")
    #expect(error.what.contains(bad.what), "\(error)")
    #expect(!error.remedy.isEmpty)
  }

  @Test func missingFilesAndDirectories() throws {
    let directory = try directory(of: smallFiles)
    func error(_ path: String) -> DatasetError? {
      datasetError { () throws(DatasetError) in _ = try DatasetSource(name: "idx:\(path)").load() }
    }
    let file = directory.path + "/" + Self.trainImages
    #expect(error(file)?.what == "is not a directory")
    #expect(error(directory.path + "/no")?.what == "is not there")
    try directory.remove(Self.testLabels)
    #expect(
      error(directory.path)?.what
        == "has no file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz")
    #expect(error(directory.path)?.file == directory.path)
  }

  @Test func aNamedPipeIsRefusedAndNotWaitedFor() throws {
    let directory = try directory(of: smallFiles)
    try directory.remove(Self.trainImages)
    try #require(mkfifo("\(directory.path)/\(Self.trainImages)", 0o600) == 0)
    let error = datasetError { () throws(DatasetError) in _ = try self.load(directory) }
    #expect(error?.what == "is not a regular file")
  }
}
