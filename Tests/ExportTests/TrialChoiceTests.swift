import ExperimentModel
import Export
import ResultsStore
import Testing

@Suite struct TrialChoiceTests {
  @Test(arguments: [
    ("best", TrialChoice.best), ("0", .row(0)), ("999999", .row(999_999)), ("a5A5", .id("a5a5")),
    ("1234567", .id("1234567")),
  ])
  func textsAreRead(text: String, choice: TrialChoice) {
    #expect(TrialChoice(text) == choice)
  }

  @Test(arguments: [
    "", "-1", "abc", "worst", "a5 5", "+3x", "ａ５ａ５", String(repeating: "a", count: 33),
  ])
  func otherTextsAreNone(text: String) { #expect(TrialChoice(text) == nil) }

  @Test func rowsAreFound() async throws {
    try await Sweeps.withReader { reader, _ throws in
      #expect(try TrialChoice.row(3).row(in: reader) == 3)
      #expect(try TrialChoice.id("a502").row(in: reader) == 2)
      #expect(try TrialChoice.id("\(reader.results.trialIDs[1])").row(in: reader) == 1)
      expectUserError(.badInput, reader.path, "trials 0 to 3") {
        try TrialChoice.row(4).row(in: reader)
      }
      expectUserError(.badInput, "begins with a6") { try TrialChoice.id("a6").row(in: reader) }
      expectUserError(.badInput, "3 trials begin with a5") {
        try TrialChoice.id("a5").row(in: reader)
      }
    }
  }

  /// Row 1 has the highest accuracy and diverged.
  @Test func theBestIsFinishedAndHasTheHighestLastAccuracy() async throws {
    try await Sweeps.withReader { reader, _ throws in
      #expect(try TrialChoice.best.row(in: reader) == 2)
      #expect(TrialChoice.criterion(of: reader.results) == .testAccuracy)
    }
  }

  @Test func ofEqualsTheFirstIsTheBest() async throws {
    try await Sweeps.withReader { reader, directory throws in
      let path = directory + "/equal.h5"
      try await Sweeps.write(path, Sweeps.plan(), accuracies: [0.5, 0.5, 0.5])
      #expect(try TrialChoice.best.row(in: .init(path: path)) == 0)
    }
  }

  /// Rows 0 and 2 are finished; only row 0 had validation images.
  @Test func aFigureThatATrialDoesNotHaveDoesNotCount() async throws {
    let plan = Sweeps.plan(metrics: [.testAccuracy, .validationAccuracy])
    try await Sweeps.withReader { _, directory throws in
      let path = directory + "/mixed.h5"
      try await Sweeps.write(path, plan, accuracies: [0.5, 0.75, .nan])
      let reader = try ResultsReader(path: path)
      #expect(try TrialChoice.best.row(in: reader) == 0)
      #expect(try !TrialWeights(reader, .row(2)).summary.contains("nan"))
      #expect(try TrialWeights(reader, .row(0)).summary.contains("val_accuracy 0.5"))
    }
  }

  @Test func validationChoosesWhereThereIsOne() async throws {
    let plan = Sweeps.plan(metrics: [.testAccuracy, .validationAccuracy])
    try await Sweeps.withReader(plan) { reader, _ throws in
      #expect(TrialChoice.criterion(of: reader.results) == .validationAccuracy)
      #expect(try TrialChoice.best.row(in: reader) == 2)
    }
  }
}
