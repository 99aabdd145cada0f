internal import ExperimentModel
internal import HDF5

/// A trial's weights as a file that `keras.Model.load_weights` reads, in both of its dialects.
///
/// Keras 3 (`NAME.weights.h5`) finds layer `k` of a class at `layers/CLASS_k/vars/0` (kernel) and
/// `1` (bias), counted in the order of the model; batch normalisations have gamma, beta, moving mean
/// and moving variance there. The older dialect (`NAME.h5`) goes by the
/// attributes `layer_names` and `weight_names`; hard links give it the same data. Layers without
/// weights (pooling, dropout, activation) are in neither.
public enum KerasWeights {
  /// Endings of file names from which Keras tells the dialect; it refuses others.
  public static let fileEndings = [".weights.h5", ".h5", ".hdf5"]

  /// The bytes of the file.
  ///
  /// Kernels keep their layout, which is Keras's: (kh, kw, in, out), and (in, out) with the first
  /// dense layer's rows in (h, w, c) order.
  /// - Throws: `HDF5Error` where the library fails.
  public static func file(_ weights: TrialWeights) throws -> [UInt8] {
    let file = try File.createInMemory()
    // Keras looks for the model's own variables; there are none.
    _ = try file.createGroup("vars")
    let layers = layers(weights)
    try file.setAttribute("layer_names", .texts(layers.map(\.name)))
    try file.setAttribute("backend", .text("tensorflow"))
    try file.setAttribute("keras_version", .text("2.15.0"))
    try file.setAttribute("dropgrid_trial", .text("\(weights.id)"))
    for (name, parameters) in layers {
      let group = try file.createGroup(name)
      try group.setAttribute("weight_names", .texts(parameters.map(\.shape.role.rawValue)))
      for (index, parameter) in parameters.enumerated() {
        let path = "layers/\(name)/vars/\(index)"
        let dataset = try file.createDataset(path, .float32, shape: parameter.shape.shape)
        try dataset.write(parameter.values)
        try file.link("\(name)/\(parameter.shape.role.rawValue)", to: path)
      }
    }
    return try file.image()
  }

  /// Keras's name for each layer that has weights: its class, and a number from the second on.
  private static func layers(
    _ weights: TrialWeights
  ) -> [(name: String, parameters: [(shape: ParameterShape, values: [Float])])] {
    var layers: [(name: String, parameters: [(shape: ParameterShape, values: [Float])])] = []
    var counts: [String: Int] = [:]
    var last: String?
    for parameter in weights.parameters {
      if parameter.shape.layer != last {
        last = parameter.shape.layer
        let kind =
          parameter.shape.role == .gamma
          ? "batch_normalization" : parameter.shape.shape.count == 4 ? "conv2d" : "dense"
        let count = counts[kind, default: 0]
        counts[kind] = count + 1
        layers.append((count == 0 ? kind : "\(kind)_\(count)", []))
      }
      layers[layers.count - 1].parameters.append(parameter)
    }
    return layers
  }
}
