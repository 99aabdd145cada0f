import ExperimentModel
import GridPlanner
import Testing

/// Models of a grid and the shapes they need.
@Suite struct NetworkTests {
  @Test func blocksOfOnesOwn() throws {
    let plan = try plan(
      """
      model:
        name: mine
        blocks:
          - {filters: 8, convolutions: 2, kernel: 5, padding: valid, pool: average, pool-size: 3}
          - {filters: 4, pool: none}
        dense: []
      """)
    #expect(
      plan.trials[0].spec.network
        == NetworkSpec(
          name: "mine",
          blocks: [
            BlockSpec(
              filters: 8, convolutions: 2, kernel: 5, padding: .valid, pool: .average, poolSize: 3),
            BlockSpec(filters: 4, pool: nil),
          ], dense: []))
    #expect(plan.architectures.map(\.name) == ["mine"])
    #expect(try plan.texts("pool") == ["average"])
  }

  @Test func aPoolReplacesThePoolsThereAreAndOthersAreMixed() throws {
    let model =
      "model: {blocks: [{filters: 2, pool: max}, {filters: 2, pool: average}, {filters: 2, pool: none}]}"
    #expect(try plan(model).texts("pool") == ["mixed"])
    let replaced = try plan(model + "\npool: [average]")
    #expect(replaced.trials[0].spec.network.blocks.map(\.pool) == [.average, .average, nil])
    #expect(try plan("model: {blocks: [{filters: 2, pool: none}]}").texts("pool") == [""])
  }

  @Test func listsOfListsAreAxes() throws {
    let plan = try plan(
      """
      model:
        blocks: [[{filters: 8}], [{filters: 8}, {filters: 16}]]
        dense: [[], [32, 16]]
      """)
    #expect(plan.trials.count == 4)
    #expect(try plan.cellTexts("dense") == ["none", "32-16", "none", "32-16"])
    #expect(try plan.cellTexts("blocks")[2] == "conv3x3x8,same,max2 conv3x3x16,same,max2")
    #expect(Set(plan.architectures.map(\.name)) == ["custom", "custom-2", "custom-3", "custom-4"])
    for trial in plan.trials {
      let network = try ResolvedNetwork(
        trial.spec.network, input: ImageShape(height: 28, width: 28, channels: 1), classes: 10)
      #expect(plan.architectures[trial.architecture].parameters == network.parameters)
    }
  }

  @Test func networksWithTheSameParametersShareAnArchitecture() throws {
    let plan = try plan("pool: [max, average]\nmodel: {name: small, dense: [[64], [32]]}")
    #expect(plan.architectures.map(\.name) == ["small", "small-2"])
    #expect(Set(plan.trials.map(\.architecture)) == [0, 1])
  }

  @Test(arguments: [
    (
      "model: smal",
      "g:1:8: model.name: there is no network `smal`; did you mean small? Built in are small, vgg28, keras-vgg, and `model.blocks` makes another"
    ),
    (
      "model: {name: small, blocks: [{filters: 1}]}",
      "g:1:15: model.name: `small` is built in; give a network with blocks of its own another name"
    ),
    (
      "model: {name: [a, b], blocks: [{filters: 1}]}",
      "g:1:15: model.name: is one name where `model.blocks` is given"
    ),
    (
      "model: {name: a/b, blocks: [{filters: 1}]}",
      "g:1:15: model.name: `a/b` is not a name; a name has 1 to 64 letters, digits, - and _"
    ),
    ("model: {dense: 64}", "g:1:16: model.dense: is a list, not `64`"),
    ("model: {dense: [64, 0]}", "g:1:21: model.dense[1]: 0 is out of range; it is 1 to 65536"),
    (
      "model: {dense: [64, [0]]}",
      "g:1:16: model.dense: mixes lists with single values; write one list, or a list of lists for an axis"
    ),
    (
      "model: {blocks: [3]}",
      "g:1:18: model.blocks[0]: is a mapping such as {filters: 32, pool: max}, not `3`"
    ),
    (
      "model: {blocks: [{kernel: 3}]}",
      "g:1:18: model.blocks[0]: has no `filters`: the number of feature maps of the block"
    ),
    (
      "model: {blocks: [{filters: 2, kernel: 4}]}",
      "g:1:39: model.blocks[0].kernel: a kernel has an odd size, not 4"
    ),
    (
      "model: {blocks: [{filters: [2, 3]}]}",
      "g:1:28: model.blocks[0].filters: is one whole number here, not a list"
    ),
    (
      "model: {blocks: [{filters: 2, poolsize: 2}]}",
      "g:1:31: unknown key `model.blocks[0].poolsize`; did you mean `pool-size`?"
    ),
    (
      "model: {blocks: [{filters: 2, pool: sum}]}",
      "g:1:37: model.blocks[0].pool: `sum` is not known; it is max, average, stochastic, strided or none"
    ),
    (
      "model: {blocks: [{filters: 2, padding: full}]}",
      "g:1:40: model.blocks[0].padding: `full` is not known; it is same or valid"
    ),
  ])
  func mistakesInModels(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  @Test func networksThatDoNotFitTheirImages() {
    #expect(
      problems("data: 'idx:tiny'\nmodel: keras-vgg") == [
        "g:2:8: model: `keras-vgg` does not fit idx:tiny (4×4×1): blocks[0].padding: a 3×3 "
          + "`valid` convolution does not fit into its 2×2×32 input; use `same` padding or fewer "
          + "blocks"
      ])
    let found = problems(
      """
      data: [fashion-mnist-mini, 'idx:tiny']
      model:
        name: deep
        blocks:
          - filters: 8
          - filters: 8
          - filters: 8
      seed: 1..3
      """)
    #expect(
      found == [
        "g:7:7: model: `deep` does not fit idx:tiny (4×4×1) with data.name idx:tiny: "
          + "blocks[2].pool: a 2×2 pool leaves nothing of its 1×1×8 input; use fewer blocks or "
          + "larger images"
      ])
  }

  @Test func anExcludedCombinationNeedsNotFit() {
    let text = """
      data: [fashion-mnist-mini, 'idx:tiny']
      model: [small, keras-vgg]
      exclude: [{data: 'idx:tiny', model: keras-vgg}]
      """
    #expect(problems(text).isEmpty)
  }

  @Test func imagesTooLargeToCountAreRefused() {
    let vast = DatasetCard(
      name: "idx:vast", shape: ImageShape(height: 65536, width: 65536, channels: 65536),
      classes: 10, train: 1, test: 1, fingerprint: "")
    let found = problems("data: 'idx:vast'", cards: ["idx:vast": vast])
    #expect(found.contains { $0.hasPrefix("g:1:7: data.name: idx:vast has images of ") })
  }

  @Test(arguments: [
    (
      "model: {name: flat, blocks: [{filters: 2, pool: none}]}\ndropout: {rate: [0, 0.5]}",
      "g:2:21: dropout.rate: 0.5 has nowhere to go: `flat` has no pool; set it to 0 or give a block a pool"
    ),
    (
      "model: {dense: []}\ndropout: {dense: 0.5}",
      "g:2:18: dropout.dense: 0.5 has nowhere to go: `small` has no hidden dense layer; set it to 0 or give `model.dense` a width"
    ),
    (
      "data: {train: [100, 2001]}",
      "g:1:21: data.train: 2001 is more than the 2000 training images of fashion-mnist-mini; leave `data.train` out for all of them"
    ),
    (
      "data: {test: 3000}",
      "g:1:14: data.test: 3000 is more than the 2000 test images of fashion-mnist-mini; leave `data.test` out for all of them"
    ),
    (
      "data: {train: 100, validation: 100}",
      "g:1:32: data.validation: 100 validation images leave nothing of the 100 training images to train on"
    ),
  ])
  func cellsThatMakeNoSense(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }
}
