import Datasets
import Testing

@Suite struct DatasetSourceTests {
  @Test(arguments: [
    ("mnist", "is not the name of a data set"),
    ("", "is not the name of a data set"),
    ("Fashion-MNIST", "is not the name of a data set"),
    ("fashion-mnist:x", "is not the name of a data set"),
    ("idx", "names no directory"),
    ("idx:", "names no directory"),
    ("cifar10:", "names no directory"),
  ])
  func badNames(name: String, what: String) throws {
    let error = try #require(
      datasetError { () throws(DatasetError) in _ = try DatasetSource(name: name) })
    #expect(error.what == what)
    #expect(!error.file.isEmpty)
    #expect(error.remedy.contains(name.hasPrefix("idx") ? "idx:DIR" : "cifar10:DIR"))
  }

  @Test func setsCarryTheNameThatWasGiven() throws {
    #expect(try DatasetSource(name: "random:2x2x1").load().name == "random:2x2x1")
    #expect(try DatasetSource(name: "fashion-mnist-mini").load().name == "fashion-mnist-mini")
  }

  @Test func errorsReadAsOneLine() {
    let error = DatasetError(file: "/a/b", what: "is empty", remedy: "get it again")
    #expect("\(error)" == "/a/b: is empty; get it again")
  }
}
