extension DropoutPoint {
  /// Why `dropout` cannot stand at this point, which was named `name`: a sentence without its
  /// subject; nil where it can.
  public func problem(with dropout: DropoutSpec, named name: DropoutSite) -> String? {
    if dropout.schedule != .constant, dropout.hasEvaluation {
      return "\(dropout.kind.rawValue) dropout has a part in evaluation here, which knows of no "
        + "update and so of one rate only; leave `dropout.schedule` out"
    }
    switch dropout.kind {
    case .elementWise, .spatial, .noiseShape, .alpha, .gaussian:
      guard case .pool(_, .stochastic, _, _) = reader,
        dropout.kind == .alpha || dropout.kind == .gaussian
      else { return nil }
      return "\(dropout.kind.rawValue) dropout can make values negative, and the stochastic pool "
        + "that reads \(name) takes them for chances; use another kind or place"
    case .dropBlock:
      guard let block = dropout.block else { return nil }
      if isRow {
        return "drop-block drops squares of maps, and \(name) has rows; use element-wise there"
      }
      guard block.size > min(shape.height, shape.width) else { return nil }
      return "a block of \(block.size)×\(block.size) is larger than the maps at \(name), which "
        + "are \(shape.height)×\(shape.width); use a smaller `dropout.block-size`"
    case .dropConnect:
      switch reader {
      case .dense: return nil
      case .convolution:
        guard case .gaussian = dropout.inference else { return nil }
        return "Gaussian inference is for dense layers, and \(name) is read by a convolution; use "
          + "`dropout.inference: mean`"
      case .normalisation, .activation, .pool, .globalAverage:
        return "drop-connect drops the weights of the layer that reads its place, and \(name) is "
          + "read by \(reader), which has none; place it where a convolution or dense layer reads"
      }
    case .maxPooling:
      if case .pool(_, .max, _, _) = reader {
        guard isSigned else { return nil }
        return "max-pooling dropout takes what it drops for 0, the least there is, and values at "
          + "\(name) can be negative; use it behind relu or sigmoid"
      }
      return "max-pooling dropout is part of a max pool, and \(name) is read by \(reader); "
        + "place it before a max pool"
    }
  }
}

extension DropoutSpec {
  /// Whether evaluation depends on the rate.
  fileprivate var hasEvaluation: Bool {
    if case .gaussian = inference { return true }
    return kind == .maxPooling
  }
}

extension DropoutPoint.Reader: CustomStringConvertible {
  /// `a batch normalisation`, `a max pool`, ….
  public var description: String {
    switch self {
    case .convolution: "a convolution"
    case .normalisation: "a normalisation"
    case .activation(let kind): "an activation (\(kind.rawValue))"
    case .pool(_, .average, _, _): "an average pool"
    case .pool(_, let kind, _, _): "a \(kind.rawValue) pool"
    case .globalAverage: "a global average"
    case .dense: "a dense layer"
    }
  }
}
