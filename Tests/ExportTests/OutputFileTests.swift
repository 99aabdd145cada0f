import ExperimentModel
import Export
import Foundation
import Testing

@Suite struct OutputFileTests {
  private func bytes(_ path: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: path)))
  }

  private func entries(_ directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  @Test func nothingIsReplacedUnasked() async throws {
    try await Sweeps.withReader { _, directory in
      let path = directory + "/x.csv"
      try OutputFile(path).write([1])
      expectUserError(.badFile, "exists already", "--force") { try OutputFile(path).write([2]) }
      #expect(try bytes(path) == [1])
      chmod(path, 0o640)
      try OutputFile(path, replacing: true).write([3])
      #expect(try bytes(path) == [3])
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & 0o777 == 0o640)
      #expect(try entries(directory).count == 2)
    }
  }

  @Test func anEmptyFileAndOneOfTheSameMakeAreReplaced() async throws {
    try await Sweeps.withReader { _, directory in
      let path = directory + "/x.md"
      try Data().write(to: URL(filePath: path))
      let text = Array(OutputKind.markdown("# A\n").utf8)
      try OutputFile(path, kind: .markdown).write(text)
      try OutputFile(path, kind: .markdown).write(text + [65])
      #expect(try bytes(path).last == 65)
      expectUserError(.badFile, "exists already") { try OutputFile(path, kind: .plan).write([2]) }
      expectUserError(.badFile, "exists already") { try OutputFile(path, kind: .page).write([2]) }
    }
  }

  @Test func aResultsFileAndAnInputAreNeverReplaced() async throws {
    try await Sweeps.withReader { reader, directory in
      let before = try bytes(reader.path)
      let link = directory + "/link"
      symlink(reader.path, link)
      for path in [reader.path, link] {
        expectUserError(.badFile, "never replaced") {
          try OutputFile(path, kind: .keras, replacing: true).write([1])
        }
      }
      #expect(try bytes(reader.path) == before)
      let grid = directory + "/grid.yaml"
      try Data("epochs: 1".utf8).write(to: URL(filePath: grid))
      try FileManager.default.linkItem(atPath: grid, toPath: directory + "/other")
      for path in [grid, directory + "/other", directory + "/./grid.yaml"] {
        expectUserError(.badFile, "is read by this command") {
          try OutputFile(path, inputs: [grid], replacing: true).write([1])
        }
      }
    }
  }

  @Test func weightsForKerasAreReplacedWhenAskedFor() async throws {
    try await Sweeps.withReader { _, directory in
      let path = directory + "/w.h5"
      let file = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + Array("dropgrid_trial".utf8)
      try OutputFile(path).write(file)
      expectUserError(.badFile, "--force") { try OutputFile(path, kind: .keras).write([1]) }
      expectUserError(.badFile, "never replaced") {
        try OutputFile(path, replacing: true).write([1])
      }
      try OutputFile(path, kind: .keras, replacing: true).write([1])
      #expect(try bytes(path) == [1])
    }
  }

  @Test func linksAreFollowedAndStay() async throws {
    try await Sweeps.withReader { _, directory in
      mkdir(directory + "/d", 0o755)
      symlink("d/new", directory + "/link")
      for value: UInt8 in [1, 2] {
        try OutputFile(directory + "/link", replacing: true).write([value])
        #expect(try bytes(directory + "/d/new") == [value])
      }
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: directory + "/link") == "d/new")
      #expect(try entries(directory + "/d") == ["new"])
      symlink("loop", directory + "/loop")
      expectUserError(.badFile, "loop", "cannot be written") {
        try OutputFile(directory + "/loop").write([1])
      }
    }
  }

  /// What a kill between two calls may leave is cleared by the next one.
  @Test func whatAKillLeftIsCleared() async throws {
    try await Sweeps.withReader { _, directory in
      let path = directory + "/x"
      try OutputFile(path).write([1])
      try Data([9]).write(to: URL(filePath: directory + "/.x.dropgrid-new"))
      try OutputFile(path, replacing: true).write([2])
      #expect(try entries(directory).count == 2)
    }
  }

  @Test func placesThatCannotBeWrittenAreErrors() async throws {
    try await Sweeps.withReader { _, directory in
      expectUserError(.badFile, "is a directory") {
        try OutputFile(directory, replacing: true).write([1])
      }
      expectUserError(.badFile, "/missing/x", "there is no directory \(directory)/missing") {
        try OutputFile(directory + "/missing/x", replacing: true).write([1])
      }
      expectUserError(.badFile, "cannot be written") { try OutputFile("").write([1]) }
      expectUserError(.badFile, "sweep.h5", "is a file", "name a directory") {
        try OutputFile.makeDirectory(directory + "/sweep.h5")
      }
      expectUserError(.badFile, "sweep.h5/x", "cannot be written (Not a directory)") {
        try OutputFile.makeDirectory(directory + "/sweep.h5/x")
      }
      try OutputFile.makeDirectory(directory + "/a/b//c/")
      #expect(OutputFile.isDirectory(directory + "/a/b/c"))
      #expect(!OutputFile.isDirectory(directory + "/sweep.h5"))
    }
  }
}
