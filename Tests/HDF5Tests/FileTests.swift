import Foundation
import HDF5
import Testing

@Suite struct FileTests {
  @Test func attributesComeBack() throws {
    try withTemporaryPath { path in
      do {
        let file = try File.create(path)
        try file.setAttribute("title", .text("ünï"))
        try file.setAttribute("empty", .text(""))
        try file.setAttribute("version", .int32(-7))
        try file.setAttribute("flags", .int8s([0, 1]))
        try file.close()
      }
      let file = try File.open(path)
      #expect(try file.textAttribute("title") == "ünï")
      #expect(try file.textAttribute("empty") == "")
      #expect(try file.integerAttribute("version") == -7)
      #expect(try file.hasAttribute("flags"))
      #expect(try !file.hasAttribute("others"))
      #expect(throws: HDF5Error.self) { try file.textAttribute("version") }
      #expect(throws: HDF5Error.self) { try file.integerAttribute("title") }
      #expect(throws: HDF5Error.self) { try file.integerAttribute("flags") }
      #expect(throws: HDF5Error.self) { try file.textAttribute("others") }
    }
  }

  @Test func whatTheSystemRefusesIsToldFromDamage() throws {
    try withTemporaryPath { path in
      func code() -> Int32? {
        do {
          _ = try File.open(path)
          return nil
        } catch {
          return error.systemError
        }
      }
      #expect(code() == 2, "there is no file")
      try Data("no HDF5".utf8).write(to: URL(filePath: path))
      #expect(code() == nil, "a file of another kind")
    }
  }

  @Test func containsLooksAtEveryPartOfThePath() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let group = try file.createGroup("a/b")
      _ = try group.createDataset("c", .int8, shape: [1])
      #expect(try file.contains("a/b/c"))
      #expect(try !file.contains("a/x/c"))
      #expect(try !file.contains("x/b/c"))
      #expect(try group.contains("c"))
    }
  }

  @Test func anErrorKeepsTheLibrarysStack() throws {
    let error = #expect(throws: HDF5Error.self) { _ = try File.open("/nonexistent/file.h5") }
    #expect(error?.call == "H5Fopen")
    #expect(error?.subject == "/nonexistent/file.h5")
    #expect(error?.frames.contains { $0.description.contains("No such file") } == true)
    #expect("\(try #require(error))".contains("unable to open file"))
  }

  @Test func theStackIsThatOfTheFailingCall() throws {
    try withTemporaryPath { path in
      let file = try File.create(path)
      let first = #expect(throws: HDF5Error.self) { _ = try file.openDataset("one") }
      let second = #expect(throws: HDF5Error.self) { _ = try file.openGroup("two") }
      #expect(first?.frames.first?.description.contains("'one'") == true)
      #expect(second?.frames.contains { $0.description.contains("'one'") } == false)
    }
  }

  @Test func aFileOfAnotherFormatIsAnError() throws {
    try withTemporaryPath { path in
      try Data("trial,loss\n1,2\n".utf8).write(to: URL(fileURLWithPath: path))
      #expect(throws: HDF5Error.self) { _ = try File.open(path) }
    }
  }

  @Test func whatIsOpenedTwiceIsClosedOnce() throws {
    try withTemporaryPath { path in
      do {
        let file = try File.create(path)
        try file.createDataset("x", .int8, shape: [1]).write([Int8](arrayLiteral: 9))
        try file.close()
      }
      let first = try File.open(path)
      let second = try File.open(path)
      let dataset = try second.openDataset("x")
      try first.close()
      #expect(try dataset.readBytes() == [9])
    }
  }

  @Test func threadsTakeTurns() async throws {
    try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for value in Int8(0)..<16 {
        group.addTask {
          try withTemporaryPath { path in
            do {
              let file = try File.create(path)
              for index in 0..<20 {
                try file.createDataset("x\(index)", .int8, shape: [1]).write([value])
              }
              try file.close()
            }
            let file = try File.open(path)
            #expect(throws: HDF5Error.self) { _ = try file.openDataset("missing\(value)") }
            return try (0..<20).flatMap { try file.openDataset("x\($0)").readBytes() }
          }
        }
      }
      for try await bytes in group { #expect(Set(bytes).count == 1 && bytes.count == 20) }
    }
  }
}
