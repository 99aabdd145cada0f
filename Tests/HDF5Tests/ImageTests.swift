import Foundation
import HDF5
import Testing

@Suite struct ImageTests {
  @Test func aFileInMemoryBecomesOneOnDisk() throws {
    let bytes = try {
      let file = try File.createInMemory()
      try file.createDataset("a/x", .int32, shape: [3]).write([Int32](arrayLiteral: 1, 2, 3))
      try file.setAttribute("title", .text("kept"))
      return try file.image()
    }()
    try withTemporaryPath { path in
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let file = try File.open(path)
      #expect(try file.textAttribute("title") == "kept")
      #expect(try file.openDataset("a/x").readBytes() == [1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0])
    }
  }

  @Test func twoFilesInMemoryAreTwo() throws {
    let first = try File.createInMemory()
    let second = try File.createInMemory()
    _ = try first.createGroup("a")
    #expect(try first.contains("a"))
    #expect(try !second.contains("a"))
  }

  @Test func aLinkIsASecondNameOfTheSameData() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      try file.createDataset("a/x", .int8, shape: [2]).write([Int8](arrayLiteral: 4, 5))
      try file.link("b/c/y", to: "a/x")
      let first = try file.openDataset("a/x")
      let second = try file.openDataset("b/c/y")
      #expect(try first.offset() != nil)
      #expect(try first.offset() == second.offset())
      #expect(throws: HDF5Error.self) { try file.link("z", to: "nothing") }
      #expect(throws: HDF5Error.self) { try file.link("a/x", to: "b/c/y") }
    }
  }

  @Test func textsOfAnAttributeAreAsWideAsTheLongest() throws {
    let file = try File.createInMemory()
    try file.setAttribute("names", .texts(["dense", "conv2d_1", ""]))
    let bytes = Data(try file.image())
    #expect(bytes.range(of: Data("dense\0\0\0conv2d_1\0\0\0\0\0\0\0\0".utf8)) != nil)
  }
}
