internal import CKernels
internal import COneDNN
internal import Synchronization

/// A set of vector instructions that the kernels are compiled for.
public enum InstructionSet: String, Sendable, Hashable, CaseIterable {
  /// What every machine of the architecture has; oneDNN is held to SSE 4.1 there.
  case scalar
  case avx2
  case avx512

  /// Whether this machine has it.
  public var isAvailable: Bool { dg_kernels_named(rawValue) != nil }
}

/// What numbers depend on besides the plan and the data.
public enum Engine {
  /// Raised whenever a change of this module can alter recorded values.
  public static let numericsVersion = 2

  private enum Choice {
    case open
    case selected(InstructionSet)
    case inUse(InstructionSet)
  }

  private static let choice = Mutex(Choice.open)

  /// Holds this process to an instruction set; before anything else of this module is used.
  ///
  /// - Throws: `TensorError.instructionSet` where the machine has not that one, or where another is
  ///   in use already.
  public static func select(_ set: InstructionSet) throws(TensorError) {
    guard set.isAvailable else {
      throw TensorError.instructionSet(set, reason: "this machine has not got it")
    }
    try choice.withLock { (choice) throws(TensorError) in
      switch choice {
      case .selected(set), .inUse(set): return
      case .selected(let other), .inUse(let other):
        throw TensorError.instructionSet(set, reason: "\(other.rawValue) is in use")
      case .open:
        guard dg_limit_isa(set.rawValue) == 0 else {
          throw TensorError.instructionSet(set, reason: "oneDNN is in use")
        }
        choice = .selected(set)
      }
    }
  }

  /// The kernels in use; their channel block is oneDNN's.
  internal static let kernels: dg_kernels = {
    let set = choice.withLock { choice in
      if case .selected(let set) = choice {
        choice = .inUse(set)
        return set
      }
      let best: InstructionSet =
        dg_channel_block() == 16 ? .avx512 : InstructionSet.avx2.isAvailable ? .avx2 : .scalar
      choice = .inUse(best)
      return best
    }
    guard let table = dg_kernels_named(set.rawValue), table.pointee.block == dg_channel_block()
    else {
      preconditionFailure("no \(set.rawValue) kernels for blocks of \(dg_channel_block())")
    }
    return table.pointee
  }()

  /// The instruction set in use.
  internal static var isa: InstructionSet? {
    InstructionSet(rawValue: String(cString: kernels.name))
  }

  /// Numerics version, instruction set, oneDNN's version and its instruction set, as recorded.
  public static var description: String {
    "numerics \(numericsVersion); kernels \(String(cString: kernels.name)); "
      + "oneDNN \(String(cString: dg_version())) \(String(cString: dg_isa())); winograd"
  }
}
