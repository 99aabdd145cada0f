import ExperimentModel
import GridPlanner
import Testing

/// A trial's id names the same training for ever.
@Suite struct IdentityTests {
  static let text = "dropout: {rate: 0.25, kind: spatial}\nseed: 7"

  /// If this changes, every results file out there loses its trials: bump the numerics version
  /// instead, or know what you do.
  @Test func aGoldenId() throws {
    let trial = try plan(Self.text).trials[0]
    #expect(
      trial.spec.canonicalText == """
        block1=conv3x3x16*1,same,pool:max2
        block2=conv3x3x32*1,same,pool:max2
        dense=64
        dropout.block1.after-pool=spatial,0.25
        dropout.block2.after-pool=spatial,0.25
        sgd=0.05,0.9,true,0.0,keras
        batch=32
        epochs=10
        data=all,all,0,global
        seed=7,7,7
        """)
    // sha256sum of that text, "\ndata=fingerprint of fashion-mnist-mini\nnumerics=1" behind it.
    #expect(trial.id.description == "9ebf76e9577754effeae62b07ce528c0")
  }

  @Test(arguments: [
    "dropout: {rate: 0.25, kind: element-wise}\nseed: 7",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 8",
    "dropout: {rate: 0.25, kind: spatial}\nseed: {init: 7, order: 7, mask: 8}",
    "dropout: {rate: 0.25, kind: spatial, dense: 0.1}\nseed: 7",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\nbatch: 16",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\noptimiser: {form: pytorch}",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\ndata: {train: 100}",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\ndata: fashion-mnist",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\npool: average",
    "dropout: {rate: 0.25, kind: spatial}\nseed: 7\nmodel: vgg28",
  ])
  func anotherTrainingHasAnotherId(text: String) throws {
    #expect(try plan(text).trials[0].id != plan(Self.text).trials[0].id)
  }

  @Test func namesTitlesAndSpellingsAreNoPartOfIt() throws {
    let same = """
      title: other
      seed: {init: 7, order: 7, mask: 7}
      dropout: {rate: 2.5e-1, kind: 'spatial', placement: after-pool}
      model: {name: mine, blocks: [{filters: 16}, {filters: 32}], dense: [64]}
      pool: max
      weights: none
      """
    #expect(try plan(same).trials[0].id == plan(Self.text).trials[0].id)
  }

  @Test func theNumericsVersionIsPartOfIt() throws {
    let grid = try GridFile.parse(Self.text, name: "g")
    let ids = try (1...2).map {
      try grid.plan(cards: cards, numericsVersion: $0).trials[0].id
    }
    #expect(ids[0] != ids[1])
  }
}
