import ExperimentModel
import Foundation
import ResultsStore
import Testing

/// What can be named, and that it trains as it says.
@Suite struct DescribeTests {
  @Test func everythingOneThingAndNothing() async throws {
    let workplace = try Program.Workplace()
    let all = try await Program.run(["describe"], in: workplace)
    #expect(all.code == 0)
    for word in ["drop-connect", "before-norm", "one-cycle", "evaluation.monte-carlo"] {
      #expect(all.output.contains("  \(word) "), "\(word)")
    }
    let one = try await Program.run(["describe", "drop-block"], in: workplace)
    #expect(one.output.hasPrefix("drop-block: "))
    #expect(one.output.contains("Ghiasi"))
    let json = try await Program.run(["describe", "dropout", "--json"], in: workplace)
    let sections = try JSONDecoder().decode(
      [Catalogue.Section].self, from: Data(json.output.utf8))
    #expect(sections.flatMap(\.entries).map(\.name) == DropoutKind.allCases.map(\.rawValue))
    let none = try await Program.run(["describe", "drop-blok"], in: workplace)
    #expect(none.code == 2)
    #expect(none.errors.contains("did you mean drop-block?"))
  }

  @Test func placesAroundAnActivationAndItsPoolAreAudited() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(
      """
      data: {name: fashion-mnist-mini, train: 64, test: 32}
      model: {blocks: [{filters: 8}], dense: [16]}
      dropout:
        rate: 0.3
        kind: [element-wise, spatial]
        placement: [before-activation, after-activation, after-pool]
      epochs: 2
      """, as: "grid.yaml")
    let outcome = try await Program.run(["audit", "grid.yaml"], in: workplace)
    #expect(outcome.code == 0, "\(outcome.output)\(outcome.errors)")
    #expect(outcome.output.contains("dropout before a ReLU is the same after it"))
    #expect(outcome.output.contains("pairs are identical to the last bit."))
  }

  @Test func whatIsNewReachesTheFileAndTheExports() async throws {
    let workplace = try Program.Workplace()
    _ = try workplace.write(
      """
      data: {name: fashion-mnist-mini, train: 64, test: 32}
      model: {blocks: [{filters: 8, normalisation: batch}], dense: [16]}
      dropout: {kind: [gaussian, drop-block], block-size: 3, rate: 0.2, placement: before-norm}
      evaluation: {monte-carlo: 2}
      optimiser: {name: adam, learning-rate: 0.01}
      epochs: 2
      """, as: "grid.yaml")
    let run = try await Program.run(["run", "grid.yaml", "-o", "x.h5"], in: workplace)
    #expect(run.code == 0, "\(run.output)\(run.errors)")
    let results = try ResultsReader(path: workplace.path("x.h5"))
    #expect(results.results.status == [.done, .done])
    #expect(results.results.metrics[.monteCarloLoss]?.map(\.count) == [2, 2])
    let names = try results.weights(row: 0).map(\.parameter.name)
    #expect(names.contains("block1.norm1.moving_variance"))
    for (format, file) in [("keras", "x.weights.h5"), ("safetensors", "x.safetensors")] {
      let export = try await Program.run(["export", format, "x.h5", "-o", file], in: workplace)
      #expect(export.code == 0, "\(export.errors)")
    }
  }
}
