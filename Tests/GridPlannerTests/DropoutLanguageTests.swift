import ExperimentModel
import GridPlanner
import Testing

/// Places, kinds and options of dropout.
@Suite struct DropoutLanguageTests {
  private func dropout(_ text: String) throws -> [String] {
    let plan = try plan(text)
    #expect(plan.trials.count == 1)
    return plan.trials[0].spec.canonicalText.split(separator: "\n").map(String.init)
      .filter { $0.hasPrefix("dropout.") }.map { String($0.dropFirst("dropout.".count)) }
  }

  static let placements: [(String, [String])] = [
    ("input", ["input"]),
    ("conv.input", ["input", "block1.conv1.after-activation", "block1.after-pool"]),
    ("before-norm", ["block1.conv1", "block1.conv2", "block2.conv1"].map { "\($0).before-norm" }),
    (
      "after-norm",
      ["block1.conv1", "block1.conv2", "block2.conv1"].map { "\($0).before-activation" }
    ),
    (
      "before-activation",
      ["block1.conv1", "block1.conv2", "block2.conv1"].map { "\($0).before-activation" }
    ),
    (
      "after-activation",
      ["block1.conv1.after-activation", "block1.before-pool", "block2.before-pool"]
    ),
    ("before-pool", ["block1.before-pool", "block2.before-pool"]),
    ("after-pool", ["block1.after-pool", "block2.after-pool"]),
    ("dense.input", ["block2.after-pool", "dense1"]),
    ("dense", ["dense1", "dense2"]),
    ("logits.input", ["dense2"]),
  ]

  @Test(arguments: placements) func generalPlacements(word: String, sites: [String]) throws {
    let text = """
      model:
        blocks: [{filters: 4, convolutions: 2}, {filters: 4}]
        dense: [8, 8]
        normalisation: batch
      merge: false
      dropout: {rate: 0.3, placement: \(word)}
      """
    #expect(try dropout(text) == sites.map { "\($0)=element-wise,0.3" })
  }

  @Test func theMoreExactPlaceHolds() throws {
    let text = """
      model: {blocks: [{filters: 4, convolutions: 2}, {filters: 4, convolutions: 2}]}
      merge: false
      dropout:
        rate: 0.3
        placement: before-activation
        block1: {before-activation: {rate: 0.2}, conv2: {before-activation: {rate: 0.1}}}
        block2: {kind: spatial, conv1: {before-activation: {kind: gaussian}}}
        logits: {input: {rate: 0.5, kind: drop-connect}}
        input: 0.05
      """
    #expect(
      try dropout(text) == [
        "input=element-wise,0.05",
        "block1.conv1.before-activation=element-wise,0.2",
        "block1.conv2.before-activation=element-wise,0.1",
        "block2.conv1.before-activation=gaussian,0.3",
        "block2.conv2.before-activation=spatial,0.3",
        // No hidden dense layers: the logits read the last pool.
        "block2.after-pool=drop-connect,0.5",
      ])
  }
}
