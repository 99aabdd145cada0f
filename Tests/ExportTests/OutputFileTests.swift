import ExperimentModel
import Export
import Foundation
import Testing

@Suite struct OutputFileTests {
  @Test func nothingIsReplacedUnasked() async throws {
    try await Sweeps.withReader { _, directory in
      let file = OutputFile(directory + "/x.csv")
      try file.write([1], replacing: false)
      expectUserError(.badFile, "exists already", "--force") {
        try file.write([2], replacing: false)
      }
      #expect(try Data(contentsOf: URL(filePath: file.path)) == Data([1]))
      try file.write([3], replacing: true)
      #expect(try Data(contentsOf: URL(filePath: file.path)) == Data([3]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory).count == 2)
    }
  }

  @Test func aResultsFileIsNeverReplaced() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let before = try Data(contentsOf: URL(filePath: reader.path))
      expectUserError(.badFile, "is a results file") {
        try OutputFile(reader.path).write([1], replacing: true)
      }
      #expect(try Data(contentsOf: URL(filePath: reader.path)) == before)
    }
  }

  @Test func placesThatCannotBeWrittenAreErrors() async throws {
    try await Sweeps.withReader { _, directory in
      expectUserError(.badFile, "is a directory") {
        try OutputFile(directory).write([1], replacing: true)
      }
      expectUserError(.badFile, "/missing/x", "cannot be written") {
        try OutputFile(directory + "/missing/x").write([1], replacing: true)
      }
      expectUserError(.badFile, "sweep.h5", "is a file", "name a directory") {
        try OutputFile.makeDirectory(directory + "/sweep.h5")
      }
      expectUserError(.badFile, "sweep.h5/x", "cannot be written") {
        try OutputFile.makeDirectory(directory + "/sweep.h5/x")
      }
      #expect(OutputFile.isDirectory(directory))
      #expect(!OutputFile.isDirectory(directory + "/sweep.h5"))
    }
  }
}
