import Analysis
import ExperimentModel
import Testing

/// Diagnostics of a made-up sweep: means over seeds, paired differences and what theory says of them.
@Suite struct SummaryDiagnosticsTests {
  private static let sites = [
    DiagnosticsPlan.Site(name: "block1.before-pool", window: 4),
    DiagnosticsPlan.Site(name: "block1.after-pool", window: 4),
    // Behind the first dropout: training and evaluation cannot be compared there.
    DiagnosticsPlan.Site(name: "block2.after-pool", window: 4),
  ]

  /// Element-wise dropout at rate 0 or 0.5, before or after one max pool, 6 seeds.
  ///
  /// - Parameter figures: one number for a figure at a site of the trial with these settings.
  private func sweep(
    _ words: [Diagnostic],
    _ figures: (DiagnosticFigure, Int, _ rate: Double, _ placement: String, _ seed: Int64) -> Float
  ) -> SweepResults {
    var builder = SweepBuilder()
    (builder.rates, builder.kinds, builder.pools) = ([0, 0.5], ["element-wise"], ["max"])
    builder.placements = ["before-pool", "after-pool"]
    builder.seeds = 1...6
    builder.comparisons = [Comparison(factor: "placement", by: ["rate"])]
    builder.figures = { .init(test: $0.placement == "before-pool" ? 0.8 : 0.81) }
    var results = builder.build()
    let plan = DiagnosticsPlan(words: words, sites: Self.sites)
    func column(_ name: String) -> Column? { results.trialColumns.first { $0.name == name } }
    guard case .real(let rates)? = column("rate")?.values,
      case .text(let placements)? = column("placement")?.values,
      case .integer(let seeds)? = column("seed")?.values
    else { preconditionFailure("the builder's columns") }
    var values: [DiagnosticFigure: [[Float]]] = [:]
    for figure in plan.figures {
      values[figure] = rates.indices.map { row in
        // The first epoch is not what is shown.
        Array(repeating: -1, count: plan.length(of: figure))
          + (0..<plan.length(of: figure)).map {
            figures(figure, $0, rates[row], placements[row], seeds[row])
          }
      }
    }
    results.diagnostics = DiagnosticResults(plan: plan, values: values)
    results.claim = "After pooling is better."
    return results
  }

  /// A window that nobody's pool has must not be counted through.
  @Test func aHugeWindowIsComputedAtOnce() throws {
    var results = sweep([.activations]) { _, _, _, _, _ in 0.5 }
    let plan = try #require(results.diagnostics).plan
    let sites = plan.sites.map { DiagnosticsPlan.Site(name: $0.name, window: .max) }
    results.diagnostics = DiagnosticResults(
      plan: DiagnosticsPlan(words: plan.words, sites: sites),
      values: try #require(results.diagnostics).values)
    #expect(try Summary(results).json().contains("statement"))
  }

  @Test func armsHaveMeansOverSeedsOfTheLastEpoch() throws {
    let summary = try Summary(
      sweep([.shifts]) { _, shift, _, _, seed in Float(shift) + Float(seed) })
    #expect(summary.claim == "After pooling is better.")
    #expect(summary.diagnosticPlaces.map(\.place) == ["shift 1", "shift 2", "shift 3"])
    #expect(summary.diagnosticArms.count == 3)
    for arm in summary.diagnosticArms { #expect(arm.values == [3.5, 4.5, 5.5]) }
    #expect(summary.text().contains("Claim: After pooling is better."))
  }

  @Test func differencesArePairedBySeed() throws {
    let summary = try Summary(
      sweep([.gradients]) { _, site, _, placement, seed in
        Float(seed) * 10 + (placement == "before-pool" ? Float(seed % 2) + Float(site) : 0)
      })
    let family = try #require(summary.comparisons.first).family
    let contrast = try #require(family.first { $0.by["rate"]?.number == 0.5 })
    #expect(contrast.diagnostics.map(\.place.place) == Self.sites.map(\.name))
    // Seeds 1 … 6: 1 0 1 0 1 0 at the first site, one and two more at the others.
    #expect(contrast.diagnostics.map(\.effect.difference.mean) == [0.5, 1.5, 2.5])
    let interval = try #require(contrast.diagnostics[1].effect.difference.interval)
    #expect(interval.lowerBound > 0.5 && interval.upperBound < 2.5)
  }

  @Test(arguments: [(Float(1.2), Prediction.Outcome.confirmed), (2.1, .contradicted)])
  func theMeanBehindAMaxPoolIsHeldToItsBound(
    ratio: Float, outcome: Prediction.Outcome
  ) throws {
    let summary = try Summary(
      sweep([.activations, .gradients]) { figure, site, rate, placement, _ in
        switch figure {
        case .meanTraining where site == 1 && placement == "before-pool": 2 * ratio
        case .meanTraining, .meanEvaluation: 2
        case .zeroShareEvaluation: 0.4
        case .zeroShareTraining: Float(rate + (1 - rate) * 0.4)
        case .zeroGradientShare: 0.75
        default: 1
        }
      })
    let found = summary.predictions.filter { $0.statement.hasPrefix("block") }
    // (1 − 0.5⁴) / (1 − 0.5) = 1.875.
    let shift = try #require(found.first { $0.statement.contains("1.875") })
    #expect(shift.outcome == outcome)
    let zeros = found.filter { $0.statement.contains("exact zeros, 0.700") }
    #expect(zeros.count == 2 && zeros.allSatisfy { $0.outcome == .confirmed })
    let gradients = found.filter { $0.statement.contains("no gradient") }
    #expect(gradients.count == 3 && gradients.allSatisfy { $0.outcome == .confirmed })
  }

  @Test func calibrationStandsBesideAccuracy() throws {
    var results = sweep([.shifts]) { _, _, _, _, _ in 0 }
    results.metrics[.testECE] = results.trialIDs.map { _ in [0.5, 0.125] }
    let summary = try Summary(results)
    #expect(summary.arms[0].outcomes[.calibrationError]?.mean == 0.125)
    #expect(summary.text().contains("12.50"))
    #expect(summary.text().contains("ECE"))
    results.metrics[.testECE] = nil
    #expect(try !Summary(results).text().contains("ECE"))
  }

  @Test func aTrialIsShownWithWhatItsLastEpochSaw() throws {
    let results = sweep([.shifts]) { _, shift, _, _, _ in Float(shift) / 4 }
    let text = try TrialDetail(results, named: "0").text
    #expect(text.contains("shifted_accuracy"))
    #expect(text.contains("shift 3") && text.contains("0.5"))
  }
}
