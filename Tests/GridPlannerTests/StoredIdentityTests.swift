import ExperimentModel
import GridPlanner
import Testing

/// Trials of the grids that were there before the other kinds and places keep their names.
@Suite struct StoredIdentityTests {
  /// Trials, and the exclusive or of their ids, as the version before listed them.
  static let stored = [
    ("first-look", 180, "9d3d8dd53dc87ef652a51945a35eeefa"),
    ("smoke", 16, "86ae7f4983902981d2dfea987eefcd39"),
    ("nightly", 300, "58c956feb98d5b8b60e12e6c342c70e8"),
    ("keras-vgg-example", 3, "d313b034641faa11a5993d553d0901ba"),
    ("placement", 380, "bd49779c8cd7d11d80f6b17ab2130818"),
    ("spatial-versus-element", 70, "2ebebd424c9bd3b3546a106e1563a3a1"),
    ("none-dense-all", 30, "2785420f774d5743f2c5d1a9f6f9cc18"),
  ]

  /// The data's real fingerprints.
  static let real: [String: DatasetCard] = {
    let fingerprints = [
      "fashion-mnist-mini": "de92d9bd556007076d9879a463ed431ed96fa82f8c0314c75777d023e53706a9",
      "fashion-mnist": "e010ecd8044782a04b76234ea118664477b4f82c8ae833a2ce597260035c53ff",
      "random:100x100x3,classes=10,train=100,test=20,seed=1":
        "7a9d027c903d4b63a5e91008d9a48d37c3e100d4b3d3b1f11d7f9b48dd5b7a5c",
    ]
    return fingerprints.reduce(into: cards) { $0[$1.key]?.fingerprint = $1.value }
  }()

  @Test(arguments: stored)
  func idsAreThoseOfTheVersionBefore(name: String, trials: Int, digest: String) throws {
    let path = "grids/\(name).yaml"
    // The first look's files of the version before evaluated the training images every time.
    let plan = try GridFile.parse(
      read(path), name: path, overrides: name == "first-look" ? ["evaluation.train=every"] : []
    ).plan(
      cards: Self.real, numericsVersion: 1)
    let bytes = plan.trials.reduce(Array(repeating: UInt8(0), count: 16)) { sum, trial in
      zip(sum, trial.id.bytes).map { $0 ^ $1 }
    }
    #expect(plan.trials.count == trials)
    #expect(TrialID(bytes: bytes).description == digest)
  }
}
