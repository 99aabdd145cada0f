import ExperimentModel
import Testing

@Suite struct ResolvedNetworkTests {
  static let gray28 = ImageShape(height: 28, width: 28, channels: 1)

  @Test func namedNetworksHaveTheKnownSizes() throws {
    let vgg28 = try ResolvedNetwork(.vgg28, input: Self.gray28, classes: 10)
    #expect(
      vgg28.parameters.map(\.shape) == [
        [3, 3, 1, 32], [32], [3, 3, 32, 32], [32], [3, 3, 32, 64], [64], [3, 3, 64, 64], [64],
        [3136, 256], [256], [256, 10], [10],
      ])
    #expect(abs(vgg28.trainingFLOPs / 114e6 - 1) < 0.01)
    let small = try ResolvedNetwork(.small, input: Self.gray28, classes: 10)
    #expect(abs(small.trainingFLOPs / 7e6 - 1) < 0.1)
    let keras = try ResolvedNetwork(
      .kerasVGG, input: ImageShape(height: 100, width: 100, channels: 3), classes: 10)
    // 896 + 9,248 + 18,496 + 36,928 + 7,930,112 + 2,570.
    #expect(keras.parameters.reduce(0) { $0 + $1.count } == 7_998_250)
    #expect(keras.parameters[8].name == "dense1.kernel")
    #expect(keras.parameters[8].shape == [22 * 22 * 64, 256])
    #expect(keras.parameters[0].axes == ["kh", "kw", "in", "out"])
    #expect(keras.parameters[1].axes == ["out"])
  }

  @Test(arguments: [
    (NetworkSpec(name: "n", blocks: [BlockSpec(filters: 0)], dense: []), "blocks[0].filters"),
    (
      NetworkSpec(name: "n", blocks: [BlockSpec(filters: 1, kernel: 4)], dense: []),
      "blocks[0].kernel"
    ),
    (
      NetworkSpec(
        name: "n", blocks: [BlockSpec(filters: 1, convolutions: 14, padding: .valid)], dense: []),
      "blocks[0].padding"
    ),
    (
      NetworkSpec(name: "n", blocks: Array(repeating: BlockSpec(filters: 1), count: 5), dense: []),
      "blocks[4].pool"
    ),
    (NetworkSpec(name: "n", blocks: [], dense: [4, -1]), "dense[1]"),
    (NetworkSpec(name: "n", blocks: [], dense: Array(repeating: 65536, count: 3)), "dense"),
    (NetworkSpec(name: "n", blocks: [], dense: Array(repeating: 1, count: 1001)), "dense"),
  ])
  func impossibleNetworksSayWhere(spec: NetworkSpec, path: String) {
    #expect {
      try ResolvedNetwork(spec, input: Self.gray28, classes: 10)
    } throws: { error in
      (error as? NetworkShapeError)?.path == path
    }
  }
}

@Suite struct TrialValueTests {
  @Test func identifiersReadBack() {
    let id = TrialID(bytes: (0..<32).map { UInt8($0 * 8 % 256) })
    #expect(id.description == "00081018202830384048505860687078")
    #expect(TrialID(id.description) == id)
    #expect(TrialID("0008") == nil)
    #expect(TrialID(String(repeating: "g", count: 32)) == nil)
  }

  @Test func canonicalTextTellsTrialsApart() {
    let base = TrialSpec(
      network: .small, dropout: [], optimiser: OptimiserSpec(learningRate: 0.1), batch: 32,
      epochs: 2, data: DataSpec(name: "a"), seed: Seed(1))
    var others: [TrialSpec] = []
    func add(_ change: (inout TrialSpec) -> Void) {
      var spec = base
      change(&spec)
      others.append(spec)
    }
    add { $0.network.blocks[0].pool = .average }
    add { $0.network.blocks[0].padding = .valid }
    add { $0.network.dense = [65] }
    add {
      $0.dropout = [DropoutSpec(site: .beforePool(block: 1), kind: .spatial, rate: 0.1)]
    }
    add { $0.dropout = [DropoutSpec(site: .afterPool(block: 1), kind: .spatial, rate: 0.1)] }
    add {
      $0.dropout = [DropoutSpec(site: .afterPool(block: 1), kind: .elementWise, rate: 0.1)]
    }
    add { $0.optimiser.learningRate = 0.1.nextUp }
    add { $0.optimiser.form = .pytorch }
    add { $0.optimiser.nesterov = true }
    add { $0.batch = 33 }
    add { $0.epochs = 3 }
    add { $0.data.train = 100 }
    add { $0.data.standardisation = .none }
    add { $0.seed.mask = 2 }
    #expect(Set(others.map(\.canonicalText) + [base.canonicalText]).count == others.count + 1)
    var renamed = base
    renamed.network.name = "other"
    #expect(renamed.canonicalText == base.canonicalText)
  }

  @Test func columnsAreWrittenAsPeopleDo() {
    let rate = Column(name: "rate", path: "dropout.rate", values: .real([0, 0.25, .nan, 1e-6]))
    #expect((0..<4).map(rate.text) == ["0", "0.25", "", "1e-06"])
    #expect(Column(name: "seed", path: "seed", values: .integer([7])).text(at: 0) == "7")
  }

  @Test func statusNamesAreTheFiles() {
    #expect(
      TrialStatus.allCases.map(\.name)
        == ["pending", "done", "failed", "diverged", "timed_out", "pruned", "censored"])
  }
}
