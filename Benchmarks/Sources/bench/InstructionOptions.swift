import ArgumentParser
import TensorCore

/// The instruction set that is measured.
struct InstructionOptions: ParsableArguments {
  @Option(help: "scalar, avx2 or avx512; the machine's best unless given.") var isa: String?

  /// To be called before anything else of the tensor core.
  func select() throws {
    guard let isa else { return }
    guard let set = InstructionSet(rawValue: isa) else {
      throw ValidationError("There is no instruction set \(isa).")
    }
    try Engine.select(set)
  }
}
