import Datasets
import Foundation
import Testing

@Suite struct FashionMNISTTests {
  static let hasDebianPackage = FileManager.default.fileExists(
    atPath: "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz")

  @Test func embeddedSetIsTheOneThatWasCommitted() throws {
    let set = try DatasetSource(name: "fashion-mnist-mini").load()
    #expect(
      sizes(set)
        == [28, 28, 1, 10, 2000, 2000])
    #expect(
      set.fingerprint == "de92d9bd556007076d9879a463ed431ed96fa82f8c0314c75777d023e53706a9")
  }

  @Test func embeddedClassesComeInTurn() throws {
    let set = try DatasetSource(name: "fashion-mnist-mini").load()
    let inTurn = (0..<2000).map { UInt8($0 % 10) }
    #expect(set.trainLabels == inTurn)
    #expect(set.testLabels == inTurn)
  }

  @Test(.enabled(if: hasDebianPackage))
  func embeddedImagesAreTheFirstOfEachClassOfDebians() throws {
    let full = try DatasetSource(name: "fashion-mnist").load()
    #expect(full.trainCount == 60000)
    #expect(full.testCount == 10000)
    #expect(
      full.fingerprint == "e010ecd8044782a04b76234ea118664477b4f82c8ae833a2ce597260035c53ff")
    func firsts(_ images: [UInt8], _ labels: [UInt8]) -> ([UInt8], [UInt8]) {
      let order = ClassOrder.roundRobin(labels).prefix(2000)
      return (order.flatMap { images[$0 * 784..<($0 + 1) * 784] }, order.map { labels[$0] })
    }
    let train = firsts(full.trainImages, full.trainLabels)
    let test = firsts(full.testImages, full.testLabels)
    let chosen = try ImageSet(
      name: "chosen", height: 28, width: 28, channels: 1, classes: 10,
      trainImages: train.0, trainLabels: train.1, testImages: test.0, testLabels: test.1)
    let mini = try DatasetSource(name: "fashion-mnist-mini").load()
    #expect(chosen.fingerprint == mini.fingerprint)
  }

  @Test func missingPackageNamesTheCommandThatInstallsIt() throws {
    let error = try #require(
      datasetError { () throws(DatasetError) in
        _ = try FashionMNIST.loadFull(name: "fashion-mnist", directory: "/nowhere/at/all")
      })
    #expect(error.file == "/nowhere/at/all")
    #expect(error.what == "is not there")
    #expect(error.remedy.contains("apt-get install dataset-fashion-mnist"))
  }
}
