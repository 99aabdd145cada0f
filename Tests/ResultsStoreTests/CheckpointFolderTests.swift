import ExperimentModel
import Foundation
import ResultsStore
import Testing

@Suite struct CheckpointFolderTests {
  static let trial = TrialID(bytes: 0..<16)
  static let other = TrialID(bytes: 1..<17)

  @Test func whatWasKeptComesBackForItsTrialAndEngineOnly() async throws {
    try await withTemporaryFile { path in
      let folder = CheckpointFolder(results: path)
      #expect(folder.load(Self.trial, engine: "a") == nil)
      try folder.save([1, 2, 3], of: Self.trial, engine: "a")
      try folder.save([4, 5], of: Self.trial, engine: "a")
      #expect(folder.load(Self.trial, engine: "a") == [4, 5])
      #expect(folder.load(Self.trial, engine: "b") == nil)
      #expect(folder.load(Self.other, engine: "a") == nil)
      #expect(folder.trials() == [Self.trial])
      try FileManager.default.moveItem(
        atPath: "\(folder.path)/\(Self.trial).ckpt", toPath: "\(folder.path)/\(Self.other).ckpt")
      #expect(folder.load(Self.other, engine: "a") == nil, "it is another trial's")
      folder.remove([Self.other])
      folder.removeIfEmpty()
      #expect(!FileManager.default.fileExists(atPath: folder.path))
    }
  }

  @Test func aDamagedCheckpointIsNone() async throws {
    try await withTemporaryFile { path in
      let folder = CheckpointFolder(results: path)
      try folder.save(Array(0..<50), of: Self.trial, engine: "engine")
      let file = "\(folder.path)/\(Self.trial).ckpt"
      let good = try contents(file)
      for index in good.indices {
        var bad = good
        bad[index] ^= 0x04
        try overwrite(file, bad)
        #expect(folder.load(Self.trial, engine: "engine") == nil, "byte \(index)")
        try overwrite(file, good.prefix(index))
        #expect(folder.load(Self.trial, engine: "engine") == nil, "\(index) bytes")
      }
      try overwrite(file, good)
      #expect(folder.load(Self.trial, engine: "engine") == Array(0..<50))
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsAnError() async {
    await expectUserError(.badFile, "/proc/none/out.h5.d") {
      try CheckpointFolder(results: "/proc/none/out.h5").save([1], of: Self.trial, engine: "a")
    }
  }

  @Test func deathsAreCountedByTrial() async throws {
    try await withTemporaryFile { path in
      let folder = CheckpointFolder(results: path)
      #expect(folder.faultNotes() == [:])
      try folder.create()
      let text = "\(Self.trial) 11\nnonsense\n\(Self.other) 6\n\(Self.trial) 8\n\(Self.trial) x\n12"
      try overwrite(folder.faults, Data(text.utf8))
      #expect(folder.faultNotes() == [Self.trial: [11, 8], Self.other: [6]])
      #expect(CheckpointFolder.verdict(on: Self.other, [6]) == nil)
      let record = try #require(CheckpointFolder.verdict(on: Self.trial, [11, 8]))
      #expect(record.status == .failed && record.message.contains("2 times"))
      try folder.keepFaultNotes(of: [Self.other])
      #expect(folder.faultNotes() == [Self.other: [6]])
      try folder.keepFaultNotes(of: [])
      #expect(!FileManager.default.fileExists(atPath: folder.faults))
    }
  }
}
