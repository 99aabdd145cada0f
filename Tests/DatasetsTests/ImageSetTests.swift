import Datasets
import Testing

@Suite struct ImageSetTests {
  private func set(
    name: String = "s", height: Int = 1, classes: Int = 2, train: [UInt8] = [1, 2],
    trainLabels: [UInt8] = [0, 1], test: [UInt8] = [3], testLabels: [UInt8] = [1]
  ) throws(DatasetError) -> ImageSet {
    try ImageSet(
      name: name, height: height, width: 1, channels: 1, classes: classes, trainImages: train,
      trainLabels: trainLabels, testImages: test, testLabels: testLabels)
  }

  /// Computed with Python's hashlib from the definition.
  @Test func fingerprintFollowsItsDefinition() throws {
    #expect(
      try set().fingerprint == "9f7ab807edbe7aff7c71fa057a9be3b164a0c248955958eb53e842719cc21c8d")
  }

  @Test func fingerprintDependsOnEverythingButTheName() throws {
    let prints = try [
      set(), set(classes: 3), set(train: [1, 3]), set(trainLabels: [1, 1]), set(test: [4]),
      set(testLabels: [0]), set(height: 2, train: [1, 2, 3, 4], test: [3, 4]),
    ].map(\.fingerprint)
    #expect(Set(prints).count == prints.count)
    #expect(try set(name: "other").fingerprint == prints[0])
  }

  @Test func partsThatDoNotAgreeAreErrors() throws {
    let cases: [(String, () throws(DatasetError) -> Void)] = [
      ("no pixels", { () throws(DatasetError) in _ = try self.set(height: 0) }),
      ("number of classes is 1", { () throws(DatasetError) in _ = try self.set(classes: 1) }),
      ("not 2 to 256", { () throws(DatasetError) in _ = try self.set(classes: 257) }),
      (
        "training images are 3 bytes",
        { () throws(DatasetError) in _ = try self.set(train: [1, 2, 3]) }
      ),
      ("no test images", { () throws(DatasetError) in _ = try self.set(test: [], testLabels: []) }),
      ("label 2 of image 1", { () throws(DatasetError) in _ = try self.set(trainLabels: [0, 2]) }),
      (
        "training images are 2 bytes", { () throws(DatasetError) in _ = try self.set(height: .max) }
      ),
    ]
    for (message, body) in cases {
      let error = try #require(datasetError(body), "\(message)")
      #expect(error.what.contains(message), "\(error)")
    }
  }
}
