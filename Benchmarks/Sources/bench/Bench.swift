import ArgumentParser

/// Measures the tensor core by itself, and beside other programs.
@main
struct Bench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "How fast Dropgrid trains.",
    subcommands: [Layers.self, Step.self, Grid.self, Scaling.self, Peer.self, Synthesise.self])
}
