import ExperimentModel
import Export
import Foundation
import ResultsStore
import Testing

@Suite struct TensorBoardTests {
  @Test func everyEndedTrialHasARun() async throws {
    try await Sweeps.withReader { reader, directory throws in
      let log = try TensorBoardLog(reader)
      #expect(log.rows == [0, 1, 2])
      #expect(log.run(0) == "trial-0000-a5000707")
      let output = directory + "/tb"
      try log.write(to: output, replacing: false)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
          "events.out.tfevents.1760000000.dropgrid", "trial-0000-a5000707",
          "trial-0001-a5010707", "trial-0002-a5020707",
        ])
      expectUserError(.badFile, "earlier export", "--force") {
        try log.write(to: output, replacing: false)
      }
      // Runs of another sweep go with their export, and nothing else does.
      for name in [
        "trial-0009-0123abcd/events.out.tfevents.5.dropgrid", "trial-0008-0123abcd/mine",
      ] {
        try OutputFile.makeDirectory(output + "/" + name.prefix { $0 != "/" })
        try OutputFile("\(output)/\(name)").write([1])
      }
      try log.write(to: output, replacing: true)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: output).sorted() == [
          "events.out.tfevents.1760000000.dropgrid", "trial-0000-a5000707",
          "trial-0001-a5010707", "trial-0002-a5020707", "trial-0008-0123abcd",
        ])
    }
  }

  @Test func recordsAreFramedWithTheirChecksums() async throws {
    try await Sweeps.withReader { reader, directory throws in
      try TensorBoardLog(reader).write(to: directory + "/tb", replacing: false)
      let path = directory + "/tb/trial-0000-a5000707/events.out.tfevents.1760000000.dropgrid"
      let records = try records(Array(try Data(contentsOf: URL(filePath: path))))
      // Version, settings, two epochs, the end.
      #expect(records.count == 5)
      #expect(Data(records[0]).range(of: Data("brain.Event:2".utf8)) != nil)
      #expect(Data(records[1]).range(of: Data("dropout.rate".utf8)) != nil)
      // Step 2, and a value {1: "test_loss", 2: 2.5}.
      #expect(records[3][9...10] == [0x10, 2])
      let value = [0x0A, 9] + Array("test_loss".utf8) + [0x15, 0, 0, 0x20, 0x40]
      #expect(Data(records[3]).range(of: Data(value)) != nil)
      #expect(Data(records[4]).range(of: Data("_hparams_/session_end_info".utf8)) != nil)
    }
  }

  @Test func settingsThatAllTrialsShareAreNotChoices() async throws {
    try await Sweeps.withReader { reader, directory throws in
      try TensorBoardLog(reader).write(to: directory + "/tb", replacing: false)
      let path = directory + "/tb/events.out.tfevents.1760000000.dropgrid"
      let event = Data(try records(Array(try Data(contentsOf: URL(filePath: path))))[1])
      #expect(event.range(of: Data("dropout.rate".utf8)) != nil)
      #expect(event.range(of: Data("data.name".utf8)) == nil)
    }
  }

  @Test func aSweepWithoutTrialsHasNothingToShow() async throws {
    try await Sweeps.withReader { _, directory in
      let path = directory + "/empty.h5"
      let writer = try ResultsWriter.create(
        path: path, plan: Sweeps.plan(), engine: "e",
        session: SessionInfo(commandLine: "", host: "", cpu: "", versions: "", commit: ""))
      try await writer.finish()
      expectUserError(.badInput, "no trial has ended") {
        try TensorBoardLog(ResultsReader(path: path))
      }
      expectUserError(.badInput, "no trial is finished") {
        try TrialChoice.best.row(in: ResultsReader(path: path))
      }
    }
  }

  /// The records of an event file, whose checksums are computed here bit by bit.
  private func records(_ bytes: [UInt8]) throws -> [[UInt8]] {
    func number(_ bytes: ArraySlice<UInt8>) -> Int {
      bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    func masked(_ bytes: ArraySlice<UInt8>) -> Int {
      var crc: UInt32 = .max
      for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0x82F6_3B78 : 0) }
      }
      crc = ~crc
      return Int((crc >> 15 | crc << 17) &+ 0xA282_EAD8)
    }
    var rest = bytes[...]
    var result: [[UInt8]] = []
    while !rest.isEmpty {
      let length = number(rest.prefix(8))
      try #require(rest.count >= 16 + length)
      #expect(number(rest.dropFirst(8).prefix(4)) == masked(rest.prefix(8)))
      let data = rest.dropFirst(12).prefix(length)
      #expect(number(rest.dropFirst(12 + length).prefix(4)) == masked(data))
      result.append(Array(data))
      rest = rest.dropFirst(16 + length)
    }
    return result
  }
}
