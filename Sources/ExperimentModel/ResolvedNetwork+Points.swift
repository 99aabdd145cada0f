/// A point of a network where dropout can stand, under all its names.
public struct DropoutPoint: Sendable, Hashable {
  /// What the values go into.
  public enum Reader: Sendable, Hashable {
    case convolution(ConvolutionShape)
    case normalisation
    case activation(ActivationKind)
    case pool(block: Int, kind: PoolKind, size: Int, output: ImageShape)
    case globalAverage
    /// `dense1`, …, `logits`.
    case dense(name: String, inputs: Int, outputs: Int)
  }

  /// Every site that is this point; the first is the canonical one.
  public internal(set) var names: [DropoutSite]
  /// Maps; 1 × 1 behind a dense layer or a global average.
  public let shape: ImageShape
  /// Whether the values are rows rather than maps.
  public let isRow: Bool
  /// Whether values can be below 0, whatever is dropped.
  public let isSigned: Bool
  public let reader: Reader

  public var site: DropoutSite { names[0] }
}

extension ResolvedNetwork {
  /// The points of the network, in order.
  ///
  /// The names of pools and dense layers come first among those of a point: they were there first,
  /// and trials are named by them.
  public var points: [DropoutPoint] {
    var walk = PointWalk(input: input)
    var convolution: (block: Int, index: Int)?
    var dense = 0
    for (position, layer) in layers.enumerated() {
      switch layer {
      case .convolution(let shape):
        walk.names.append(.convolution(block: shape.block, index: shape.index, .input))
        walk.close(.convolution(shape), then: shape.output, isSigned: true)
        convolution = (shape.block, shape.index)
        let isNormed =
          if case .normalisation = layers[position + 1] { true } else { false }
        walk.names = [
          .convolution(
            block: shape.block, index: shape.index, isNormed ? .beforeNorm : .beforeActivation)
        ]
      case .normalisation(let block, let index, _):
        walk.close(.normalisation, then: walk.shape, isSigned: true)
        walk.names = [
          .convolution(block: block, index: index, .beforeActivation),
          .convolution(block: block, index: index, .afterNorm),
        ]
      case .activation(let kind, _):
        walk.close(.activation(kind), then: walk.shape, isSigned: kind.isSigned)
        if let (block, index) = convolution {
          walk.names = [.convolution(block: block, index: index, .afterActivation)]
          let spec = spec.blocks[block - 1]
          if spec.isStrided, index == spec.convolutions {
            walk.names.insert(.afterPool(block: block), at: 0)
          }
        } else {
          walk.names = [.dense(layer: dense)]
        }
      case .pool(let block, let kind, let size, _, let output):
        walk.names.insert(.beforePool(block: block), at: 0)
        walk.close(
          .pool(block: block, kind: kind, size: size, output: output), then: output,
          isSigned: walk.isSigned)
        walk.names = [.afterPool(block: block)]
      case .globalAverage(let input):
        walk.close(
          .globalAverage, then: ImageShape(height: 1, width: 1, channels: input.channels),
          isSigned: walk.isSigned)
        walk.isRow = true
      case .dense(let name, let inputs, let outputs, let isLogits):
        convolution = nil
        dense += 1
        walk.names.append(isLogits ? .logitsInput : .denseInput(layer: dense))
        walk.close(
          .dense(name: name, inputs: inputs, outputs: outputs),
          then: ImageShape(height: 1, width: 1, channels: outputs), isSigned: true)
        walk.isRow = true
      }
    }
    return walk.points
  }
}

/// Where a walk through a network has come to.
private struct PointWalk {
  var points: [DropoutPoint] = []
  var names: [DropoutSite] = [.input]
  var shape: ImageShape
  var isRow = false
  var isSigned = true

  init(input: ImageShape) { shape = input }

  /// Ends the point at what reads it; a point without a name is none.
  mutating func close(_ reader: DropoutPoint.Reader, then output: ImageShape, isSigned: Bool) {
    if !names.isEmpty {
      points.append(
        DropoutPoint(
          names: names, shape: shape, isRow: isRow, isSigned: self.isSigned, reader: reader))
    }
    names = []
    shape = output
    self.isSigned = isSigned
  }
}
