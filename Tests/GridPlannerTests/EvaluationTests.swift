import ExperimentModel
import GridPlanner
import Testing

@Suite struct EvaluationCadenceTests {
  @Test func aGridSaysWhenImagesAreEvaluated() throws {
    let plan = try plan("epochs: 10\nevaluation: {train: last, test: 5}")
    let spec = plan.trials[0].spec
    #expect(spec.trainEvaluation == .last && spec.testEvaluation == .every(5))
    #expect(spec.canonicalText.contains("\nevaluate-train=last\nevaluate-test=5\n"))
    // Old trials keep their names.
    let plain = try plainSpec("epochs: 10")
    #expect(!plain.canonicalText.contains("evaluate"))
    #expect(try plainSpec("epochs: 10\nevaluation: {train: every, test: 1}") == plain)
    #expect(plan.constants.first { $0.name == "evaluate_train" } != nil)
  }

  private func plainSpec(_ text: String) throws -> TrialSpec { try plan(text).trials[0].spec }

  @Test func cadencesThatComeToTheSameAreOneTrial() throws {
    #expect(try plan("epochs: 4\nevaluation: {train: [last, 4, 9, 2, every]}").trials.count == 3)
    #expect(try plan("epochs: 1\nevaluation: {train: [last, every]}").trials.count == 1)
  }

  @Test func itsCostIsInThePlan() throws {
    func flops(_ text: String) throws -> Double {
      try plan("data: {train: 100, test: 1000}\nepochs: 10\n" + text).trials[0].flops
    }
    let every = try flops("")
    let (train, test) = (
      try every - flops("evaluation: {train: last}"), try every - flops("evaluation: {test: last}")
    )
    #expect(train > 0)
    // Nine evaluations less of 100 and of 1,000 images.
    #expect(abs(test / train - 10) < 1e-9)
    #expect(try abs((every - flops("evaluation: {test: 5}")) / test - 8.0 / 9) < 1e-9)
  }

  @Test(arguments: [
    ("0", "0 is out of range; it is 1 to 100000"), ("often", "`often` is not known; it is every"),
    ("2.5", "`2.5` is not known"), ("1..3", "`1..3` is not known"), ("lst", "did you mean last"),
  ])
  func whatIsNoCadenceIsRefused(value: String, message: String) {
    let found = problems("evaluation:\n  train: \(value)")
    #expect(found.count == 1)
    #expect(found.first?.contains("evaluation.train") == true)
    #expect(found.first?.contains(message) == true, "\(found)")
  }
}
