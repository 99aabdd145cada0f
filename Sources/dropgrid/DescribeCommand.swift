import ArgumentParser
import Console
import ExperimentModel
import Foundation
import GridPlanner

struct DescribeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Say what a grid can name: networks, places, kinds of dropout, optimisers, ….",
    discussion: """
      Without a name, a line for everything there is. With the name of a section (dropout, sites, \
      settings, …) or of one of its members (drop-block, before-norm, optimiser.name, …): formula, \
      what happens in training and in evaluation, where it may stand, the paper and lines for a grid.
      """)

  @Argument(help: "A section, or a member of one.")
  var name: String?

  @Flag(help: "As JSON.")
  var json = false

  func run() throws {
    let sections = try name.map { try GridFile.describe($0) } ?? GridFile.catalogue
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      StandardOutput.json(String(decoding: try encoder.encode(sections), as: UTF8.self) + "\n")
    } else {
      StandardOutput.write(
        sections.map { name == nil ? $0.overview : $0.text }.joined(separator: "\n"))
    }
  }
}
