import ExperimentModel
import GridPlanner
import Testing

@Suite struct GridDiagnosticsTests {
  private func plan(_ text: String) throws -> Plan {
    try GridFile.parse(text, name: "grid.yaml").plan(cards: cards, numericsVersion: 1)
  }

  private func messages(_ text: String) -> [String] {
    do throws(GridError) {
      _ = try GridFile.parse(text, name: "grid.yaml")
      return []
    } catch {
      return error.issues.map { "\($0)" }
    }
  }

  @Test func noneAreTheDefaultAndChangeNoTrial() throws {
    let bare = try plan("dropout: {rate: 0.5}\n")
    let looking = try plan("dropout: {rate: 0.5}\ndiagnostics: all\nclaim: It helps.\n")
    #expect(bare.diagnostics == nil)
    #expect(bare.claim.isEmpty)
    #expect(looking.claim == "It helps.")
    #expect(looking.diagnostics?.words == Diagnostic.allCases)
    #expect(looking.trials == bare.trials, "what is looked at is no part of a trial")
  }

  @Test func sitesAreThoseOfAnyArm() throws {
    let plan = try plan(
      """
      dropout:
        rate: [0, 0.5]
        dense: [0, 0.5]
        placement: [before-pool, after-pool]
      diagnostics: [gradients, activations]
      """)
    let diagnostics = try #require(plan.diagnostics)
    #expect(diagnostics.words == [.activations, .gradients], "in the order of the manual")
    #expect(
      Set(diagnostics.sites.map(\.name)) == [
        "block1.before-pool", "block1.after-pool", "block2.before-pool", "block2.after-pool",
        "dense1",
      ])
    #expect(diagnostics.sites.first { $0.name == "block1.after-pool" }?.window == 4)
    #expect(diagnostics.sites.first { $0.name == "dense1" }?.window == 0)
    #expect(diagnostics.length(of: .zeroShareTraining) == 5)
  }

  @Test func sitesOfOtherDropoutsAndOfEveryNetworkAreThere() throws {
    let plan = try plan(
      """
      model: {name: small, normalisation: [none, batch]}
      dropout: {rate: 0.2, placement: before-activation}
      diagnostics: holes
      merge: false
      """)
    let names = try #require(plan.diagnostics).sites.map(\.name)
    #expect(names.contains("block1.conv1.before-activation"))
    #expect(Set(names).count == names.count)
  }

  @Test func otherWordsAreErrors() {
    #expect(messages("diagnostics: [activation]\n").contains { $0.contains("activations") })
    #expect(messages("diagnostics: {holes: 1}\n").contains { $0.contains("list of words") })
    #expect(messages("diagnostics:\n").contains { $0.contains("diagnostics") })
    #expect(messages("claim: [a]\n").contains { $0.contains("claim") })
  }

  @Test func schemaKnowsThem() throws {
    let schema = try GridSchema.json()
    #expect(schema.contains("\"diagnostics\""))
    #expect(schema.contains("\"occlusion\""))
    #expect(schema.contains("\"claim\""))
  }
}
