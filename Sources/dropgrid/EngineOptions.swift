public import ArgumentParser
import ExperimentModel
public import TensorCore

/// Options of every command that trains.
struct EngineOptions: ParsableArguments {
  @Option(
    help: """
      Train with this set of vector instructions instead of the machine's best; the results are \
      the same to the bit. scalar computes fused multiply-add by software and is very slow.
      """)
  var isa: InstructionSet?

  /// Holds the process to what was asked for; before anything else of the tensor core is used.
  func apply() throws(UserError) {
    guard let isa else { return }
    do {
      try Engine.select(isa)
    } catch {
      throw UserError(.badInput, "--isa \(isa.rawValue): \(error)")
    }
  }
}

extension InstructionSet: ExpressibleByArgument {}
