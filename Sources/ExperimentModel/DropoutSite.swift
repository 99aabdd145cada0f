/// A place in a network where dropout can stand; blocks, convolutions and dense layers count from 1.
///
/// Several sites can be one point: `ResolvedNetwork.point(_:)` says which.
public enum DropoutSite: Sendable, Hashable {
  /// The images.
  case input
  /// A place around convolution `index` of a block.
  case convolution(block: Int, index: Int, ConvolutionSide)
  case beforePool(block: Int)
  /// Behind a block's pool, or behind the strided convolution that stands for one.
  case afterPool(block: Int)
  /// What hidden dense layer `layer` reads.
  case denseInput(layer: Int)
  /// After the activation of hidden dense layer `layer`.
  case dense(layer: Int)
  /// What the layer that makes the logits reads.
  case logitsInput

  /// Where around a convolution.
  public enum ConvolutionSide: String, Sendable, Hashable, CaseIterable {
    /// What the convolution reads.
    case input
    case beforeNorm = "before-norm"
    case afterNorm = "after-norm"
    case beforeActivation = "before-activation"
    case afterActivation = "after-activation"
  }
}

extension DropoutSite: CustomStringConvertible {
  /// `input`, `block1.conv2.before-activation`, `block1.after-pool`, `dense1.input`, `dense1`, ….
  public var description: String {
    switch self {
    case .input: "input"
    case .convolution(let block, let index, let side): "block\(block).conv\(index).\(side.rawValue)"
    case .beforePool(let block): "block\(block).before-pool"
    case .afterPool(let block): "block\(block).after-pool"
    case .denseInput(let layer): "dense\(layer).input"
    case .dense(let layer): "dense\(layer)"
    case .logitsInput: "logits.input"
    }
  }
}

/// The sites of one sort, wherever a network has them: what a grid's `dropout.placement` names.
public enum SiteWord: String, Sendable, Hashable, CaseIterable {
  case input
  case convolutionInput = "conv.input"
  case beforeNorm = "before-norm"
  case afterNorm = "after-norm"
  case beforeActivation = "before-activation"
  case afterActivation = "after-activation"
  case beforePool = "before-pool"
  case afterPool = "after-pool"
  case denseInput = "dense.input"
  case dense
  case logitsInput = "logits.input"
}

extension DropoutSite {
  /// The sort that it is of.
  public var word: SiteWord {
    switch self {
    case .input: .input
    case .convolution(_, _, .input): .convolutionInput
    case .convolution(_, _, .beforeNorm): .beforeNorm
    case .convolution(_, _, .afterNorm): .afterNorm
    case .convolution(_, _, .beforeActivation): .beforeActivation
    case .convolution(_, _, .afterActivation): .afterActivation
    case .beforePool: .beforePool
    case .afterPool: .afterPool
    case .denseInput: .denseInput
    case .dense: .dense
    case .logitsInput: .logitsInput
    }
  }

  /// The block that it is in; nil for the input and the dense layers.
  public var block: Int? {
    switch self {
    case .convolution(let block, _, _), .beforePool(let block), .afterPool(let block): block
    case .input, .denseInput, .dense, .logitsInput: nil
    }
  }
}
