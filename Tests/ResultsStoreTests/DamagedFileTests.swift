import ExperimentModel
import Foundation
import HDF5
import ResultsStore
import Testing

/// Files that are cut off, damaged or of another kind are one error, or are still sound.
@Suite struct DamagedFileTests {
  @Test func whatIsNoFileIsOneError() async throws {
    try await withTemporaryFile { path in
      await expectUserError(.badFile, path, "no such file") { try ResultsReader(path: path) }
      for (data, reason) in [
        (Data(), "not an HDF5 file"), (Data("trial,loss\n".utf8), "not an HDF5 file"),
        (Data(repeating: 0xFF, count: 5000), "not an HDF5 file"),
        (Data([0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]), "HDF5 says"),
      ] {
        try overwrite(path, data)
        await expectUserError(.badFile, path, reason) { try ResultsReader(path: path) }
        await expectUserError(.badFile, path, reason) { try Fixtures.open(path, Fixtures.plan()) }
        #expect(try contents(path) == data)
      }
      let directory = URL(fileURLWithPath: path).deletingLastPathComponent().path
      await expectUserError(.badFile, "not a file") { try ResultsReader(path: directory) }
    }
  }

  @Test func anotherHDF5FileIsOneError() async throws {
    try await withTemporaryFile { path in
      do {
        let file = try File.create(path)
        try file.setAttribute("format", .text("spam"))
        try file.close()
      }
      await expectUserError(.badFile, "another program") { try ResultsReader(path: path) }
      do {
        let file = try File.create(path)
        try file.setAttribute("format", .text("dropgrid"))
        try file.setAttribute("format_version", .int32(2))
        try file.close()
      }
      await expectUserError(.badFile, "format version 2") { try ResultsReader(path: path) }
    }
  }

  @Test func aFileThatWasCutOffIsOneError() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: 0..<9)
      let whole = try contents(path)
      let lengths = (0..<40).map { whole.count * $0 / 40 } + [1, 8, 95, 96, 97, whole.count - 1]
      for length in lengths {
        try overwrite(path, whole.prefix(length))
        await expectUserError(.badFile, path) { try ResultsReader(path: path) }
        await expectUserError(.badFile, path) { try Fixtures.open(path, Fixtures.plan()) }
      }
    }
  }

  /// Bits of the superblock, the root's header and what follows it.
  @Test func aFlippedBitIsAnErrorOrDoesNotMatter() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(seeds: 1), rows: 0..<3)
      let whole = try contents(path)
      let all = ProcessInfo.processInfo.environment["DROPGRID_TEST_ALL_BITS"] != nil
      let positions =
        all ? Array(0..<whole.count) : Array(0..<200) + stride(from: 200, to: whole.count, by: 997)
      var (errors, sound) = (0, 0)
      for position in positions {
        for bit in all ? Array(0..<8) : [position % 8] {
          var data = whole
          data[position] ^= 1 << bit
          try overwrite(path, data)
          do {
            _ = try ResultsReader(path: path)
            sound += 1
          } catch {
            #expect((error as? UserError)?.code == .badFile)
            errors += 1
          }
        }
      }
      #expect(errors > 20)
      #expect(sound > 20)
    }
  }
}
