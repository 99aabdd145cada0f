internal import CKernels
internal import COneDNN

/// A failure inside the tensor core.
public enum TensorError: Error, Sendable, Hashable {
  /// A value was not finite: where, and at which update (counted from 0).
  case diverged(place: String, step: Int)
  /// oneDNN refused: which layer, and its own word for it.
  case library(layer: String, status: String)
  case outOfMemory(bytes: Int)
}

extension TensorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .diverged(let place, let step): "not finite: \(place), at step \(step)"
    case .library(let layer, let status): "oneDNN cannot run \(layer): \(status)"
    case .outOfMemory(let bytes): "no memory for \(bytes) bytes"
    }
  }
}

/// What numbers depend on besides the plan and the data.
public enum Engine {
  /// Raised whenever a change of this module can alter recorded values.
  public static let numericsVersion = 1

  /// The kernels of oneDNN's instruction set, which `ONEDNN_MAX_CPU_ISA` can lower; their channel
  /// block is oneDNN's.
  internal static let kernels: dg_kernels = {
    let names =
      switch String(cString: dg_isa()) {
      case "sse41", "avx": ["scalar"]
      default: dg_channel_block() == 16 ? ["avx512"] : ["avx2", "scalar"]
      }
    for name in names {
      if let table = dg_kernels_named(name) { return table.pointee }
    }
    preconditionFailure("no kernels for a channel block of \(dg_channel_block())")
  }()

  /// Numerics version, instruction set, oneDNN's version and its instruction set, as recorded.
  public static var description: String {
    "numerics \(numericsVersion); kernels \(String(cString: kernels.name)); "
      + "oneDNN \(String(cString: dg_version())) \(String(cString: dg_isa())); winograd"
  }
}
