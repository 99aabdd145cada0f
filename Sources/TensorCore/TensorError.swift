/// A failure inside the tensor core.
public enum TensorError: Error, Sendable, Hashable {
  /// A value was not finite: where, and at which update (counted from 0).
  case diverged(place: String, step: Int)
  case outOfMemory(bytes: Int)
  /// This machine, or the choice already in use, has not that instruction set.
  case instructionSet(InstructionSet, reason: String)
}

extension TensorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .diverged(let place, let step): "not finite: \(place), at step \(step)"
    case .outOfMemory(let bytes): "no memory for \(bytes) bytes"
    case .instructionSet(let set, let reason): "cannot use \(set.rawValue): \(reason)"
    }
  }
}
