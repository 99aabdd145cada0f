import ArgumentParser
import GridPlanner

struct SchemaCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schema", abstract: "Print the JSON Schema of grid files, for editors.")

  func run() throws { print(try GridSchema.json(), terminator: "") }
}
