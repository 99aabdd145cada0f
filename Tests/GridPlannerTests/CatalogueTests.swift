import ExperimentModel
import Foundation
import GridPlanner
import Testing

/// What `dropgrid describe` says, and the pages that say the same.
@Suite struct CatalogueTests {
  private func entries(_ section: String) throws -> [Catalogue.Entry] {
    try GridFile.describe(section).flatMap(\.entries)
  }

  @Test func everyKindHasItsPage() throws {
    let files = try FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "docs/dropout").path(percentEncoded: false))
    let kinds = try entries("dropout")
    #expect(Set(files) == Set(kinds.map { "\($0.name).md" } + ["README.md"]))
    let index = try read("docs/dropout/README.md")
    for kind in kinds {
      let page = try read("docs/dropout/\(kind.name).md")
      #expect(page.hasPrefix("# \(kind.name)\n"))
      #expect(index.contains("[\(kind.name)](\(kind.name).md)"))
      #expect([kind.formula, kind.training, kind.paper].allSatisfy { !$0.isEmpty })
      for text in [kind.summary] + kind.facts.map(\.text) {
        #expect(page.contains(text), "\(kind.name): \(text)")
      }
    }
  }

  @Test func thePlacesAreOnTheirPageAndInThePicture() throws {
    let page = try read("docs/sites.md")
    for site in try entries("sites") {
      #expect(page.contains("| `\(site.name)` |"), "\(site.name)")
    }
    let picture = try read("docs/sites.svg")
    #expect(page.contains("(sites.svg)"))
    for side in DropoutSite.ConvolutionSide.allCases {
      #expect(picture.contains(".\(side.rawValue)"), "\(side)")
    }
    for word in ["input", "before-pool", "after-pool", "dense1", "logits.input"] {
      #expect(picture.contains(word), "\(word)")
    }
  }

  @Test func everyKeyOfAGridIsDescribed() throws {
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(try GridSchema.json().utf8)) as? [String: Any])
    let properties = try #require(schema["properties"] as? [String: Any])
    let names = try entries("settings").map(\.name)
    for key in properties.keys {
      #expect(names.contains { $0 == key || $0.hasPrefix("\(key).") }, "\(key)")
    }
    let stopping = try #require(properties["stopping"] as? [String: Any])
    let options = try #require(stopping["properties"] as? [String: Any])
    #expect(
      try Set(entries("stopping").map(\.name))
        == Set(["stopping"] + options.keys.map { "stopping.\($0)" }))
  }

  @Test func everyWordOfTheLanguageIsDescribedAndInTheManual() throws {
    let words: [(section: String, words: [String], manual: Bool)] = [
      ("networks", NetworkSpec.named.map(\.name), true),
      ("sites", SiteWord.allCases.map(\.rawValue), false),
      ("dropout", DropoutKind.allCases.map(\.rawValue), true),
      ("rate-schedules", RateSchedule.words, true),
      ("pools", PoolKind.allCases.map(\.rawValue) + ["strided", "none"], true),
      ("activations", ActivationKind.allCases.map(\.rawValue), true),
      ("normalisations", Normalisation.allCases.map(\.rawValue) + ["none"], true),
      ("heads", Head.allCases.map(\.rawValue), true),
      ("initialisers", Initialiser.allCases.map(\.rawValue), true),
      ("optimisers", OptimiserSpec.Name.allCases.map(\.rawValue), true),
      ("schedules", LearningRateSpec.words, true),
    ]
    let manual = try read("docs/grids.md")
    for (section, words, isInManual) in words {
      #expect(try entries(section).map(\.name) == words)
      for word in words where isInManual { #expect(manual.contains("`\(word)`"), "\(word)") }
    }
    let paths = GridFile.settingPaths
    #expect(try Array(entries("settings").map(\.name).prefix(paths.count)) == paths)
  }

  @Test func linesForAGridAreGrids() throws {
    for section in [
      "dropout", "rate-schedules", "pools", "activations", "normalisations", "heads",
      "initialisers", "optimisers", "schedules",
    ] {
      for entry in try entries(section) {
        #expect(problems(entry.grid.joined(separator: "\n")).isEmpty, "\(entry.grid)")
      }
    }
    for entry in try entries("settings") where !entry.grid.isEmpty {
      #expect(problems(entry.grid.joined(separator: "\n")).isEmpty, "\(entry.grid)")
    }
    for site in try entries("sites") {
      let norm = "model: {name: vgg28, normalisation: batch}\n"
      #expect(problems(norm + site.grid[0]).isEmpty, "\(site.grid)")
      let override = site.grid[1].replacing(": ", with: "=")
      #expect(problems(norm, overrides: [override]).isEmpty, "\(override)")
    }
  }

  @Test func namesAreFoundAndMisspellingsExplained() throws {
    #expect(try GridFile.describe("drop-block").map(\.name) == ["dropout"])
    #expect(try GridFile.describe("none").count >= 2)
    #expect(try entries("optimiser.beta1").count == 1)
    let error = #expect(throws: UserError.self) { try GridFile.describe("drop-blok") }
    #expect(error?.message.contains("did you mean drop-block?") == true)
    for section in GridFile.catalogue {
      for line in section.text.split(separator: "\n") { #expect(line.count <= 100, "\(line)") }
      #expect(section.overview.split(separator: "\n").count == section.entries.count + 1)
    }
  }
}
