internal import CKernels
internal import Synchronization

/// A set of vector instructions that the kernels are compiled for, from the slowest on.
public enum InstructionSet: String, Sendable, Hashable, CaseIterable {
  /// What every machine has. Fused multiply-add is computed by software there, very slowly.
  case scalar
  case avx2
  case avx512

  /// Whether this machine has it.
  public var isAvailable: Bool { dg_kernels_named(rawValue) != nil }
}

/// What numbers depend on besides the plan and the data.
public enum Engine {
  /// Raised whenever a change of this module can alter recorded values.
  public static let numericsVersion = 3

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
      case .open: choice = .selected(set)
      }
    }
  }

  /// The kernels in use: of the best instruction set that this machine has, unless another is
  /// selected.
  internal static let kernels: dg_kernels = {
    let set = choice.withLock { choice in
      let set: InstructionSet =
        if case .selected(let set) = choice { set } else {
          InstructionSet.allCases.last(where: \.isAvailable) ?? .scalar
        }
      choice = .inUse(set)
      return set
    }
    guard let table = dg_kernels_named(set.rawValue) else {
      preconditionFailure("no \(set.rawValue) kernels")
    }
    return table.pointee
  }()

  /// The instruction set in use, which changes the speed and no bit.
  public static var instructionSet: InstructionSet {
    InstructionSet(rawValue: String(cString: kernels.name)) ?? .scalar
  }

  /// What recorded values depend on besides plan and data, as recorded.
  public static var description: String { "numerics \(numericsVersion)" }
}
