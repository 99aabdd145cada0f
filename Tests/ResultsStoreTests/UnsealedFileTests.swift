import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// Files whose structure nothing vouches for: libhdf5 1.10 crashes on some, or never ends.
@Suite struct UnsealedFileTests {
  /// What became of `Tests/Stored/unsealed.h5`: bytes from an offset on. The first four bring
  /// libhdf5 1.10.8 down with a signal, the fifth keeps it for ever.
  static let mutations: [[Int: UInt8]] = [
    [8642: 16], [6620: 128], [57267: 254], [97407: 191],
    Dictionary(
      uniqueKeysWithValues: ([7672, 7728] + (7680...7725)).map { ($0, 0) }),
  ]

  /// A sweep of 12 trials with diagnostics, without its seal.
  static func stored() throws -> Data {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let gzip = Process()
    gzip.executableURL = URL(filePath: "/bin/gzip")
    gzip.arguments = ["-dc", tests.appending(path: "Stored/unsealed.h5.gz").path]
    let output = Pipe()
    gzip.standardOutput = output
    try gzip.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    gzip.waitUntilExit()
    try #require(gzip.terminationStatus == 0)
    return data
  }

  @Test func theFileItselfIsRead() async throws {
    try await withTemporaryFile { path in
      try overwrite(path, Self.stored())
      let verification = try ResultsReader(path: path).verify()
      #expect(!verification.isSealed && verification.problems == [])
      #expect(verification.trials == 12)
    }
  }

  @Test(arguments: mutations)
  func whatBringsTheLibraryDownIsOneError(mutation: [Int: UInt8]) async throws {
    try await withTemporaryFile { path in
      var data = try Self.stored()
      for (offset, byte) in mutation { data[offset] = byte }
      try overwrite(path, data)
      let start = ContinuousClock.now
      await expectUserError(.badFile, path, "not a sound results file") {
        try ResultsReader(path: path)
      }
      await expectUserError(.badFile, path, "not a sound results file") {
        try Fixtures.open(path, Fixtures.plan())
      }
      await expectUserError(.badFile, path, "not a sound results file") {
        try ResultsWriter.extend(
          path: path, plan: Fixtures.plan(), engine: Fixtures.engine, session: Fixtures.session)
      }
      #expect(ContinuousClock.now - start < .seconds(120))
      #expect(try contents(path) == data)
    }
  }

  /// Any flipped bit is an error or a file that can be read on.
  @Test func aFlippedBitIsAnErrorOrIsRead() async throws {
    try await withTemporaryFile { path in
      let whole = try Self.stored()
      for position in stride(from: 3, to: whole.count, by: 1009) {
        var data = whole
        data[position] ^= 1 << (position % 8)
        try overwrite(path, data)
        do {
          _ = try ResultsReader(path: path).verify()
        } catch {
          #expect((error as? UserError)?.code == .badFile, "\(position): \(error)")
        }
      }
    }
  }
}
