import TensorCore

/// Networks that the executor computes layer by layer.
enum GeneralNetworks {
  /// Layers that no fused stage takes.
  static let layers: [(String, FeatureShape, [TestNetwork.Part])] = {
    let gray = FeatureShape(height: 8, width: 7, channels: 1)
    let colour = FeatureShape(height: 7, width: 8, channels: 3)
    let activations: [(String, Activation)] = [
      ("linear", .linear), ("leaky ReLU", .leakyReLU(slope: 0.3)), ("ELU", .elu(alpha: 0.7)),
      ("SELU", .selu), ("GELU", .gelu), ("tanh", .tanh), ("sigmoid", .sigmoid),
    ]
    return activations.map { name, activation in
      (
        name, colour,
        [
          // A channel count that leaves lanes of a block unused.
          .linear(10), .activation(activation), .pool(.max), .linear(16),
          .activation(activation), .dense(6), .dense(3),
        ]
      )
    } + [
      (
        "batch norm, Keras", gray,
        [
          .linear(12), .batchNorm(.keras), .activation(.relu), .pool(.max), .linear(16),
          .batchNorm(.keras), .activation(.tanh), .dense(4),
        ]
      ),
      (
        "batch norm first and after ReLU, PyTorch", colour,
        [
          .batchNorm(.pytorch), .convolution(16), .batchNorm(.pytorch),
          .pool(.average, after: (.spatial, 0.3)), .dense(4),
        ]
      ),
      (
        "dropout of the input, planes", colour,
        [.dropout(.elementWise, 0.2), .convolution(16), .pool(.max), .dense(4)]
      ),
      (
        "spatial dropout of the input", colour,
        [.dropout(.spatial, 0.3), .convolution(16), .pool(.max), .dense(4)]
      ),
      ("dropout of the input, rows", colour, [.dropout(.elementWise, 0.2), .dense(8), .dense(3)]),
      (
        "dropout everywhere", gray,
        [
          .linear(18), .dropout(.elementWise, 0.3), .batchNorm(.keras), .dropout(.spatial, 0.2),
          .activation(.relu), .dropout(.elementWise, 0.1), .convolution(16),
          .dropout(.spatial, 0.4), .dense(7), .dense(3),
        ]
      ),
      (
        "signed maps into a pool", gray,
        [
          .linear(16), .activation(.tanh),
          .pool(.max, before: (.elementWise, 0.3), after: (.elementWise, 0.2)), .linear(16),
          .pool(.average, before: (.spatial, 0.3)), .dense(4),
        ]
      ),
    ]
  }()

  /// Each kind of dropout on maps, on rows and on the input's planes.
  static let kinds: [(String, FeatureShape, [TestNetwork.Part])] = {
    let colour = FeatureShape(height: 7, width: 8, channels: 3)
    let kinds: [(String, Dropout.Kind)] = [
      ("nhw1", .shared(batch: false, height: false, width: false, channels: true)),
      ("n11c by noise shape", .shared(batch: false, height: true, width: true, channels: false)),
      ("n1w1", .shared(batch: false, height: true, width: false, channels: true)),
      ("nh1c", .shared(batch: false, height: false, width: true, channels: false)),
      ("1hwc", .shared(batch: true, height: false, width: false, channels: false)),
      ("111c", .shared(batch: true, height: true, width: true, channels: false)),
      ("Gaussian", .gaussian), ("alpha", .alpha),
      ("blocks", .dropBlock(size: 3, channels: .independent, centres: .valid)),
      ("blocks of all channels", .dropBlock(size: 2, channels: .shared, centres: .valid)),
      ("cut blocks", .dropBlock(size: 4, channels: .independent, centres: .full)),
      ("cut blocks of all channels", .dropBlock(size: 3, channels: .shared, centres: .full)),
    ]
    return kinds.map { name, kind in
      (
        name, colour,
        [
          .dropout(kind, 0.2), .convolution(18), .dropout(kind, 0.3), .pool(.max), .linear(16),
          .activation(.selu), .dense(9), .dropout(kind, 0.25), .dense(3),
        ]
      )
    }
  }()
}
