import ExperimentModel
import Foundation
import GridPlanner
import Testing

/// The grids that come with the project, and the manual's.
@Suite struct GridFilesTests {
  static let names = [
    "first-look", "smoke", "nightly", "keras-vgg-example", "placement",
    "spatial-versus-element", "none-dense-all", "dropconnect", "normalisation", "kinds", "strided",
    "pools-or-dense",
  ]

  private func planned(_ path: String) throws -> Plan {
    try GridFile.parse(read(path), name: path).plan(cards: cards, numericsVersion: 1)
  }

  @Test func everyGridFileIsTested() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "grids").path(percentEncoded: false))
    #expect(
      Set(files.filter { $0.hasSuffix(".yaml") }) == Set(Self.names.map { "\($0).yaml" }))
  }

  @Test(arguments: names) func gridFilesPlan(name: String) throws {
    let plan = try planned("grids/\(name).yaml")
    #expect(!plan.trials.isEmpty)
    #expect(!plan.question.isEmpty)
  }

  @Test func theTutorialShowsItsGrid() throws {
    let shown = try #require(
      read("docs/tutorial.md").components(separatedBy: "```yaml\n").dropFirst().first?
        .components(separatedBy: "```").first)
    let file = try read("grids/pools-or-dense.yaml")
    #expect(file.split(separator: "\n").dropFirst() == shown.split(separator: "\n")[...])
    #expect(try planned("grids/pools-or-dense.yaml").trials.count == 30)
  }

  /// One grid for each claim of docs/claims.md that a grid can settle.
  @Test func everyClaimHasAGridThatNamesIt() throws {
    let folder = root.appending(path: "grids/claims").path(percentEncoded: false)
    let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let numbers = files.compactMap { Int($0.prefix(2)) }
    // Claim 12, that evaluation is without masks, is what the project's tests hold.
    #expect(numbers == (1...16).filter { $0 != 12 })
    let manual = try read("docs/claims.md")
    for file in files {
      let plan = try planned("grids/claims/\(file)")
      #expect(!plan.claim.isEmpty, "\(file)")
      #expect(!plan.question.isEmpty, "\(file)")
      #expect(manual.contains("grids/claims/\(file)"), "\(file)")
      #expect(plan.comparisons.count <= 2, "the grid says what it compares")
    }
  }

  /// What `small` was assumed to train: 9,000 images a second on a core.
  @Test(arguments: [("first-look", 420.0), ("smoke", 20), ("nightly", 1100)])
  func gridFilesAreAsLongAsTheySay(name: String, most: Double) throws {
    let small = try ResolvedNetwork(
      .small, input: ImageShape(height: 28, width: 28, channels: 1), classes: 10)
    let machine = MachineProfile(
      flopsPerSecondPerCore: 9000 * small.trainingFLOPs, jobs: 2, uncertainty: 1)
    let grid = try layout(read("grids/\(name).yaml"))
    #expect(Forecast(grid, machine: machine).seconds.upperBound < most)
  }

  @Test func theFirstLookHasTenSeedsOfEveryArm() throws {
    let plan = try planned("grids/first-look.yaml")
    #expect(plan.trials.count == 180)
    #expect(Set(plan.trials.map(\.spec.seed.order)) == Set(1...10))
    for seed in 1...10 {
      #expect(plan.trials.filter { $0.spec.seed == Seed(Int64(seed)) }.count == 18)
    }
  }

  @Test func theKerasExampleIsTheKnownOne() throws {
    let spec = try #require(try planned("grids/keras-vgg-example.yaml").trials.first).spec
    #expect(spec.network == .kerasVGG)
    #expect(
      spec.dropout == [
        DropoutSpec(site: .afterPool(block: 1), kind: .elementWise, rate: 0.25),
        DropoutSpec(site: .afterPool(block: 2), kind: .elementWise, rate: 0.25),
        DropoutSpec(site: .dense(layer: 1), kind: .elementWise, rate: 0.5),
      ])
    #expect(
      spec.optimiser
        == OptimiserSpec(
          learningRate: 0.01, momentum: 0.9, nesterov: true, decay: 1e-6, form: .keras))
    #expect((spec.batch, spec.epochs) == (32, 10))
  }

  @Test func thePaperHasItsThreeArms() throws {
    let plan = try planned("grids/none-dense-all.yaml")
    #expect(plan.trials.count == 3 * 10)
    #expect(try plan.texts("arm").prefix(3) == ["none", "dense-only", "all-layers"])
    #expect(plan.trials.prefix(3).map(\.spec.dropout.count) == [0, 1, 3])
  }

  @Test func thePlacementStudyTrainsNothingTwice() throws {
    let plan = try planned("grids/placement.yaml")
    // For each pool: rate 0 once; six rates of elements on two sides; four rates of maps, on one
    // side of max pools and on two of average pools.
    #expect(plan.trials.count == 10 * (1 + 12 + 4 + 1 + 12 + 8))
  }

  @Test func kindsAreComparedWhereThereIsDropout() throws {
    let plan = try planned("grids/spatial-versus-element.yaml")
    #expect(plan.trials.count == 10 * (1 + 3 * 2))
    #expect(plan.cells.count == 10 * 8)
  }

  @Test func everyExampleOfTheManualPlans() throws {
    let parts = try read("docs/grids.md").components(separatedBy: "```yaml\n").dropFirst()
    #expect(parts.count >= 7)
    for part in parts {
      let example = try #require(part.components(separatedBy: "```").first)
      // A budget in time is no plan before it is turned into a count.
      let count = example.contains("hours:") ? ["sample.count=8"] : []
      #expect(problems(example, overrides: count).isEmpty, "\(example)")
    }
  }

  /// Every command of the manual that names a grid of the project.
  @Test func theManualsOverridesAreRight() throws {
    let commands = try read("docs/grids.md").split(separator: "\n").filter {
      $0.hasPrefix("dropgrid ") && $0.contains(" grids/")
    }
    #expect(commands.count >= 3)
    for command in commands {
      let words = command.split(separator: " ").map { $0.filter { $0 != "'" } }
      let overrides = words.dropFirst(3).filter { $0.contains("=") }
      #expect(overrides.count == words.count - 3, "\(command)")
      #expect(problems(try read(words[2]), overrides: overrides).isEmpty, "\(command)")
    }
  }

  @Test func theManualShowsTheFirstLook() throws {
    let part = try #require(
      read("docs/grids.md").components(separatedBy: "## The placement question").dropFirst().first)
    let example = try #require(
      part.components(separatedBy: "```yaml\n").dropFirst().first?
        .components(separatedBy: "```").first)
    let (manual, file) = (try plan(example), try planned("grids/first-look.yaml"))
    #expect(manual.trials == file.trials)
    #expect(manual.cells == file.cells)
  }

  @Test func theManualListsEverySetting() throws {
    let manual = try read("docs/grids.md")
    for path in GridFile.settingPaths where !path.hasPrefix("seed.") {
      #expect(manual.contains("`\(path)`"), "\(path)")
    }
  }
}
