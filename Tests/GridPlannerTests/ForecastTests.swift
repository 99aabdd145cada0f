import ExperimentModel
import Foundation
import GridPlanner
import Testing

@Suite struct ForecastTests {
  let machine = MachineProfile(flopsPerSecondPerCore: 50e9, jobs: 2, uncertainty: 2)

  @Test func operationsCountTrainingAndEvaluation() throws {
    let grid = try layout("data: {train: 1000, test: 500, validation: 100}\nepochs: 3")
    let network = try ResolvedNetwork(
      .small, input: ImageShape(height: 28, width: 28, channels: 1), classes: 10)
    let perEpoch = 900 * network.trainingFLOPs + (900 + 500 + 100) * network.forwardFLOPs
    #expect(grid.trial(0).flops == 3 * perEpoch)
    let forecast = Forecast(grid, machine: machine)
    // One trial runs on one core, whatever the number of jobs.
    #expect(forecast.seconds.lowerBound == 3 * perEpoch / 50e9 / 2)
    #expect(forecast.seconds.upperBound == 3 * perEpoch / 50e9 * 2)
  }

  @Test func jobsShareTheTrials() throws {
    let one = Forecast(try layout("seed: 1..8"), machine: machine)
    let more = Forecast(
      try layout("seed: 1..8"),
      machine: MachineProfile(flopsPerSecondPerCore: 50e9, jobs: 4, uncertainty: 2))
    #expect(abs(one.seconds.upperBound / more.seconds.upperBound - 2) < 1e-9)
    // Three trials on two cores take the time of two, one after the other.
    let three = Forecast(try layout("seed: 1..3"), machine: machine)
    #expect(abs(one.seconds.upperBound / three.seconds.upperBound - 2) < 1e-9)
  }

  @Test func bytesOnDiskAndInMemory() throws {
    let grid = try layout("seed: 1..8\nepochs: 5")
    let parameters = grid.architectures[0].parameters.reduce(0) { $0 + $1.count }
    let forecast = Forecast(grid, machine: machine)
    #expect(forecast.weightBytes == Double(8 * parameters * 4))
    #expect(forecast.metricBytes == Double(8 * 5 * 7 * 4))
    #expect(forecast.dataBytes == Double(28 * 28 * 4000 * 4))
    #expect(forecast.bytesPerTrial > Double(3 * 4 * parameters))
    #expect(Forecast(try layout("weights: none"), machine: machine).weightBytes == 0)
  }
}

@Suite struct PlanReportTests {
  let machine = MachineProfile(flopsPerSecondPerCore: 50e9, jobs: 2)

  static let firstLook = """
    Before or after pooling?
    Where does dropout go, before or after pooling, and as elements or as whole
    maps?

    Axes      pool                2  max, average
              dropout.rate        3  0, 0.25, 0.5
              dropout.placement   2  before-pool, after-pool
              dropout.kind        2  element-wise, spatial
              seed               10  1..10
    Cells     240 = 2 × 3 × 2 × 2 × 10
    Trials    180, so that no training is done twice:
              60 cells merged: rate 0: placement and kind do not matter

    Data      fashion-mnist-mini: 28×28×1, 10 classes; 2,000 training, 2,000 test
              images
    Network   small: 105,866 parameters, 6.48 MFLOP per training image
    Training  10 epochs in batches of 32; SGD at 0.02, Nesterov momentum 0.9
              (keras); training images evaluated after the last epoch; weights kept:
              final
    Compared  placement for each kind, pool
              kind for each placement, pool
              rate for each placement, kind, pool

    Time      3.4 min to 8.6 min with 2 jobs of 50 GFLOP/s (32.2 TFLOP in all)
    Disk      76.3 MB: weights 76.2 MB, figures 50.4 kB
    Memory    about 27.7 MB a trial that runs, and 12.5 MB of images

    trial  pool  rate  placement    kind          seed
        0  max      0                                1
        1  max   0.25  before-pool  element-wise     1
        2  max   0.25  before-pool  spatial          1
        3  max   0.25  after-pool   element-wise     1
    … 176 trials more

    """

  private func report(_ text: String) throws -> PlanReport {
    PlanReport(try layout(text, name: "grids/x.yaml"), machine: machine)
  }

  @Test func theTextSaysWhatAResearcherWantsToKnow() throws {
    let text = try report(read("grids/first-look.yaml")).text(rows: 4)
    #expect(text == Self.firstLook)
  }

  @Test(arguments: [
    "title: \(String(repeating: "long ", count: 150))\nquestion: \(String(repeating: "x", count: 900))",
    "seed: 1..1000\ndata: [fashion-mnist, fashion-mnist-mini]\nmodel: [small, vgg28]",
    "seed: [1, 3, 5, 7, 9, 11, 13, 15, 17, 9223372036854775807]\nbatch: [1, 2]\nepochs: [1, 2]",
    """
    model:
      blocks: [[{filters: 1}], [{filters: 2}], [{filters: 3}], [{filters: 4}], [{filters: 5}], [{filters: 6}]]
      dense: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23], []]
    optimiser: {learning-rate: [0.1, 0.01], momentum: [0, 0.9], nesterov: [true, false], decay: [0, 1.0e-6], form: [keras, pytorch]}
    """,
  ])
  func theTextFitsEightyColumns(text: String) throws {
    let lines = try report(text).text().split(separator: "\n", omittingEmptySubsequences: false)
    for line in lines { #expect(line.count <= 80, "\(line)") }
    #expect(!lines.contains { $0.hasSuffix(" ") }, "\(lines)")
  }

  @Test func whatIsNoAxisIsSaidBesideThem() throws {
    let text = try report(
      """
      dropout: {rate: [0, 0.5], kind: spatial, schedule: linear, schedule-epochs: 4, dense: 0}
      optimiser: {name: [sgd, adam], momentum: 0.5, learning-rate: 0.01}
      """
    ).text()
    let dropout = "\nDropout   kind spatial, schedule linear, schedule-epochs 4\n"
    #expect(text.contains(dropout), "\(text)")
    #expect(text.contains("\nNote      optimiser.momentum is for optimiser.name sgd alone\n"))
    let plain = try report("dropout: {kind: spatial}\nbatch: [8, 16]").text()
    #expect(!plain.contains("Dropout "), "nothing is dropped")
    // The file's momentum is left over where an override chooses another optimiser.
    let grid = try layout(
      "optimiser: {momentum: 0.5, learning-rate: 0.01}", overrides: ["optimiser.name=adam"])
    #expect(PlanReport(grid).text().contains("sgd, which no cell has: it is"))
  }

  @Test func theJSONHoldsEverythingWithSortedKeys() throws {
    let report = try report(
      PlanTests.placement + "\nexclude: [{dropout.kind: spatial, dropout.rate: 0.5}]")
    let json = try report.json()
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["cells"] as? Int == 60)
    #expect(object["excluded"] as? Int == 12)
    #expect(object["combinations"] as? Int == 72)
    #expect(object["trials"] as? Int == 42)
    let table = try #require(object["trialTable"] as? [[String: Any]])
    #expect(table.count == 42)
    let settings = try #require(table[0]["settings"] as? [String: Any])
    #expect(settings["rate"] as? Double == 0)
    #expect(settings["placement"] as? String == "")
    #expect((table[0]["id"] as? String).flatMap(TrialID.init) != nil)
    let keys = ["\"axes\"", "\"cells\"", "\"trials\""].compactMap {
      json.firstRange(of: $0)?.lowerBound
    }
    #expect(keys.count == 3 && keys == keys.sorted())
  }
}
