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

  @Test func optionsAreThoseThatTheKindReads() throws {
    let text = """
      dropout:
        rate: 0.2
        kind: KIND
        noise-shape: nhw1
        block-size: 3
        block-channels: shared
        inference: gaussian
        inference-samples: 7
        placement: PLACE
        SCHEDULE
        # Readers of the options that KIND has no use for.
        block2: {kind: drop-block}
        dense1: {rate: 0, kind: noise-shape}
        logits: {input: {rate: 0, kind: drop-connect}}
      """
    func one(
      _ kind: String, _ place: String = "after-activation",
      _ schedule: String = "schedule: linear\n  schedule-epochs: 2"
    ) throws -> String {
      let text = text.replacing("KIND", with: kind).replacing("PLACE", with: place)
        .replacing("SCHEDULE", with: schedule)
      return try #require(try dropout(text).first)
    }
    #expect(
      try one("noise-shape") == "block1.before-pool=noise-shape,0.2,noise:nhw1,linear:2")
    #expect(
      try one("drop-block")
        == "block1.before-pool=drop-block,0.2,block:3,channels:shared,centres:valid,linear:2")
    #expect(
      try one("drop-connect", "dense.input", "schedule: constant")
        == "block2.after-pool=drop-connect,0.2,inference:gaussian7")
    #expect(try one("gaussian") == "block1.before-pool=gaussian,0.2,linear:2")
  }

  static let mistakes: [(String, String)] = [
    (
      "dropout: {rate: 0.5, placement: before-norm}",
      "g:1:17: dropout.rate: 0.5 has nowhere to go: `small` has no normalisation; set it to 0 or "
        + "set `model.normalisation`"
    ),
    (
      "dropout: {block1: {conv1: {before-norm: {rate: 0.5}}}}",
      "g:1:48: dropout.block1.conv1.before-norm.rate: block 1 of `small` has no normalisation; no "
        + "block has one"
    ),
    (
      "dropout: {block1: {conv2: {input: {rate: 0.5}}}}",
      "g:1:42: dropout.block1.conv2.input.rate: block 1 of `small` has 1 convolution"
    ),
    (
      "dropout: {block3: {after-activation: {rate: 0.5}}}",
      "g:1:45: dropout.block3.after-activation.rate: block 3 of `small` has no convolution; those "
        + "with one are 1, 2"
    ),
    (
      "dropout: {kind: drop-block, block-size: 3, rate: 0.5, placement: dense}",
      "g:1:50: dropout.rate: drop-block drops squares of maps, and dense1 has rows; use "
        + "element-wise there"
    ),
    (
      "dropout: {kind: drop-block, block-size: 8, rate: 0.5}",
      "g:1:50: dropout.rate: a block of 8×8 is larger than the maps at block2.after-pool, which "
        + "are 7×7; use a smaller `dropout.block-size`"
    ),
    (
      "dropout: {kind: drop-block, rate: 0.5}",
      "g:1:35: dropout.rate: drop-block needs `dropout.block-size`, which is not given"
    ),
    (
      "dropout: {kind: noise-shape, rate: 0.5, placement: dense}",
      "g:1:36: dropout.rate: noise-shape dropout needs `dropout.noise-shape`, which is not given"
    ),
    (
      "dropout: {schedule: early, rate: 0.5, placement: dense}",
      "g:1:34: dropout.rate: the schedule `early` needs `dropout.schedule-epochs`, which is not "
        + "given"
    ),
    (
      "dropout: {kind: drop-connect, rate: 0.5, placement: before-pool}\nmodel: {dense: []}",
      "g:1:37: dropout.rate: drop-connect drops the weights of the layer that reads its place, and "
        + "block1.before-pool is read by a max pool, which has none; place it where a convolution "
        + "or dense layer reads"
    ),
    (
      "dropout: {kind: drop-connect, rate: 0.5, inference: gaussian, placement: conv.input}",
      "g:1:37: dropout.rate: Gaussian inference is for dense layers, and block1.conv1.input is read by a "
        + "convolution; use `dropout.inference: mean`"
    ),
    (
      "dropout: {kind: drop-connect, rate: 0.5, placement: dense.input, schedule: late, "
        + "schedule-epochs: 1, inference: gaussian}",
      "g:1:37: dropout.rate: drop-connect dropout has a part in evaluation here, which knows of no "
        + "update and so of one rate only; leave `dropout.schedule` out"
    ),
    (
      "dropout: {kind: max-pooling, rate: 0.5, placement: before-pool}\npool: average",
      "g:1:36: dropout.rate: max-pooling dropout is part of a max pool, and block1.before-pool is "
        + "read by an average pool; place it before a max pool"
    ),
    (
      "dropout: {kind: max-pooling, rate: 0.5, placement: before-pool}\nmodel: {activation: elu}",
      "g:1:36: dropout.rate: max-pooling dropout takes what it drops for 0, the least there is, "
        + "and values at block1.before-pool can be negative; use it behind relu or sigmoid"
    ),
    (
      "pool: stochastic\nmodel: {activation: tanh}",
      "g:1:7: pool: stochastic pooling draws an element with a chance in proportion to its size, "
        + "so that none may be negative: what block 1 of `small` pools can be (behind tanh); use "
        + "relu or sigmoid there, or another pool"
    ),
    (
      "pool: stochastic\ndropout: {kind: gaussian, rate: 0.5, placement: before-pool}",
      "g:2:33: dropout.rate: gaussian dropout can make values negative, and the stochastic pool "
        + "that reads block1.before-pool takes them for chances; use another kind or place"
    ),
    (
      "dropout: {rate: 0.5, placement: before-pool, block1: {conv1: {after-activation: {rate: 0.2}}}}",
      "g:1:88: dropout.block1.conv1.after-activation.rate: puts dropout at "
        + "block1.conv1.after-activation, which is the same point as block1.before-pool, where "
        + "`dropout.rate` has put some; keep one"
    ),
    (
      "dropout: {rate: 0.5, placement: dense, dense: 0.2}",
      "g:1:47: dropout.dense: puts dropout at dense1, where `dropout.rate` has put some; keep one"
    ),
    (
      "dropout: {block1: {rate: 0.5, placement: dense}}",
      "g:1:42: dropout.block1.placement: `dense` is not known; it is conv.input, before-norm, "
        + "after-norm, before-activation, after-activation, before-pool or after-pool"
    ),
    (
      "dropout: {rate: 0.5, block-size: 3}",
      "g:1:34: dropout.block-size: has no use: it is for `dropout.kind` drop-block, which no cell "
        + "has; leave it out"
    ),
    (
      "optimiser: {beta1: 0.8}",
      "g:1:20: optimiser.beta1: has no use: it is for `optimiser.name` adam or adamw, which no cell "
        + "has; leave it out"
    ),
    (
      "optimiser: {name: adam, momentum: 0.5}",
      "g:1:35: optimiser.momentum: has no use: it is for `optimiser.name` sgd, which no cell has; "
        + "leave it out"
    ),
    (
      "optimiser: {name: adam, weight-decay: 0.1}",
      "g:1:39: optimiser.weight-decay: has no use: it is for `optimiser.name` adamw, which no cell "
        + "has; leave it out"
    ),
    (
      "optimiser: {schedule: step}",
      "g:1:23: optimiser.schedule: step multiplies the learning rate after every so many epochs: "
        + "give `optimiser.step-epochs`"
    ),
    (
      "optimiser: {schedule: cosine, decay: 0.1}",
      "g:1:38: optimiser.decay: is a schedule of its own and cannot go with `optimiser.schedule` "
        + "cosine; keep one of them"
    ),
    (
      "model: {blocks: [{filters: 2, pool: strided, stride: 2}]}",
      "g:1:18: model.blocks[0]: `pool: strided` gives the stride `pool-size` to the block's last "
        + "convolution; leave `stride` out"
    ),
    (
      "pool: strided\nmodel: {blocks: [{filters: 2}, {filters: 2, convolutions: 0}]}",
      "g:1:7: pool: strided gives the stride of a pool to the last convolution of its block: block "
        + "2 of `custom` has none"
    ),
    (
      "dropout: {rate: 0.5, placement: before-pool}\npool: strided",
      "g:1:17: dropout.rate: 0.5 has nowhere to go: `small` has no pool; set it to 0 or give a "
        + "block a pool"
    ),
    (
      "label-smoothing: 1",
      "g:1:18: label-smoothing: 1 is not a label smoothing; a label smoothing is at least 0 and below 1"
    ),
  ]

  @Test(arguments: mistakes) func oneMistakeIsOneLine(text: String, expected: String) {
    #expect(problems(text) == [expected])
  }

  private func rules(_ text: String) throws -> [String] { try plan(text).cells.map(\.rule) }

  @Test func namesOfOnePointAreOneTrial() throws {
    #expect(
      try rules("dropout: {rate: 0.3, placement: [before-pool, after-activation]}")
        == ["", "two names of one place"])
    #expect(
      try rules(
        "merge: false\nmodel: {dense: [8, 8]}\ndropout: {rate: 0.3, placement: [dense, logits.input]}"
      )
        == ["", ""])
    #expect(
      try rules(
        "merge: false\nmodel: {dense: [8]}\ndropout: {rate: 0.3, placement: [dense, logits.input]}")
        == ["", "two names of one place"])
    // A strided convolution ends its block as a pool does.
    #expect(
      try rules(
        "pool: strided\ndropout: {rate: 0.3, placement: [after-pool, after-activation]}")
        == ["", "two names of one place"])
  }

  static let relu = "dropout before a ReLU is the same after it"

  @Test func dropoutCommutesWithReLU() throws {
    let text =
      "dropout: {rate: 0.3, kind: KIND, placement: [before-activation, after-activation]}\n"
    func sides(_ kind: String, _ rest: String = "") throws -> [String] {
      try rules(text.replacing("KIND", with: kind) + rest)
    }
    #expect(try sides("element-wise") == ["", Self.relu])
    #expect(try sides("element-wise", "model: {normalisation: batch}") == ["", Self.relu])
    #expect(try sides("element-wise", "merge: [spatial-max]") == ["", ""])
    #expect(try sides("gaussian") == ["", ""])
    #expect(try sides("element-wise", "model: {activation: elu}") == ["", ""])
    #expect(try sides("element-wise", "model: {activation: leaky-relu}") == ["", ""])
    let half = text.replacing("0.3", with: "0.5").replacing("KIND", with: "element-wise")
    #expect(
      try rules(half + "model: {activation: leaky-relu}")
        == ["", "dropout before a leaky ReLU is the same after it at this rate"])
    #expect(
      try rules(
        text.replacing("0.3", with: "0.5").replacing("KIND", with: "spatial"))
        == ["", "\(MergeTests.max); \(Self.relu)"])
    // There a max pool picks its winners before maps are scaled, and rounding matters.
    #expect(try sides("spatial") == ["", ""])
    #expect(try sides("spatial", "pool: average") == ["", Self.relu])
    #expect(
      try rules(
        "dropout: {rate: 0.3, placement: [before-norm, after-norm]}\nmodel: {normalisation: batch}")
        == ["", ""])
    // Something behind the ReLU keeps dropout in front of it.
    let both = "block1: {before-activation: {rate: 0.1}, after-activation: {rate: 0.2}}"
    #expect(
      try dropout("dropout: {\(both)}") == [
        "block1.conv1.before-activation=element-wise,0.1", "block1.before-pool=element-wise,0.2",
      ])
  }

  @Test func shapesAndRowsThatAreOtherKinds() throws {
    func kinds(_ rest: String) throws -> [String] {
      try rules(
        "dropout: {rate: 0.3, kind: [KIND, noise-shape], \(rest)}"
          .replacing("KIND", with: rest.contains("nhwc") ? "element-wise" : "spatial"))
    }
    let shape = "this noise shape is element-wise or spatial dropout"
    #expect(try kinds("noise-shape: n11c") == ["", shape])
    #expect(try kinds("noise-shape: nhwc") == ["", shape])
    #expect(try kinds("noise-shape: n1wc") == ["", ""])
    let row = "on rows spatial dropout is element-wise"
    #expect(
      try rules("dropout: {rate: 0.3, kind: [element-wise, spatial], placement: dense}")
        == ["", row])
    #expect(
      try rules(
        "dropout: {rate: 0.3, kind: [element-wise, noise-shape], noise-shape: n1wc, placement: dense}"
      )
        == ["", shape])
    #expect(
      try rules(
        "dropout: {rate: 0.3, kind: [element-wise, noise-shape], noise-shape: 1hwc, placement: dense}"
      )
        == ["", ""])
  }

  @Test func optimisersNetworksAndEvaluationReachTheTrial() throws {
    let spec = try plan(
      """
      model:
        name: vgg28
        activation: elu
        normalisation: batch-pytorch
        head: global-average
        initialiser: he-normal
      pool: strided
      optimiser: {name: adamw, beta1: 0.8, weight-decay: 0.01, form: pytorch, schedule: step, step-epochs: 3}
      label-smoothing: 0.1
      evaluation: {monte-carlo: 5}
      """)
    let trial = spec.trials[0].spec
    #expect(
      trial.canonicalText == """
        block1=conv3x3x32*2,same,pool:none,stride:2,norm:batch-pytorch,activation:elu
        block2=conv3x3x64*2,same,pool:none,stride:2,norm:batch-pytorch,activation:elu
        head=global-average
        dense=256
        dense-activation=elu
        initialiser=he-normal
        adamw=0.05,0.8,0.999,1e-08,0.0,pytorch,0.01
        schedule=step,3,0.1
        label-smoothing=0.1
        batch=32
        epochs=10
        monte-carlo=5
        data=all,all,0,global
        seed=1,1,1
        """)
    #expect(spec.metrics.suffix(2) == [.monteCarloLoss, .monteCarloAccuracy])
    #expect(try spec.texts("pool") == ["strided"])
    // What an optimiser does not read is no part of its trials.
    let plan = try plan("optimiser: {name: [sgd, adam], momentum: [0.5, 0.9]}")
    #expect(plan.trials.count == 3)
  }
}
