import ArgumentParser

/// Measures the tensor core by itself, and beside other programs.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "How fast Dropgrid trains.",
    subcommands: [Layers.self, Step.self, Grid.self, Scaling.self, Peer.self])
}
