import ExperimentModel
import Export
import Foundation
import Testing

@Suite struct TableTests {
  @Test func csvQuotesWhatNeedsIt() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let text = String(decoding: ResultTable.trials(of: reader).csv(), as: UTF8.self)
      let ids = reader.results.trialIDs.map { "\($0)" }
      let expected = [
        "trial,trial_id,status,rate,kind,data,seed,epochs_run,duration,message,generation,test_loss,"
          + "test_accuracy",
        "0,\(ids[0]),done,0.0,,random,0,2,2.0,,0,2.5,0.5",
        "1,\(ids[1]),diverged,,\"a, \"\"b\"\"\",random,1,1,2.0,"
          + "\"not finite,\nin \"\"dense1\"\"\",0,0.25,0.25",
        "2,\(ids[2]),done,0.5,\"a, \"\"b\"\"\",random,2,2,2.0,,0,2.5,0.625",
        "3,\(ids[3]),pending,0.75,\"a, \"\"b\"\"\",random,3,0,,,0,,", "",
      ]
      #expect(text == expected.joined(separator: "\r\n"))
    }
  }

  @Test func epochsAreThoseThatWereRun() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let table = ResultTable.epochs(of: reader)
      #expect(table.rowCount == 5)
      let lines = String(decoding: table.csv(), as: UTF8.self).split(separator: "\r\n")
      #expect(lines[0] == "trial,trial_id,epoch,test_loss,test_accuracy")
      #expect(lines[2] == "0,\(reader.results.trialIDs[0]),2,2.5,0.5")
      #expect(lines[3] == "1,\(reader.results.trialIDs[1]),1,0.25,0.25")
    }
  }

  @Test func cellsPointAtTrials() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let lines = String(decoding: ResultTable.cells(of: reader).csv(), as: UTF8.self)
        .split(separator: "\r\n")
      #expect(lines[0] == "cell,seed,trial,rule")
      #expect(lines[5] == "4,4,0,rate 0: the kind does not matter")
    }
  }

  @Test func jsonHasTheSameRows() async throws {
    try await Sweeps.withReader { reader, _ throws in
      let data = Data(ResultsDocument.json(of: reader))
      let document = try #require(
        try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(document["title"] as? String == "A \"sweep\"")
      let trials = try #require(document["trials"] as? [[String: Any]])
      #expect(trials.count == 4)
      #expect(trials[1]["message"] as? String == "not finite,\nin \"dense1\"")
      #expect(trials[1]["rate"] is NSNull)
      #expect(trials[3]["test_loss"] is NSNull)
      #expect(trials[2]["test_accuracy"] as? Double == 0.625)
      #expect(trials[2]["seed"] as? Int == 2)
      #expect((document["epochs"] as? [[String: Any]])?.count == 5)
      #expect((document["cells"] as? [[String: Any]])?.count == 5)
    }
  }
}
