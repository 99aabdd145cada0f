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
        try file.setAttribute("format_version", .int32(4))
        try file.close()
      }
      await expectUserError(.badFile, "format version 4", "newer dropgrid") {
        try ResultsReader(path: path)
      }
    }
  }

  @Test func aFileThatWasCutOffIsOneError() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: 0..<9)
      let whole = try contents(path)
      let lengths = (0..<40).map { whole.count * $0 / 40 } + [1, 8, 95, 96, 97]
      for length in lengths {
        try overwrite(path, whole.prefix(length))
        await expectUserError(.badFile, path) { try ResultsReader(path: path) }
        await expectUserError(.badFile, path) { try Fixtures.open(path, Fixtures.plan()) }
      }
    }
  }

  /// libhdf5 alone crashes on some of these; the seal keeps them from it.
  @Test func aFlippedBitIsAnErrorOrATornRow() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(seeds: 1), rows: 0..<3)
      let whole = try contents(path)
      var (errors, sound) = (0, 0)
      for position in Array(0..<100) + stride(from: 100, to: whole.count, by: 997) {
        var data = whole
        data[position] ^= 1 << (position % 8)
        try overwrite(path, data)
        do {
          _ = try ResultsReader(path: path)
          sound += 1
          // What a program leaves that was killed with the file open.
          #expect(position >= 100 || 20..<24 ~= position || 72..<96 ~= position)
        } catch {
          #expect((error as? UserError)?.code == .badFile)
          errors += 1
        }
      }
      #expect(errors > 150)
      #expect(sound > 10)
    }
  }

  @Test func aFileWithoutItsSealIsRead() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: 0..<4)
      let whole = try contents(path)
      let seal = try #require(whole.range(of: Data("dropgrid-seal-1\n".utf8)))
      #expect(seal.upperBound == whole.count)
      let bytes = whole[whole.count - 32..<whole.count - 24]
      let start = bytes.enumerated().reduce(0) { $0 | Int($1.element) << (8 * $1.offset) }
      try overwrite(path, whole.prefix(start))
      #expect(try ResultsReader(path: path).results.status[3] == .done)
      #expect(try Fixtures.open(path, Fixtures.plan()).finished == [0, 1, 2, 3])
      try overwrite(path, whole.prefix(whole.count - 1))
      #expect(try ResultsReader(path: path).results.status[3] == .done)
      try overwrite(path, whole.prefix(start - 1))
      await expectUserError(.badFile, "HDF5 says") { try ResultsReader(path: path) }
    }
  }

  @Test func aDamagedSealIsOneError() async throws {
    try await withTemporaryFile { path in
      try await Fixtures.write(path, Fixtures.plan(), rows: 0..<4)
      let whole = try contents(path)
      for back in [17, 20, 21, 24, 25, 28, 32, 33, 36, 40, 41, 60] {
        for byte in [0, 0xFF] as [UInt8] where whole[whole.count - back] != byte {
          var data = whole
          data[data.count - back] = byte
          try overwrite(path, data)
          await expectUserError(.badFile, "damaged") { try ResultsReader(path: path) }
        }
      }
    }
  }
}
