import ArgumentParser
import Console
import GridPlanner

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of grid files, for editors.")

  func run() throws { StandardOutput.json(try GridSchema.json()) }
}
